"""How often a fault is tried: a few times in the suite, as SECURITY 10 says in CI and in
``make security``, and through a night in ``make soak``."""

import os

from tests.security import figures


def times(quick: int, full: int, soak: int | None = None) -> int:
    """How many tries; without a third number a night's are those of CI."""
    if os.environ.get("SOAK") == "full":
        return soak or full
    return full if figures.full() else quick
