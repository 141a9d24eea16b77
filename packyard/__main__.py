"""`python -m packyard` is `packyard`."""

from packyard.cli.main import run

if __name__ == "__main__":
    run()
