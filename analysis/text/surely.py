"""Is what was learnt from few codes better, or does it only look so?"""

import numpy as np

from analysis.text.vocabulary import Floats

ERRORS = 2.0


def surely_less(before: Floats, after: Floats) -> bool:
    """Whether a loss fell by more than chance.

    ``before`` and ``after``: (comments,), the losses of the same comments, each held out. Formula:
    the mean difference is at least twice its standard error, comments drawn independently. Of
    corrections that change nothing in the long run about one in forty passes where comments are
    many, and more where they are few; more still where several are tried on the same comments, as
    :func:`analysis.text.own_codes.learn` tries two strengths of its penalties. False below two.

    >>> surely_less(np.array([0.3, 0.4, 0.2, 0.3]), np.array([0.1, 0.3, 0.1, 0.1]))
    True
    >>> surely_less(np.array([0.3, 0.4, 0.2, 0.3]), np.array([0.4, 0.3, 0.1, 0.1]))
    False
    """
    fell = before - after
    if len(fell) < 2 or not fell.any():
        return False
    return bool(fell.mean() >= ERRORS * fell.std(ddof=1) / np.sqrt(len(fell)))
