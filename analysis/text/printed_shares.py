"""Estimates made ready for print: rounded by rule D8, ends outward, rare themes not named.

Where so few comments may be read that people read them all, a share is a count, and whole percents
give it back: beside quoted comments with their themes, a reader would know how many of those that
only the board may read hold a theme. There the share is worked out from the counts *in words*, and
its ends hold every count in those words (:func:`counted`).
"""

import math
from collections.abc import Mapping

from analysis.disclosure import Rule, clamp, nearest, outward
from analysis.text.audit_sample import MOST
from analysis.text.audited import AuditedQuestion, AuditedShare
from analysis.text.counts import in_words, told_alike
from analysis.text.prevalence import Interval, Prevalence, PrevalenceError
from analysis.text.second_coder import Agreement, if_second_were_right

FIVE = 5  # counts in words are told to the nearest five

Ends = tuple[int, int]


def named(found: Prevalence, label: str, rule: Rule) -> bool:
    """Rule D12: enough comments, and enough of them with the label at the middle of the draws."""
    return found.comments >= rule.comments and found.interval(label)[0] >= rule.comments_theme


def counted(found: Prevalence) -> bool:
    """Whether so few comments may be read that the audit is all of them.

    Not whether it was done to the last one, nor whether any comment is not quoted: that exact
    figures stand in one result and rounded ones in another would tell of a single comment.
    """
    return int(found.table.readable[0].sum()) <= MOST


def percent_of(found: Prevalence, label: str, rule: Rule) -> int | None:
    """The share in percent as printed: whole from 50 comments, in fives from 20, else none; none
    either where nearly all comments have the label (rule D6)."""
    middle: float = found.interval(label)[0]
    n = found.comments
    most, of, fewest = middle, float(n), n
    if counted(found):
        middle, _, most = told_alike(round(middle), rule.comments_theme)
        of, fewest, _ = told_alike(n, rule.comments_theme)
    if n < rule.banded_below or most > fewest - clamp(n, rule):
        return None
    return nearest(100 * middle / of, _step(n, rule))


def printed(
    found: Prevalence,
    rule: Rule,
    grey: Mapping[str, str] | None = None,
    agreement: Mapping[str, Agreement] | None = None,
) -> AuditedQuestion:
    """Every label of the whole with enough comments. ``grey`` maps labels without a figure to the
    reason, ``agreement`` those that a second person coded too to how far the two agreed. Raises
    :class:`PrevalenceError` for a directorate: of it words are given, never figures."""
    if found.part:
        raise PrevalenceError("Figures are printed of the whole; directorates are told in words.")
    table, grey, agreement = found.table, grey or {}, agreement or {}
    shares = [
        _share(found, label, rule, grey.get(label, ""), agreement.get(label))
        for label in table.labels
        if named(found, label, rule)
    ]
    shares.sort(key=lambda share: (-(share.percent or 0), table.place(share.label)))
    least = rule.comments_theme
    return AuditedQuestion(
        table.wave,
        table.question,
        table.coder,
        in_words(found.comments, least),
        in_words(table.rows, least),
        in_words(int(table.closed[0].sum()), least),
        found.seed,
        tuple(shares),
    )


def _share(
    found: Prevalence, label: str, rule: Rule, grey: str, agreement: Agreement | None
) -> AuditedShare:
    middle = found.interval(label)
    if grey:
        return AuditedShare(label, "", grey=grey)
    count = in_words(round(middle[0]), rule.comments_theme)
    if found.comments < rule.banded_below:
        return AuditedShare(label, count)

    def ends(interval: Interval) -> Ends:
        if counted(found):
            return _ends_in_words(interval, round(middle[0]), found.comments, rule)
        return _ends(interval, found.comments, rule)

    second: tuple[int | None, int | None] = (None, None)
    if agreement is not None:
        second = ends(if_second_were_right(found, label, agreement))
    return AuditedShare(
        label,
        count,
        percent_of(found, label, rule),
        *ends(middle),
        *ends(found.interval(label, wide=True)),
        *second,
    )


def _ends(interval: Interval, n: int, rule: Rule) -> Ends:
    """Ends in percent, outward; one that would say that almost nobody, or almost everybody, wrote
    of something is opened as far as rule D6 asks."""
    _, low, high = interval
    return _opened(low, high, n, (n, n), rule)


def _ends_in_words(interval: Interval, middle: int, n: int, rule: Rule) -> Ends:
    """The same around all counts in the words for ``middle``: how far the interval reaches from it
    is taken in steps of five, outward, so that no end tells more than the words."""
    least = rule.comments_theme
    _, fewest, most = told_alike(middle, least)
    low = fewest + FIVE * math.floor((interval[1] - middle) / FIVE)
    high = most + FIVE * math.ceil((interval[2] - middle) / FIVE)
    return _opened(low, high, n, told_alike(n, least)[1:], rule)


def _opened(low: float, high: float, n: int, of: Ends, rule: Rule) -> Ends:
    """Of ``n`` comments, of which no fewer and no more than ``of`` are told."""
    fewest, most = of
    least = clamp(n, rule)
    low = 0 if low < least else min(low, fewest - least)
    high = most if high > fewest - least else max(high, least)
    return outward(100 * low / most, min(100 * high / fewest, 100), _step(n, rule))


def _step(n: int, rule: Rule) -> int:
    return 1 if n >= rule.large else 5
