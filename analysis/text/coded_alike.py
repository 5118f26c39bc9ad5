"""Was a theme coded alike in two waves? Only then are they compared, or does one lend to the other.

The fifteen are coded alike by one coder, whatever an organisation adds beside them. A theme of its
own is coded alike while its meaning and its phrases are the same.
"""

from dataclasses import replace

import numpy as np

from analysis.text.audited import NO_THEMES
from analysis.text.prevalence import theme_of
from analysis.text.score_bins import BORROWED, COUNTS, ScoreBins

RECODED = "The comments were coded in another way."
NOT_THEN = "Not coded then."


def why_apart(now: ScoreBins, earlier: ScoreBins, label: str) -> str:
    """Why a label of this wave cannot be set against an earlier wave's; empty where it can."""
    if now.coder != earlier.coder:
        return RECODED
    if same_theme(now, earlier, label):
        return ""
    return RECODED if theme_of(label) in earlier.own else NOT_THEN


def same_theme(now: ScoreBins, earlier: ScoreBins, label: str) -> bool:
    """Whether people and software looked for the same under a label, whichever coder it was.

    What no theme covers is the same only beside the same themes.
    """
    if label in NO_THEMES:
        return dict(now.own) == dict(earlier.own)
    theme = theme_of(label)
    return now.own.get(theme) == earlier.own.get(theme)


def laid_beside(now: ScoreBins, earlier: ScoreBins) -> ScoreBins:
    """An earlier wave's counts under this wave's labels: nothing for one that was not the same."""
    known = [
        earlier.place(label) if label in earlier.labels and same_theme(now, earlier, label) else -1
        for label in now.labels
    ]
    kept = (np.array(known) >= 0)[:, None]
    counts = {name: kept * getattr(earlier, name)[known] for name in (*COUNTS, *BORROWED)}
    return replace(earlier, labels=now.labels, own=now.own, **counts)
