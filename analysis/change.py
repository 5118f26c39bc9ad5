"""Higher, lower, the same, or can't tell: verdicts that a difference must earn.

Three gates (STATISTICS 2.5, 2.6, D9): a difference counts when its 95 % interval excludes none
*and* it is at least the smallest change that matters *and* it survives the many comparisons made
beside it; two figures are the same when the 90 % interval lies within that smallest change;
everything else is "can't tell".
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from analysis.disclosure import Rule, outward
from analysis.equivalence import equivalence
from analysis.estimate import Difference, Estimate, difference
from analysis.instrument import Instrument, Item
from analysis.multiplicity import rejected
from analysis.release.visible import Theme
from analysis.summary import Comparison, Verdict

SMALLEST_CHANGE = 5.0
NET_ANSWERS = 3
ROUNDED = 1.0  # points by which the difference of two figures in whole points may be out


@dataclass(frozen=True)
class Contrast:
    """A difference to be judged: ``n`` is the smaller number of answers, ``against`` the words
    for what it is compared with."""

    found: Difference
    n: int
    against: str


def verdict(contrast: Contrast, survives: bool, rule: Rule, printed: int | None = None) -> Verdict:
    """One of four words. ``survives``: the difference stood the correction within its family;
    ``printed`` is the difference of the two printed figures, where they are numbers.

    The interval is judged as it is printed, rounded outward, so the words never say more than
    the figures beside them. Under ``rule.large`` answers at least three whole answers must have
    moved, and "the same" is not offered: one person could turn it (rule D9).
    """
    found = contrast.found
    low, high = _ends(found, printed)
    moved = abs(found.value) >= SMALLEST_CHANGE and survives and not low <= 0 <= high
    small = contrast.n < rule.large
    if moved and not (small and abs(found.value) * contrast.n / 100 < NET_ANSWERS):
        return "higher" if found.value > 0 else "lower"
    if not small and equivalence(found, SMALLEST_CHANGE).same:
        return "same"
    return "cannot_tell"


def judge(family: Sequence[tuple[Contrast, int | None]], rule: Rule) -> list[Comparison]:
    """The verdicts of one family.

    Each contrast comes with the difference of the two *printed* figures, or ``None`` where they
    are not printed as numbers. Under ``rule.large`` answers only the word is given (rule D9).
    """
    survivors = rejected([contrast.found.p for contrast, _ in family])
    found = []
    for (contrast, printed), survives in zip(family, survivors, strict=True):
        gap = printed if contrast.n >= rule.large else None
        said = verdict(contrast, survives, rule, gap)
        why = _why(contrast, said, survives, rule, gap)
        if gap is None:
            found.append(Comparison(said, contrast.against, why=why))
            continue
        low, high = _ends(contrast.found, gap)
        found.append(Comparison(said, contrast.against, float(gap), float(low), float(high), why))
    return found


def _ends(found: Difference, printed: int | None) -> tuple[int, int]:
    """The likely range of a difference, in whole points.

    It is laid around the difference of the two figures *as printed*, wide enough for any two that
    print alike, so that its ends say nothing more of them (attack A12), to both sides as far as
    the longer one reaches; around the difference itself where that is not printed, and then only
    a word follows from it.
    """
    low, high = found.interval(0.95)
    if printed is None:
        return outward(low, high, 1)
    half = max(found.value - low, high - found.value) + ROUNDED
    return outward(printed - half, printed + half, 1)


def _why(contrast: Contrast, said: Verdict, survives: bool, rule: Rule, printed: int | None) -> str:
    """What stands behind a word that is not a finding of its own."""
    if said == "same":
        return f"If there is a difference, it is probably under {SMALLEST_CHANGE:.0f} points."
    if said != "cannot_tell":
        return ""
    if contrast.n < rule.large:
        return "With so few answers only a very large difference would show."
    low, high = _ends(contrast.found, printed)
    if low <= 0 <= high:
        return "The difference could be chance."
    if not survives:
        return "With this many comparisons, a difference like this can be chance."
    return "There is a difference, but it may be too small to matter."


def against_rest(theme: Theme, unit: str, words: str) -> Contrast | None:
    """A shown group against everybody outside it; ``None`` unless the rest may be shown too.

    The rest is the visible cells outside the group, so nothing depends on which of the hidden
    groups an answer came from (rule D13).
    """
    rest = theme.rest(unit)
    if rest is None or not theme.may_show_rest(unit):
        return None
    group = theme.cautious(theme.inside(unit))
    return Contrast(difference(group, rest), min(group.n, rest.n), words)


def counterpart(now: Theme, before: Theme, unit: str) -> str:
    """The group of an earlier wave to compare with: the same id, and the whole with the whole."""
    return before.root if unit == now.root else unit


def since(now: Theme, before: Theme, unit: str) -> Contrast:
    """A group now against the same group in an earlier wave; both must be shown."""
    later: Estimate = now.cautious(now.inside(unit))
    earlier: Estimate = before.cautious(before.inside(counterpart(now, before, unit)))
    return Contrast(difference(later, earlier), min(later.n, earlier.n), before.counted.head.label)


def trend_over(
    now: Theme,
    past: Sequence[Theme],
    unit: str,
    same: Callable[[Theme, Theme], bool | None] = lambda later, earlier: None,
) -> Contrast | None:
    """A group now against the first wave of the same series: a slide too slow for neighbours.

    ``past`` stands oldest first. The series goes back as long as every wave with the theme can be
    compared with now and has the group, put together as it is; waves in which it is not shown are
    stepped over. Where ``same(later, earlier)`` is False the questions were read differently: the
    series ends there, and so it does where that shows between now and its first wave only. ``None``
    where that is no more than :func:`since` says already, or the group is not shown. Judged in a
    family of its own: looking twice is one comparison more.
    """
    if unit not in now.shown:
        return None
    waves = {now.counted.head.id, now.counted.head.label}
    shown: list[Theme] = []
    for before in reversed(past):
        if before.asked:
            then = counterpart(now, before, unit)
            known = then in {one.id for one in before.counted.units}
            if break_between(now, before, waves) or not known or regrouped(now, before, unit):
                break
            if then in before.shown:
                if same(shown[-1] if shown else now, before) is False:
                    break
                shown.append(before)
        waves |= {before.counted.head.id, before.counted.head.label}
    while len(shown) > 1 and same(now, shown[-1]) is False:
        shown.pop()
    return since(now, shown[-1], unit) if len(shown) > 1 else None


def break_between(now: Theme, before: Theme, waves: Collection[str]) -> str:
    """Why two waves of a theme cannot be compared, in one sentence; empty when they can.

    ``waves`` are the ids and labels of the waves after ``before``, up to ``now``: an instrument's
    ``breaks`` may use either.
    """
    items = [now.instrument.item(item_id) for item_id in now.asked]
    declared = {*now.scale.breaks, *(wave for item in items for wave in item.breaks)}
    if declared.intersection(waves):
        return "The questions mean something else since then."
    if now.asked != before.asked:
        return "Different questions were asked."
    if any(
        _wording(now.instrument, item.id) != _wording(before.instrument, item.id) for item in items
    ):
        return "A question was reworded."
    if _scoring(now) != _scoring(before):
        return "The score is worked out in another way."
    return ""


def regrouped(now: Theme, before: Theme, unit: str) -> bool:
    """Whether a group holds other groups than it did, the whole organisation apart."""
    return unit != now.root and now.below(unit) != before.below(unit)


def _wording(instrument: Instrument, item_id: str) -> tuple[object, ...]:
    item: Item = instrument.item(item_id)
    options = tuple(
        (option.code, " ".join(option.label.split()))
        for option in instrument.response_set(item).options
    )
    return " ".join(item.text.split()), options


def _scoring(theme: Theme) -> tuple[object, ...]:
    items = [theme.instrument.item(item_id) for item_id in theme.asked]
    return theme.scale.formula, theme.key.needed, tuple(item.reversed for item in items)
