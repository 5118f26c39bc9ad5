"""A5, A11, A12 and A13: figures turned back into answers, and marks on hidden groups."""

import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.attack.facts import Fact, Measure, Version, facts_of
from analysis.attack.findings import Finding, Limits, Severity, amount
from analysis.attack.model import EVERYBODY, Group, Line, Range, Release
from analysis.attack.printed import refused, whole

SMALL, MEDIUM = 20, 50
MOST_ITEMS = 12
Floats = NDArray[np.float64]
_Z = 1.959963984540054


def attack(version: Version, release: Release, limits: Limits) -> Iterator[Finding]:
    """All of these attacks on one version of one wave."""
    yield from skipped(version, release, limits)
    for measure, group, fact in facts_of(version):
        about = (release.name(group), version.wave, measure.name, fact.files)
        for label, severity, known in (*_exact(fact, measure), *_colleagues(fact, limits)):
            yield Finding(label, severity, about[0], known, *about[1:])
    for line in version.lines:
        yield from _line(line, release, version)


def skipped(version: Version, release: Release, limits: Limits) -> Iterator[Finding]:
    """A11: questions whose numbers of answers differ by a few tell how many left one out."""
    sizes: dict[Group, dict[str, tuple[float, Sequence[str]]]] = {}
    for measure, group, fact in facts_of(version):
        n = refined(version, measure, fact) if group == EVERYBODY else fact.n
        if n is not None and n[0] == n[1]:
            question = measure.name.partition(" · ")[0]
            sizes.setdefault(group, {})[question] = (n[0], fact.files)
    for group, by_question in sizes.items():
        if len(by_question) < 2:
            continue
        ordered = sorted(by_question.items(), key=lambda item: (item[1][0], item[0]))
        (least, (few, files)), (most, (many, _)) = ordered[0], ordered[-1]
        pairs = [
            (b - a, one, other)
            for (one, (a, _)), (other, (b, _)) in itertools.pairwise(ordered)
            if 0 < b - a < limits.answers
        ]
        if 0 < many - few < limits.answers:
            pairs.append((many - few, least, most))
        if pairs:
            gap, one, other = min(pairs)
            yield Finding(
                "A11", "medium" if gap < 3 else "low", release.name(group),
                f"{gap:g} of those who answered '{other}' left out '{one}'",
                version.wave, "", tuple(files),
            )  # fmt: skip


def refined(version: Version, measure: Measure, fact: Fact) -> Range | None:
    """The number of answers that the lowest and highest possible score leave (Manski 1989).

    [n·f/N, (n·f + 100·(N − n))/N], rounded outward: their distance tells n where N is known.
    Candour widens them to all that fit its printed figures, and so says less.
    """
    people = version.people.get(EVERYBODY)
    line = next(
        (one for one in version.lines
         if one.measure == measure.name and {"lowest", "highest"} <= one.cells.keys()), None,
    )  # fmt: skip
    if line is None or people is None or fact.n is None or fact.value is None:
        return fact.n
    step = line.cells["mean"].step if "mean" in line.cells else 1.0
    printed = line.cells["lowest"].middle, line.cells["highest"].middle
    told = 5 * math.floor(sum(fact.n) / 10 + 0.5) - 2.0 if line.shared else None
    fitting = [
        n for n in range(int(fact.n[0]), int(fact.n[1]) + 1)
        if any(
            np.allclose(
                _possible(mean, n, people, fact.value, told, step), printed, rtol=0, atol=step / 3
            )
            for mean in np.linspace(*fact.value, 21)
        )
    ]  # fmt: skip
    return (fitting[0], fitting[-1]) if fitting else fact.n


def _possible(
    mean: float, n: int, people: float, value: Range, told: float | None, step: float
) -> Range:
    """The lowest and highest score of everybody as printed, for a mean of n answers."""
    pairs = [(mean, float(n))]
    if told is not None:
        pairs += [(value[0], told), (value[1], told)]
    lows = [size * one / people for one, size in pairs]
    highs = [size * one / people + 100 * (people - size) / people for one, size in pairs]
    low = step * math.floor(round(min(lows) / step, 6))
    high = step * math.ceil(round(max(highs) / step, 6))
    return max(low, 0.0), min(high, 100.0)


def _exact(fact: Fact, measure: Measure) -> Iterator[tuple[str, Severity, str]]:
    """A12: a percentage of few people is a count."""
    if fact.n is None or fact.n[0] != fact.n[1] or not fact.plainly or fact.n[0] >= MEDIUM:
        return
    n = fact.n[0]
    severity: Severity = "medium" if n < SMALL else "low"
    if fact.count is not None and fact.value is not None and fact.count[0] == fact.count[1]:
        yield "A12", severity, f"'{fact.printed}' of {n:g} is {amount(*fact.count, *fact.n)}"
    elif fact.count is None and fact.value is not None and measure.high == 100 and n < SMALL:
        items = several_items(fact.value, int(n))
        if items:
            answers = n * items
            said = round((fact.value[0] + fact.value[1]) / 200 * answers)
            yield "A12", "medium", f"'{fact.printed}' fits {said} of {answers:g} answers exactly"


def several_items(share: Range, n: int) -> int:
    """How many questions make a percentage of n people a whole count, the fewest; 0 for none.

    >>> several_items((67.45, 67.55), 10)
    4
    """
    if share[1] - share[0] > 1.001:
        return 0
    for items in range(1, MOST_ITEMS + 1):
        low = math.ceil(share[0] * n * items / 100 - 1e-9)
        high = math.floor(share[1] * n * items / 100 + 1e-9)
        if low == high:
            return items
    return 0


def _colleagues(fact: Fact, limits: Limits) -> Iterator[tuple[str, Severity, str]]:
    """A5: what some of a group know of the others when they put their own answers together."""
    if fact.n is None or fact.count is None or fact.n[0] < 2 or fact.n[1] > 200:
        return
    exact = fact.n[0] == fact.n[1] and fact.count[0] == fact.count[1]
    if exact and fact.n[0] < SMALL:
        yield "A5", "low", f"all but one who compare notes learn the last answer of {fact.n[0]:g}"
    if not (exact or fact.plainly):
        return
    for members in range(1, limits.colluders + 1):
        sure, before = posterior(fact.n, fact.count, members)
        if sure > limits.sure and sure > before + 0.05 and fact.n[0] < MEDIUM:
            who = "one person" if members == 1 else f"{members} people who compare notes"
            yield "A5", "medium", f"{who} can be {sure:.0%} sure of everybody else's answer"
            return


def posterior(n: Range, count: Range, members: int) -> tuple[float, float]:
    """How sure some colleagues can be of another's answer, and how sure anybody is.

    Every size and count that fits is as likely as any other. Members' own answers are those that
    leave them surest among those that happen in one case of twenty or more (hypergeometric).

    >>> posterior((10, 10), (9, 9), 3)[0], round(posterior((30, 30), (18, 18), 3)[0], 2)
    (1.0, 0.67)
    """
    pairs = [
        (size, said)
        for size in range(int(n[0]), int(n[1]) + 1)
        for said in range(int(count[0]), min(int(count[1]), size) + 1)
    ]
    if not pairs or min(size for size, _ in pairs) <= members:
        return 0.0, 1.0
    plain = float(np.mean([said / size for size, said in pairs]))
    best = max(plain, 1 - plain)
    surest = best
    for own in range(members + 1):
        chances = [_hypergeometric(own, members, said, size) for size, said in pairs]
        total = sum(chances)
        if total / len(pairs) < 0.05:
            continue
        left = sum(
            chance * (said - own) / (size - members)
            for chance, (size, said) in zip(chances, pairs, strict=True)
        )
        surest = max(surest, left / total, 1 - left / total)
    return surest, best


def _hypergeometric(own: int, members: int, said: int, size: int) -> float:
    if own > said or members - own > size - said:
        return 0.0
    return math.comb(said, own) * math.comb(size - said, members - own) / math.comb(size, members)


def _line(line: Line, release: Release, version: Version) -> Iterator[Finding]:
    name = release.name(line.group)
    where = (line.wave, line.measure, (line.source,))
    if line.hidden and line.refusals:
        for severity, known in _on_hidden(line, version):
            label = "A13" if severity == "low" else "A12"
            yield Finding(label, severity, name, known, *where)
        return
    spread = _spread(line, version.measures[line.measure])
    if spread:
        yield Finding("A12", "high", name, spread, *where)
    width = _width(line)
    if width:
        yield Finding("A12", "medium", name, width, *where)


def _on_hidden(line: Line, version: Version) -> Iterator[tuple[Severity, str]]:
    """A12 and A13: what still stands beside a hidden figure."""
    measure, cells = version.measures[line.measure], line.cells
    if "shrunk" in cells:
        overall = measure.facts.get(EVERYBODY)
        weight = cells.get("weight")
        if overall and overall.value and weight and weight.middle > 0:
            mu = sum(overall.value) / 2
            own = (cells["shrunk"].middle - (1 - weight.middle) * mu) / weight.middle
            yield "high", f"its adjusted figure turns back into {own:.1f}"
        else:
            yield "medium", f"its adjusted figure {cells['shrunk'].text} is still shown"
    for role in ("low", "high", "sd"):
        if role in cells:
            yield "medium", f"its {role} {cells[role].text} is still shown"
    told = {column: text for column, text in line.marks.items() if not refused(text)}
    for column, text in told.items():
        others = {one.marks.get(column) for one in version.lines if one.hidden and one.refusals}
        if len(others) > 1:
            yield "low", f"'{column}' still says '{text}' of a hidden group"


def _spread(line: Line, measure: Measure) -> str:
    """A12: mean, standard deviation and number of answers leave one set of answers."""
    cells = line.cells
    if not {"mean", "sd", "n"} <= cells.keys() or measure.span > 10:
        return ""
    n = whole(cells["n"])
    if n[0] != n[1] or not 2 <= n[0] <= SMALL:
        return ""
    options = int(measure.span) + 1
    if math.comb(int(n[0]) + options - 1, options - 1) > 200_000:
        return ""
    tables = np.array(list(_splits(int(n[0]), options)))
    codes = measure.low + np.arange(options)
    means = tables @ codes / n[0]
    squares = tables @ codes**2 - n[0] * means**2
    deviations = [np.sqrt(np.maximum(squares, 0) / d) for d in (n[0] - 1, n[0])]
    fits = [
        (np.abs(means - cells["mean"].middle) <= cells["mean"].step / 2 + 1e-9)
        & (np.abs(one - cells["sd"].middle) <= cells["sd"].step / 2 + 1e-9)
        for one in deviations
    ]
    found = tables[fits[0]] if fits[0].any() else tables[fits[1]]
    if len(found) != 1:
        return ""
    answers = [
        f"{int(code)}" for code, many in zip(codes, found[0], strict=True) for _ in range(many)
    ]
    return f"mean and spread leave only the answers {', '.join(answers)}"


def _splits(n: int, options: int) -> Iterator[tuple[int, ...]]:
    """Every way to share n answers out among options."""
    for bars in itertools.combinations(range(n + options - 1), options - 1):
        edges = (-1, *bars, n + options - 1)
        yield tuple(edges[i + 1] - edges[i] - 1 for i in range(options))


def _width(line: Line) -> str:
    """A12: a share and its interval give away the number of answers, where that is not told."""
    cells = line.cells
    if not {"share", "low", "high"} <= cells.keys() or cells["share"].words:
        return ""
    stated = whole(cells["n"]) if "n" in cells else (1.0, float(MEDIUM))
    if stated[0] == stated[1]:
        return ""
    found = {
        pair
        for method in (_wilson, _wald)
        for n in range(max(int(stated[0]), 2), min(int(stated[1]), MEDIUM) + 1)
        for pair in _fitting(line, n, method(n))
    }
    sizes = {n for n, _ in found}
    if len(sizes) != 1 or not found:
        return ""
    n, count = min(found)
    return f"the width of its interval leaves only {count} of {n}"


def _fitting(line: Line, n: int, ends: Floats) -> Iterator[tuple[int, int]]:
    cells = line.cells
    for count in range(n + 1):
        values = (100 * count / n, *ends[count])
        if all(
            cells[role].low - 1e-9 <= value <= cells[role].high + 1e-9
            for role, value in zip(("share", "low", "high"), values, strict=True)
        ):
            yield n, count


def _wilson(n: int) -> Floats:
    p = np.arange(n + 1) / n
    middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * np.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
    return 100 * np.column_stack([middle - half, middle + half])


def _wald(n: int) -> Floats:
    p = np.arange(n + 1) / n
    half = _Z * np.sqrt(p * (1 - p) / n)
    return 100 * np.column_stack([np.maximum(p - half, 0), np.minimum(p + half, 1)])
