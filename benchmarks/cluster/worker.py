"""`twinbell` with the benchmark's detector in its list: the same worker, one detector more."""

from benchmarks.cluster.ewma import register

if __name__ == "__main__":
    register()
    from services.cli import main  # reads the lists

    main()
