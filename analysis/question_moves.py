"""How far each question's favourable share may have moved since the pulse before.

Made from the shares and numbers as printed in two published summaries, so it says nothing that
they do not. It is a range and never a verdict: a theme's verdict has its own gates.
"""

import math
from collections.abc import Mapping, Sequence

from analysis.sampling.proportions import newcombe
from analysis.summary import UNLIKE, Figure, Summary

HEAD = "Since the pulse before"
NOTE = (
    "The last column says by how many points the favourable share probably moved since the pulse "
    "before. Where it holds 0, we can’t tell if it moved."
)
LEAST_ANSWERS = 50
COUNT_HALF_STEP = 2
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
        moved = move(one, other, now.rule, before.rule)
        if moved is not None:
            found[item.id] = moved
    return found


def move(
    now: Figure | None, then: Figure | None, rule: Mapping[str, int], rule_then: Mapping[str, int]
) -> tuple[int, int] | None:
    """The 95 % range of a move between two printed shares, in points; ``None`` where one of them is
    in words or stands on under 50 answers.

    Formula: Newcombe's (1998) hybrid score interval for the fewest answers that print alike,
    without finite correction, widened by the rounding of both shares.

    >>> shown = Figure("400", 60.0, 55.0, 65.0, None, ("60%", "20%", "20%"), (54.0, 66.0))
    >>> later = Figure("400", 70.0, 65.0, 75.0, None, ("71%", "10%", "19%"), (65.0, 77.0))
    >>> move(later, shown, {}, {})
    (3, 19)
    """
    counted, counted_then = _counted(now, rule), _counted(then, rule_then)
    if counted is None or counted_then is None:
        return None
    share, n, blur = counted
    share_then, m, blur_then = counted_then
    gap = newcombe(round(share * n / 100), n, round(share_then * m / 100), m)
    # A whole number of answers lies within half an answer of the share.
    blur += blur_then + 50 / n + 50 / m
    low, high = 100 * gap.low - blur, 100 * gap.high + blur
    return math.floor(max(low, -100.0)), math.ceil(min(high, 100.0))


def _counted(figure: Figure | None, rule: Mapping[str, int]) -> tuple[float, int, float] | None:
    """A printed share in percent, the fewest answers behind it, and half of its rounding."""
    if figure is None or figure.shares is None or not figure.n.isdigit():
        return None
    share, n = figure.shares[0].rstrip("%"), int(figure.n)
    least = n - COUNT_HALF_STEP - (rule.get("k", 10) - 1)
    if not share.isdigit() or n < LEAST_ANSWERS:
        return None
    return float(share), max(least, 1), _step(figure) / 2


def _step(figure: Figure) -> int:
    """What the shares are rounded to: 5 where every one of them could be."""
    shares = [part.rstrip("%") for part in figure.shares or ()]
    ends = figure.likely_share or ()
    whole = [float(part) for part in shares if part.isdigit()] + list(ends)
    return 5 if all(value % 5 == 0 for value in whole) else 1
