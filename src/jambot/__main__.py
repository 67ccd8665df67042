"""The command `jambot`, and `python -m jambot`: Ctrl-C ends it in silence, also while it loads."""

import sys

INTERRUPTED = 130
"""What shells make of a program that Ctrl-C has ended."""


def main() -> None:
    """Run the command line."""
    try:
        from jambot.cli import main as command

        command()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
