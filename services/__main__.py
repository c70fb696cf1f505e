"""`python -m services`: the command `twinbell`, where its script is not on the path."""

from services.cli import main

if __name__ == "__main__":
    main()
