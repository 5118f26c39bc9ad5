"""How far two people agreed on a question's comments, made ready for print: a sentence over all
themes, and figures for each theme that both met often enough."""

import math
from collections.abc import Mapping, Sequence

from analysis.disclosure import Rule, alike, nearest, outward
from analysis.text.audited import NONE, AgreedTheme, AuditedShare
from analysis.text.counts import in_words
from analysis.text.prevalence import theme_of
from analysis.text.second_coder import Agreement

FEWEST_DOUBLES = 20
_CELLS = ("both", "first", "second", "neither")


def agreed_in_words(agreement: Mapping[str, Agreement], least: int) -> str:
    """How far two people agreed on themes, all themes together: positive agreement in tenths.
    Empty under 20 comments coded twice, and where neither found a theme."""
    themes = [one for label, one in agreement.items() if theme_of(label) == label and label != NONE]
    both, first, second, neither = (sum(getattr(one, part) for one in themes) for part in _CELLS)
    whole = Agreement("", both, first, second, neither)
    rows = _rows(agreement)
    if rows < FEWEST_DOUBLES or whole.f1 is None:
        return ""
    tenths = min(int(10 * whole.f1 + 0.5), 9)
    often = f"in about {tenths} of 10 cases" if whole.f1 < 0.95 else "in nearly all cases"
    return (
        f"Two people coded {in_words(rows, least)} of these comments, each without seeing what the "
        f"other said. What one found, the other found as well {often}."
    )


def agreed_themes(
    agreement: Mapping[str, Agreement], shares: Sequence[AuditedShare], rule: Rule
) -> tuple[AgreedTheme, ...]:
    """For each theme that is told, how far two people agreed on it, in the order of ``shares``.

    None under ``rule.large`` comments coded twice, because hundredths of fewer would give back
    every count (rule D8). A theme has no figure where it is grey, where fewer than
    ``rule.comments`` comments hold it by either coder, and where (nearly) all do (rule D6).
    Directions and evidence need as many comments in which both found it, and evidence as many in
    which both marked words. How usual a theme is stands in steps of 5.
    """
    if _rows(agreement) < rule.large:
        return ()
    told = (share for share in shares if "/" not in share.label and share.label in agreement)
    return tuple(_theme(agreement[share.label], bool(share.grey), rule) for share in told)


def _theme(found: Agreement, grey: bool, rule: Rule) -> AgreedTheme:
    ends = found.f1_interval()
    crowded = found.either > found.rows / 2 and alike(found.rows, found.either, rule)
    if grey or found.either < rule.comments or crowded or ends is None:
        return AgreedTheme(found.label)
    low, high = outward(100 * ends[0], 100 * ends[1], 1)
    enough = found.both >= rule.comments
    return AgreedTheme(
        found.label,
        _hundredths(found.f1),
        low,
        high,
        _hundredths(found.kappa),
        _hundredths(found.ac1),
        nearest(100 * found.prevalence, 5),
        _hundredths(found.direction_kappa) if enough else None,
        _hundredths(found.span_f1) if found.pointed >= rule.comments else None,
    )


def _rows(agreement: Mapping[str, Agreement]) -> int:
    return max((one.rows for one in agreement.values()), default=0)


def _hundredths(value: float | None) -> int | None:
    return None if value is None else math.floor(100 * value + 0.5)
