"""Estimates made ready for print: rounded by rule D8, ends outward, rare themes not named."""

from collections.abc import Mapping

from analysis.disclosure import Rule, clamp, nearest, outward
from analysis.text.audited import AuditedQuestion, AuditedShare
from analysis.text.counts import in_words
from analysis.text.prevalence import Interval, Prevalence, PrevalenceError
from analysis.text.second_coder import Agreement, if_second_were_right

Ends = tuple[int, int]


def named(found: Prevalence, label: str, rule: Rule) -> bool:
    """Rule D12: enough comments, and enough of them with the label at the middle of the draws."""
    return found.comments >= rule.comments and found.interval(label)[0] >= rule.comments_theme


def percent_of(found: Prevalence, label: str, rule: Rule) -> int | None:
    """The share in percent as printed: whole from 50 comments, in fives from 20, else none; none
    either where nearly all comments have the label (rule D6)."""
    middle = found.interval(label)[0]
    n = found.comments
    if n < rule.banded_below or middle > n - clamp(n, rule):
        return None
    return nearest(100 * middle / n, _step(n, rule))


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
    least = clamp(n, rule)
    low = 0 if low < least else min(low, n - least)
    high = n if high > n - least else max(high, least)
    return outward(100 * low / n, 100 * high / n, _step(n, rule))


def _step(n: int, rule: Rule) -> int:
    return 1 if n >= rule.large else 5
