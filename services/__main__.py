"""The command `twinbell`, and `python -m services` where its script is not on the path."""

import gc


def main() -> None:
    """Run it. What is imported stays, and looking through it for garbage took an eighth of a start."""
    gc.disable()
    from services.cli import main as command

    gc.freeze()
    gc.enable()
    command()


if __name__ == "__main__":
    main()
