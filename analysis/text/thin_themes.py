"""Which themes are too little known for a figure: they are named, in grey, with their words."""

from collections.abc import Sequence

from analysis.sampling.proportions import wilson
from analysis.text.coded_alike import same_theme
from analysis.text.prevalence import theme_of
from analysis.text.score_bins import ScoreBins

FEWEST_POSITIVE = 30
LEAST_PRECISION = 0.5
TOO_FEW = "People have found this theme in too few comments to tell how often it comes up."
TOO_LOOSE = "Too much of what the software takes for this theme is something else."
TOO_FEW_CHECKED = (
    "Too few comments that the software takes for this theme were checked to tell how often it is "
    "right."
)


def grey(tables: Sequence[ScoreBins]) -> dict[str, str]:
    """Labels without a figure, each with the reason; ``tables`` are all audits ever, latest last.

    A theme is grey with under 30 human positives in all audits, or when the lower end of the 95 %
    interval (Wilson) of the precision of scores of .5 or more is under .5, over the audits by the
    coder that codes now. Where the upper end is under .5 too, the software is surely wrong more
    often than right; else, as without an audited row of such a score, too few were checked to tell.
    A direction is grey with its theme. Raises ``ValueError`` without a table.
    """
    if not tables:
        raise ValueError("Without an audit there is no theme to judge.")
    latest = tables[-1]
    reasons: dict[str, str] = {}
    for label in latest.labels:
        known = [one for one in tables if label in one.labels and same_theme(latest, one, label)]
        ever = sum(int(table.positive[table.place(label)].sum()) for table in known)
        same = [table for table in known if table.coder == latest.coder]
        coded = sum(int(table.audited[table.place(label), -1]) for table in same)
        right = sum(int(table.positive[table.place(label), -1]) for table in same)
        if ever < FEWEST_POSITIVE:
            reasons[label] = TOO_FEW
            continue
        low, high = wilson(right, coded) if coded else (0.0, 1.0)
        if low < LEAST_PRECISION:
            reasons[label] = TOO_LOOSE if high < LEAST_PRECISION else TOO_FEW_CHECKED
    return {
        label: reasons[theme]
        for label in latest.labels
        if (theme := theme_of(label) if theme_of(label) in latest.labels else label) in reasons
    }
