"""What an audit of comments lets out, put into a wave's results: the only way from its counts.

Shares come from :mod:`analysis.text.printed_shares`, changes from
:mod:`analysis.text.prevalence_change`; here they are joined with the questions they belong to.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.disclosure import Rule
from analysis.summary import (
    NOT_SHOWN,
    THE_REST,
    Comparison,
    Quote,
    Summary,
    TextAudit,
    TextResult,
    UnitHead,
    WrittenGroup,
    WrittenTheme,
)
from analysis.text.audited import NO_THEMES, NONE, AuditedShare
from analysis.text.codebook import Codebook, load
from analysis.text.counts import in_words
from analysis.text.human_codes import OTHER
from analysis.text.own_codebook import NONE as NO_OWN
from analysis.text.own_codebook import OwnCodebook, over
from analysis.text.prevalence import Prevalence, estimate, why_unaudited
from analysis.text.prevalence_change import SINCE, Asked, Key, changes, gaps, verdicts
from analysis.text.printed_agreement import agreed_in_words, agreed_themes
from analysis.text.printed_shares import named, printed
from analysis.text.reviewed import Example, Reviewed
from analysis.text.score_bins import ScoreBins
from analysis.text.thin_themes import grey

TITLES = {OTHER: "Something no theme covers", NONE: "No theme found"}
LEANINGS = {
    "negative": "mostly problems",
    "positive": "mostly good things",
    "suggestion": "mostly ideas",
}
MOSTLY = 2 / 3
HALF = 1 / 2
REWORDED = "The question was reworded."
NOT_CHECKED = "No change is shown, because nobody checked what people wrote in {}."
NOT_KEPT = "No change is shown, because what was counted in {} is no longer kept."
FIRST_TIME = "No change is shown, because no earlier results have this question."
# Why a theme has no verdict. Each is told by the two results anyway, so it tells of no count that
# either of them hides (rule D14).
NOT_NAMED_THEN = "Too few comments in {}."
NO_FIGURE_THEN = "No figure in {}."
NO_FIGURE_NOW = "No figure now."


@dataclass(frozen=True, eq=False)
class Before:
    """An earlier pulse that is out: its results, and its review as far as it was kept."""

    summary: Summary
    reviewed: Reviewed | None


def with_review(
    summary: Summary,
    reviewed: Reviewed,
    rule: Rule,
    earlier: Sequence[Before] = (),
    own: OwnCodebook = NO_OWN,
) -> Summary:
    """A wave's results with what its review found: the same input gives the same bytes.

    ``earlier`` pulses stand oldest first; themes have the titles of the wave's ``own`` codebook. A
    question whose software counts are not shown (rule D12) stays as it is; one without a sufficient
    audit only gains the reason. Comments are quoted from ``rule.comments`` cleared ones to the
    question, in an order drawn by the recorded seed, without a group.
    """
    parts = summary.children(summary.root.id)
    book = over(load(), own)
    text = tuple(_result(result, reviewed, rule, earlier, parts, book) for result in summary.text)
    shown = {result.question: result for result in text if result.comments != NOT_SHOWN}
    quotes: list[Quote] = []
    for place, (question, result) in enumerate(shown.items()):
        mine = sorted(
            (one for one in reviewed.examples if one.question == question),
            key=lambda one: one.comment,
        )
        if len(mine) >= rule.comments:
            order = np.random.default_rng([reviewed.seed, place]).permutation(len(mine))
            quotes += [_quote(mine[n], result) for n in order]
    least = rule.comments_theme
    withheld = [(why, in_words(n, least)) for why, n in reviewed.withheld if n]
    return replace(
        summary, text=text, quotes=tuple(quotes), not_quoted=tuple(withheld if shown else ())
    )


def _quote(example: Example, result: TextResult) -> Quote:
    """With those of its themes that are named in the question's results."""
    told = {share.theme for share in result.audit.themes} if result.audit else set()
    told = told or {theme.theme for theme in result.themes}
    return Quote(example.question, example.text, tuple(sorted(told.intersection(example.themes))))


def _result(
    result: TextResult,
    reviewed: Reviewed,
    rule: Rule,
    earlier: Sequence[Before],
    directorates: Sequence[UnitHead],
    book: Codebook,
) -> TextResult:
    counted = reviewed.question(result.question)
    if counted is None or result.comments == NOT_SHOWN:
        return result
    why = why_unaudited(counted.bins)
    if why:
        return replace(result, unchecked=why)
    kept = [before.reviewed for before in earlier if before.reviewed is not None]
    tables = [one.bins for known in kept for one in known.questions]
    others = [one.bins for one in reviewed.questions if one is not counted]
    thin = _thin([*tables, *others, counted.bins])
    found = estimate(counted.bins, counted.seed)
    shares = printed(found, rule, thin, counted.agreement)
    whole = [share for share in shares.shares if "/" not in share.label]
    whole.sort(key=lambda share: share.label in NO_THEMES)
    labels = [share.label for share in whole]
    ways = [_way(found, share, way, rule) for share in whole for way in _ways_told(share)]
    agreed = agreed_themes(counted.agreement, whole, rule)
    shares = replace(shares, shares=(*whole, *ways), agreed=agreed)
    asked, since = _since(result, found, labels, thin, rule, earlier)
    compared = [label for label in labels if label not in thin and label not in NO_THEMES]
    apart = gaps(counted.bins, counted.parts or {}, counted.seed, rule, compared)
    told = verdicts({**asked, **apart}, rule)
    titles = {**book.titles, **TITLES}
    themes = tuple(
        WrittenTheme(
            label,
            titles[label],
            _leaning(found, label, rule, thin),
            told.get((SINCE, label)),
            book.notes.get(label, ""),
        )
        for label in labels
    )
    below = directorates if counted.parts is not None else ()
    groups = _groups(below, compared, {key: told[key] for key in apart})
    said = agreed_in_words(counted.agreement, rule.comments_theme)
    audit = TextAudit(shares, themes, since, said, groups)
    return replace(result, audited=True, audit=audit)


def _groups(
    directorates: Sequence[UnitHead], labels: Sequence[str], told: Mapping[Key, Comparison]
) -> tuple[WrittenGroup, ...]:
    """Every directorate with every theme, "Not shown" alike for whatever reason (rule D14)."""
    hidden = Comparison("not_shown", THE_REST)
    return tuple(
        WrittenGroup(unit.id, label, told.get((unit.id, label), hidden))
        for unit in directorates
        for label in labels
    )


def _thin(tables: Sequence[ScoreBins]) -> dict[str, str]:
    """Grey labels; what no theme covers is no theme, and is always told."""
    return {label: why for label, why in grey(tables).items() if label not in NO_THEMES}


def _ways_told(share: AuditedShare) -> tuple[str, ...]:
    return () if share.grey or share.label in NO_THEMES else tuple(LEANINGS)


def _way(found: Prevalence, theme: AuditedShare, way: str, rule: Rule) -> AuditedShare:
    """A direction has words only: taken from its theme, a figure would leave a handful."""
    label = f"{theme.label}/{way}"
    middle = round(found.interval(label)[0])
    return AuditedShare(label, in_words(middle, rule.comments_theme))


def _leaning(found: Prevalence, theme: str, rule: Rule, thin: Mapping[str, str]) -> str:
    """What at least two thirds of a theme's comments are, by the middle of the draws, and surely
    half. Nothing where that is so of two directions: a comment may hold several."""
    if theme in thin or theme in NO_THEMES:
        return ""
    whole = found.interval(theme)[0]
    said = []
    for way, words in LEANINGS.items():
        label = f"{theme}/{way}"
        middle, low, _ = found.interval(label)
        if named(found, label, rule) and middle >= MOSTLY * whole:
            said.append(words if low >= HALF * whole else "")
    return said[0] if len(said) == 1 else ""


def asked_alike(earlier: Sequence[Before], wording: Mapping[str, str]) -> list[ScoreBins]:
    """The counts of earlier pulses' questions that were put in the same words as now.

    ``wording`` has the words of each question now, by its id; pulses stand oldest first.
    """
    return [
        counted.bins
        for before in earlier
        if before.reviewed is not None
        for result in before.summary.text
        if (counted := before.reviewed.question(result.question)) is not None
        and result.question in wording
        and _same_words(result.text, wording[result.question])
    ]


def _same_words(one: str, other: str) -> bool:
    return one.split() == other.split()


def _since(
    result: TextResult,
    found: Prevalence,
    labels: Sequence[str],
    thin: Mapping[str, str],
    rule: Rule,
    earlier: Sequence[Before],
) -> tuple[Mapping[Key, Asked], str]:
    """What is to be judged since the last pulse with the question, or why nothing is."""
    asked = [b for b in earlier if any(r.question == result.question for r in b.summary.text)]
    if not asked:
        return {}, FIRST_TIME
    before = asked[-1]
    label = before.summary.wave.label
    told = next(r for r in before.summary.text if r.question == result.question)
    if not _same_words(told.text, result.text):
        reworded = Comparison("break", label, why=REWORDED)
        return {(SINCE, one): reworded for one in labels if one not in NO_THEMES}, ""
    if told.audit is None:
        return {}, NOT_CHECKED.format(label)
    counted = before.reviewed.question(result.question) if before.reviewed else None
    if counted is None:
        return {}, NOT_KEPT.format(label)
    past = estimate(counted.bins, counted.seed)
    compared = [one for one in labels if one not in NO_THEMES]
    without = _without_verdict(compared, thin, told.audit, label)
    return changes(found, past, rule, label, compared, without), ""


def _without_verdict(
    labels: Sequence[str], thin: Collection[str], before: TextAudit, wave: str
) -> dict[str, str]:
    """Themes that these results or those of the pulse before give no figure, each with why."""
    found: dict[str, str] = {}
    for label in labels:
        then = before.share(label)
        if label in thin:
            found[label] = NO_FIGURE_NOW
        elif then is None:
            found[label] = NOT_NAMED_THEN.format(wave)
        elif then.grey:
            found[label] = NO_FIGURE_THEN.format(wave)
    return found
