"""Made-up organisations whose groups are large and unlike enough for every figure there is.

Two or three services of four to six teams, of which most have 36 to 150 people and some 4 to 19;
35 to 75 % answer, and .1 to .3 of the differences between people go with their team.
"""

import numpy as np

from analysis.dataset import Unit
from analysis.tally import count
from tests.analysis.made import wave


def tree(rng):
    """Units with their parents and own people."""
    units: list[tuple[str, str | None, int]] = [("org", None, int(rng.integers(0, 4)))]
    for s in range(int(rng.integers(2, 4))):
        units.append((f"s{s}", "org", int(rng.integers(0, 2)) * int(rng.integers(0, 12))))
        for t in range(int(rng.integers(4, 7))):
            least, most = ((4, 20), (36, 80), (80, 150))[rng.choice(3, p=(0.25, 0.45, 0.3))]
            units.append((f"s{s}t{t}", f"s{s}", int(rng.integers(least, most))))
    return units


def one_wave(units, rng, items, leans, icc):
    """Rows and units of a wave of the tree; the second question is turned round."""
    whole = {name: own for name, _, own in units}
    for name, parent, _ in reversed(units):
        if parent is not None:
            whole[parent] += whole[name]
    rows = []
    for name, _, own in units:
        gave = int(rng.binomial(own, rng.uniform(0.35, 0.75)))
        person = 3 + 0.9 * (leans[name] + rng.normal(0, np.sqrt(1 - icc), gave))
        codes = np.clip(np.round(person[:, None] + rng.normal(0, 0.7, (gave, items))), 1, 5)
        codes[:, 1] = 6 - codes[:, 1]
        blank = rng.random(codes.shape) < 0.03
        rows += [
            (name, *(None if skip else int(code) for code, skip in zip(*line, strict=True)))
            for line in zip(codes, blank, strict=True)
        ]
    listed = tuple(Unit(name, name.upper(), parent, whole[name]) for name, parent, _ in units)
    return rows, listed


def drawn(seed, items, many=3):
    """Rows and units of so many waves of one tree, with joiners and leavers."""
    rng = np.random.default_rng([77, seed])
    units, icc = tree(rng), float(rng.choice([0.1, 0.2, 0.3]))
    leans = {name: rng.normal(0, np.sqrt(icc)) for name, _, _ in units}
    found = []
    for _ in range(many):
        found.append(one_wave(units, rng, items, leans, icc))
        units = [
            (name, parent, max(own + int(rng.integers(-1, 2)), 0)) for name, parent, own in units
        ]
    return found


def waves(seed, kind, items, many=3):
    """The same, counted, each with its questions."""
    return [
        (count(wave(rows, units, id=f"w{number}", items=items), kind), kind)
        for number, (rows, units) in enumerate(drawn(seed, items, many))
    ]
