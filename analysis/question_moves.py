"""How far each question's favourable share may have moved since the pulse before.

Made from the shares and numbers as printed in two published summaries, so it says nothing that
they do not. It is a range and never a verdict: a theme's verdict has its own gates.
"""

import math
from collections.abc import Sequence

from analysis.sampling.proportions import newcombe
from analysis.summary import UNLIKE, Figure, Summary

HEAD = "Since last asked"
NOTE = (
    "The last column says by how many points the share of better answers probably moved since the "
    "question was last asked. Where 0 lies within it, we can’t tell."
)
LEAST_ANSWERS = 50
COUNT_HALF_STEP = 2
Z = 1.959963984540054
_COMPARED = ("higher", "lower", "same", "cannot_tell")


def moves(summaries: Sequence[Summary], theme_id: str) -> dict[str, tuple[int, int]]:
    """For each question of a theme from how many to how many points its favourable share moved,
    whole organisation, at 95 %, in whole points; the newest of ``summaries`` against the pulse that
    its change is told against.

    Only questions asked in the same words, in a theme that can be compared or whose questions seem
    to be read differently: then each is to be looked at alone (STATISTICS 2.4).
    """
    if not summaries:
        return {}
    now = summaries[-1]
    change = now.row(theme_id).change
    if change.verdict not in _COMPARED and change.why != UNLIKE:
        return {}
    before = next((one for one in summaries[:-1] if one.wave.label == change.against), None)
    if before is None:
        return {}
    then = {row.item: row.figure for row in before.items}
    words = {item.id: item for theme in before.themes for item in theme.items}
    found: dict[str, tuple[int, int]] = {}
    shown = {row.item: row.figure for row in now.items}
    for item in now.theme(theme_id).items:
        one, other, asked = shown.get(item.id), then.get(item.id), words.get(item.id)
        if asked is None or (asked.text, asked.reversed) != (item.text, item.reversed):
            continue
        moved = move(one, other, now, before)
        if moved is not None:
            found[item.id] = moved
    return found


def move(
    now: Figure | None, then: Figure | None, later: Summary, earlier: Summary
) -> tuple[int, int] | None:
    """The 95 % range of a move between two printed shares, in points; ``None`` where one of them is
    in words or stands on under 50 answers. ``later`` and ``earlier`` are the results they stand in.

    Formula: Newcombe's (1998) hybrid score interval for the fewest answers that print alike, or for
    as many as the shares' likely ranges are worth where groups answered unevenly
    (:func:`worth`), without finite correction, widened by the rounding of both shares.
    """
    counted, counted_then = _counted(now, later), _counted(then, earlier)
    if counted is None or counted_then is None:
        return None
    share, n, blur = counted
    share_then, m, blur_then = counted_then
    gap = newcombe(round(share * n / 100), n, round(share_then * m / 100), m)
    # A whole number of answers lies within half an answer of the share.
    blur += blur_then + 50 / n + 50 / m
    low, high = 100 * gap.low - blur, 100 * gap.high + blur
    return math.floor(max(low, -100.0)), math.ceil(min(high, 100.0))


def _counted(figure: Figure | None, summary: Summary) -> tuple[float, int, float] | None:
    """A printed share in percent, the answers behind it, and half of its rounding."""
    if figure is None or figure.shares is None or not figure.n.isdigit():
        return None
    share, n = figure.shares[0].rstrip("%"), int(figure.n)
    least: float = n - COUNT_HALF_STEP - (summary.rule.get("k", 10) - 1)
    if not share.isdigit() or n < LEAST_ANSWERS:
        return None
    step, people = _step(figure), summary.root.headcount
    if figure.likely_share is not None:
        least = min(least, worth(float(share), figure.likely_share, step, people))
    return float(share), max(int(least), 1), step / 2


def worth(share: float, ends: tuple[float, float], step: int, people: int | None) -> float:
    """How many answers of equal weight would have a likely range at most as wide as a printed one.

    Formula: an end e of Wilson's interval solves (p̂ − e)² = z²·a·e(1 − e), with a = κ/n − 1/N for
    answers that weigh unevenly; so a of the end that says less, and 1/(a + 1/N) answers.

    >>> round(worth(50.0, (45.0, 55.0), 1, None))
    470
    """
    found = []
    for end, edge in zip(ends, (share - step / 2, share + step / 2), strict=True):
        if 0 < end < 100:
            found.append((edge - end) ** 2 / (Z**2 * end * (100 - end)))
    spread = min(found, default=0.0) + (0.0 if people is None else 1 / people)
    return 1 / spread if spread > 0 else math.inf


def _step(figure: Figure) -> int:
    """What the shares are rounded to: 5 where every one of them could be."""
    shares = [part.rstrip("%") for part in figure.shares or ()]
    ends = figure.likely_share or ()
    whole = [float(part) for part in shares if part.isdigit()] + list(ends)
    return 5 if all(value % 5 == 0 for value in whole) else 1
