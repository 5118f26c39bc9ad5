"""A benchmark's lines, seen as they come."""

import sys


def say(line: str, end: str = "\n") -> None:
    """Print a line now, also where the output goes to a file or through a pipe."""
    sys.stdout.write(line + end)
    sys.stdout.flush()
