"""``python -m nabat``: the same command line as ``nabat``."""

from nabat.cli import main

if __name__ == "__main__":
    main()
