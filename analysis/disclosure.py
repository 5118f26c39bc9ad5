"""Which figures may be shown. The rule is data, frozen into a wave's covenant.

The groups shown form a tree, so whatever can be computed from them by adding and subtracting is a
union of *residuals*: a shown group without the shown groups next below it. When every residual is
empty or itself showable, nothing smaller can be derived (rules D3 and D4, and attacks A1 to A3,
of the statistics specification).
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from analysis.summary import Band

HARD_FLOOR = 8
# No rule may go below these, wherever it comes from; the web application refuses to lower any.
FLOORS: Mapping[str, int] = {
    "clamp_small": 3, "clamp_large": 2, "banded_below": 20, "large": 50,
    "comments_answers": HARD_FLOOR, "comments": 5, "comments_theme": 3,
}  # fmt: skip
LARGEST_WEIGHT = 0.15
# "Under x %" leaves open whether it is none, one or two people (rule D4 iii).
FEWEST_UNSAID = 2
BAND_EDGES = (40, 70)
NARROWEST_BAND = 30
SMALL_STEP = 5
NOT_OFFERED = "–"


class RuleError(ValueError):
    """A disclosure rule that protects too little."""


@dataclass(frozen=True)
class Rule:
    """The thresholds of a wave (STATISTICS D1, D3, D6, D8, D10, D12).

    ``k`` answers and ``headcount`` people make a group showable; ``k_sensitive`` for sensitive
    items; ``k_full`` when everybody answered; ``clamp_small`` and ``clamp_large`` are the counts
    below which "few" stands for a share, under and from ``large`` answers.
    """

    k: int = 10
    headcount: int = 12
    k_sensitive: int = 20
    k_full: int = 15
    clamp_small: int = 3
    clamp_large: int = 2
    banded_below: int = 20
    large: int = 50
    comments_answers: int = 20
    comments: int = 10
    comments_theme: int = 5
    participation_headcount: int = 30

    def __post_init__(self) -> None:
        if self.k < HARD_FLOOR:
            raise RuleError(f"At least {HARD_FLOOR} answers must stand behind every figure.")
        if self.headcount < self.k:
            raise RuleError("The smallest group shown cannot be smaller than the answers it needs.")
        for name in ("k_sensitive", "k_full"):
            if getattr(self, name) < self.k:
                raise RuleError(f"“{name}” asks for fewer answers than every figure needs.")
        if self.participation_headcount < self.headcount:
            raise RuleError("Who answered cannot be told of smaller groups than what they said.")
        for name, lowest in FLOORS.items():
            if getattr(self, name) < lowest:
                raise RuleError(f"“{name}” must be at least {lowest}.")

    def to_dict(self) -> dict[str, int]:
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "Rule":
        known = {field.name for field in fields(cls)}
        return cls(**{key: int(value) for key, value in raw.items() if key in known})


class ReleaseError(RuntimeError):
    """A planned release from which too small a group could be computed: nothing is published."""


@dataclass(frozen=True)
class Group:
    """A unit with everybody in and below it, as one table sees it.

    ``answers`` people behind the statistic, ``responses`` people who answered at all, the
    frozen ``headcount`` or ``None`` where a file does not say.
    """

    id: str
    parent: str | None
    answers: int
    responses: int
    headcount: int | None

    @property
    def full(self) -> bool:
        """Whether everybody answered, so that nobody can say it was not them."""
        return self.headcount is not None and self.responses >= self.headcount

    def without(self, others: Sequence["Group"]) -> "Group":
        """What is left when others inside it are taken away: what subtraction would give."""
        known = self.headcount is not None and all(o.headcount is not None for o in others)
        people = (self.headcount or 0) - sum(o.headcount or 0 for o in others) if known else None
        return Group(
            self.id,
            self.parent,
            self.answers - sum(other.answers for other in others),
            self.responses - sum(other.responses for other in others),
            people,
        )


def may_show(group: Group, rule: Rule, *, sensitive: bool = False) -> bool:
    """Rules D1 and D10: enough answers and people, and more of both when everybody answered.

    >>> rule = Rule()
    >>> [may_show(Group("a", None, n, n, people), rule) for n, people in
    ...  ((9, 40), (10, 11), (10, 12), (14, 14), (15, 15), (10, None))]
    [False, False, True, False, True, True]
    """
    least = max(rule.k, rule.k_sensitive) if sensitive else rule.k
    if group.headcount is not None:
        if group.headcount < rule.headcount:
            return False
        if group.full:
            least = max(least, rule.k_full)
    return group.answers >= least


def release(
    groups: Sequence[Group],
    rule: Rule,
    *,
    sensitive: bool = False,
    withheld: Collection[str] = (),
) -> tuple[str, ...]:
    """The ids of the groups that may be shown together, parents before children.

    A group is shown when it may be shown by itself and what the shown groups next below leave of
    it is nobody or may be shown itself. While it may not, one of those is hidden: the one that
    costs fewest groups, then the smallest by answers, then by id, so the choice is the same each
    time. Groups inside a hidden one may still be shown. ``withheld`` groups are not. Nothing is
    shown where the whole is not.
    """
    children: dict[str | None, list[Group]] = {group.id: [] for group in groups}
    children[None] = []
    for group in groups:
        children[group.parent].append(group)
    next_below: dict[str, list[Group]] = {}
    tops: dict[str, list[Group]] = {}
    # How many groups must be hidden before people of this group join what is left of the one above.
    costs: dict[str, int] = {}
    for group in reversed(_downward(children)):
        below = [top for child in children[group.id] for top in tops[child.id]]
        tops[group.id] = below
        if group.id in withheld or not may_show(group, rule, sensitive=sensitive):
            continue
        while not _safe(group.without(below), rule, sensitive):
            gone = min(below, key=lambda one: (costs[one.id], one.answers, one.id))
            below.remove(gone)
            below.extend(next_below[gone.id])
        next_below[group.id], tops[group.id] = below, [group]
        left = group.without(below).answers
        costs[group.id] = 1 if left else 1 + min(costs[one.id] for one in below)
    shown: list[str] = []
    waiting = [group for group in children[None] if group.id in next_below]
    while waiting:
        group = waiting.pop(0)
        shown.append(group.id)
        waiting.extend(next_below[group.id])
    problems = derivable(groups, shown, rule, sensitive=sensitive)
    if problems:
        raise ReleaseError("\n".join(problems))
    return tuple(shown)


def _downward(children: Mapping[str | None, Sequence[Group]]) -> list[Group]:
    """All groups, parents before children."""
    order = list(children[None])
    for group in order:
        order.extend(children[group.id])
    return order


def holders(groups: Sequence[Group], shown: Sequence[str]) -> dict[str, str | None]:
    """For each shown group the nearest shown group above it."""
    parents = {group.id: group.parent for group in groups}
    found: dict[str, str | None] = {}
    for unit in shown:
        above = parents[unit]
        while above is not None and above not in shown:
            above = parents[above]
        found[unit] = above
    return found


def residuals(groups: Sequence[Group], shown: Sequence[str]) -> dict[str, Group]:
    """For each shown group what the shown groups next below leave of it: the release's cells."""
    by_id = {group.id: group for group in groups}
    inside: dict[str, list[Group]] = {unit: [] for unit in shown}
    for unit, holder in holders(groups, shown).items():
        if holder is not None:
            inside[holder].append(by_id[unit])
    return {unit: by_id[unit].without(inside[unit]) for unit in shown}


def derivable(
    groups: Sequence[Group], shown: Sequence[str], rule: Rule, *, sensitive: bool = False
) -> list[str]:
    """The check of a whole release: one sentence for each group that should not be computable."""
    by_id = {group.id: group for group in groups}
    problems = [
        f"{unit} is shown without {by_id[unit].parent}, which holds it."
        for unit, holder in holders(groups, shown).items()
        if holder is None and by_id[unit].parent is not None
    ]
    return problems or [
        f"{rest.answers} answers in {unit} could be computed by subtraction."
        for unit, rest in residuals(groups, shown).items()
        if not _safe(rest, rule, sensitive)
    ]


def _safe(rest: Group, rule: Rule, sensitive: bool) -> bool:
    return rest.answers == 0 or may_show(rest, rule, sensitive=sensitive)


def clamp(n: int, rule: Rule, full: bool = False) -> int:
    """Rules D6 and D10: how many people must stand on each side before a share is printed; more
    of them under ``large`` answers, and where everybody answered (``full``)."""
    if full:
        return max(rule.clamp_small, rule.clamp_large)
    return rule.clamp_small if n < rule.large else rule.clamp_large


def alike(n: int, above: int, rule: Rule, full: bool = False) -> bool:
    """Rule D6: (nearly) everybody on one side, so a figure would say what each person answered."""
    least = clamp(n, rule, full)
    return above < least or above > n - least


def count_in_words(n: int, rule: Rule) -> str:
    """Rule D8: answers as printed.

    >>> [count_in_words(n, Rule()) for n in (10, 19, 20, 48, 50, 397)]
    ['10–19', '10–19', 'about 20', 'about 50', '50', '395']
    """
    if n < rule.banded_below:
        return f"{rule.k}–{rule.banded_below - 1}"
    return f"about {nearest(n, 5)}" if n < rule.large else f"{nearest(n, 5)}"


def one_count(numbers: Iterable[int], rule: Rule) -> Mapping[int, int]:
    """Rule D5: what to tell for each number of answers in one group.

    Two numbers that are told differ by nobody or by at least ``rule.k``: a number less than that
    under a larger one that is told gives way to it.

    >>> one_count([60, 58, 47, 44, 60], Rule())
    {60: 60, 58: 60, 47: 47, 44: 47}
    """
    told: dict[int, int] = {}
    last: int | None = None
    for number in sorted(set(numbers), reverse=True):
        if last is None or last - number >= rule.k:
            last = number
        told[number] = last
    return told


def dominated(weights: Sequence[float], answers: Sequence[int]) -> bool:
    """Rule D7: whether one answer weighs more than 15 % of all; ``weights`` are one answer's.

    >>> dominated([1.0, 1.0], [10, 10]), dominated([5.0, 1.0], [2, 20])
    (False, True)
    """
    total = sum(weight * count for weight, count in zip(weights, answers, strict=True))
    return max(weights) > LARGEST_WEIGHT * total


def step(n: int, rule: Rule) -> int:
    """Rule D8: figures go up by 5 under ``large`` answers, by 1 from there on."""
    return SMALL_STEP if n < rule.large else 1


def steps(groups: Sequence[Group], shown: Sequence[str], rule: Rule) -> dict[str, int]:
    """What each shown group's figures are rounded to: rule D8, also for what is left of it.

    Taking the shown children from a group is out by half a step of each. Where that adds up to
    fewer people than the clamp of rule D6, one could read off that the rest answered all alike, so
    the group's own figures go up by 5. It depends on counts alone.
    """
    by_id = {group.id: group for group in groups}
    left, above = residuals(groups, shown), holders(groups, shown)
    found: dict[str, int] = {}
    # The steps of the shown groups next below, each times its answers.
    blur = dict.fromkeys(shown, 0)
    for unit in reversed(shown):
        n, rest = by_id[unit].answers, left[unit].answers
        found[unit] = step(n, rule)
        if found[unit] == 1 and rest and blur[unit]:
            close = n + blur[unit] < 100 * clamp(rest, rule, left[unit].full)
            found[unit] = SMALL_STEP if close else 1
        holder = above[unit]
        if holder is not None:
            blur[holder] += n * (NARROWEST_BAND if n < rule.banded_below else found[unit])
    return found


def nearest(value: float, by: int) -> int:
    """A number in whole steps of ``by``, halves up.

    >>> [nearest(value, 5) for value in (12.4, 12.5, 47.5)]
    [10, 15, 50]
    """
    return by * math.floor(round(value, 6) / by + 0.5)


def outward(low: float, high: float, by: int) -> tuple[int, int]:
    """An interval widened to whole steps.

    >>> outward(41.2, 58.0, 5)
    (40, 60)
    """
    return by * math.floor(round(low, 6) / by), by * math.ceil(round(high, 6) / by)


def band(favourable: float) -> Band:
    """Three bands for 10–19 answers: under 40 %, 40 to 70 %, from 70 % (rule D8)."""
    low, high = BAND_EDGES
    if round(favourable, 6) < low:
        return "few"
    return "mixed" if round(favourable, 6) < high else "most"


def shares(
    counts: tuple[float, float, float],
    people: int,
    rule: Rule,
    raw: tuple[int, int, int],
    *,
    by: int,
    middle: bool = True,
    full: bool = False,
) -> tuple[str, str, str]:
    """Percent favourable, neutral and unfavourable as printed (rules D6 and D8).

    ``counts`` are answers, weighted or not, from ``people``; ``raw`` the unweighted ones; ``by``
    is what percents are rounded to. A share
    that stands for fewer people than the clamp is printed as "under x %", and its smaller
    neighbour as the range that the two together leave, so that it cannot be computed from 100.
    Without a ``middle`` option nobody could be neutral: that share is a dash. ``full`` says that
    everybody answered.

    >>> shares((30, 10, 20), 60, Rule(), (30, 10, 20), by=1)
    ('50%', '17%', '33%')
    >>> shares((59, 1, 0), 60, Rule(), (59, 1, 0), by=1)
    ('over 92%', 'under 4%', 'under 4%')
    >>> shares((40, 19, 1), 60, Rule(), (40, 19, 1), by=1)
    ('67%', '28% to 34%', 'under 4%')
    >>> shares((40, 0, 20), 60, Rule(), (40, 0, 20), by=1, middle=False)
    ('67%', '–', '33%')
    """
    total = sum(counts)
    least = clamp(people, rule, full) * sum(raw) / people
    offered = (0, 1, 2) if middle else (0, 2)
    small = [i for i in offered if min(counts[i], raw[i]) < least]
    percent = [100 * count / total for count in counts]
    words = [NOT_OFFERED] * 3
    if not small:
        for i in offered:
            words[i] = f"{nearest(percent[i], by)}%"
        return words[0], words[1], words[2]
    bound = 100 * least / sum(raw)
    while any(percent[i] >= bound for i in small):
        bound *= 2
    top = outward(0, bound, by)[1]
    while top * people <= 100 * FEWEST_UNSAID:
        top += by
    for i in small:
        words[i] = f"under {top}%"
    large = sorted((i for i in offered if i not in small), key=lambda i: (percent[i], i))
    if len(large) == 1:
        words[large[0]] = f"over {max(100 - len(small) * top, 0)}%"
    elif large:
        most = nearest(percent[large[1]], by)
        words[large[1]] = f"{most}%"
        words[large[0]] = f"{max(100 - most - top - by, 0)}% to {100 - most + by}%"
    return words[0], words[1], words[2]
