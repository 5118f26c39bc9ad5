"""How many answered, as anybody may read it while it could tell something: only from ten, in steps
of five."""

FROM = 10
STEP = 5


def rounded(exact: int) -> int:
    """The nearest step; 0 under ten.

    >>> [rounded(number) for number in (9, 10, 12, 13, 1_000)]
    [0, 10, 10, 15, 1000]
    """
    return STEP * ((exact + STEP // 2) // STEP) if exact >= FROM else 0
