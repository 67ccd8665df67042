"""`python -m jambot` is the command `jambot`."""

from jambot.cli import main

if __name__ == "__main__":
    main()
