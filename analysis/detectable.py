"""What a survey of a group of this size could show at all: told before it opens."""

import math
from dataclasses import dataclass
from statistics import NormalDist

RESPONSES = (0.4, 0.6, 0.8)
SHARE = 0.6
POWER = 0.8
# How far people's scores on a theme usually lie apart (standard deviation), and the smallest change
# that any verdict counts, in points of 100.
SCORES_APART = 25.0
SMALLEST_CHANGE = 5.0


class DetectableError(ValueError):
    """A plan that no survey can have."""


@dataclass(frozen=True)
class Detectable:
    """The smallest change between two waves that would probably show, in points of 100.

    ``conditions``: in how things are in the group, which is what verdicts are about; ``people``:
    in the people who are in it now.
    """

    headcount: int
    response: float
    conditions: float
    people: float


def detectable(
    headcount: int,
    response: float,
    *,
    share: float = SHARE,
    power: float = POWER,
    level: float = 0.95,
) -> Detectable:
    """The smallest detectable change of a share between two waves of one group.

    Formula: (z_{(1+level)/2} + z_power)·√(2·p(1 − p)/n), n = N·response (not rounded: it is an
    expectation); for the group's own people times √((N − n)/(N − 1)). Waves are taken as
    independent, which is careful. More than 100 points cannot be seen at all.

    >>> [round(value) for value in (detectable(60, 0.7).conditions, detectable(60, 0.7).people)]
    [30, 17]
    """
    if headcount < 2:
        raise DetectableError("A group needs at least two people to be planned for.")
    if not 0 < response <= 1:
        raise DetectableError("The share of people who answer lies between 0 and 1.")
    if not (0 < share < 1 and 0 < power < 1 and 0 < level < 1):
        raise DetectableError("Share, power and level lie between 0 and 1.")
    n = headcount * response
    steps = float(NormalDist().inv_cdf((1 + level) / 2) + NormalDist().inv_cdf(power))
    change = 100 * steps * math.sqrt(2 * share * (1 - share) / n)
    left = math.sqrt((headcount - n) / (headcount - 1))
    return Detectable(headcount, response, change, change * left)


def detectable_score(headcount: int, response: float, apart: float = SCORES_APART) -> float:
    """The smallest change of a theme's score that a verdict would probably name, in points.

    Formula: max(5, (z_.975 + z_.80)·√(2·s²/n)) with s how far people's scores lie apart and
    n = N·response: a change under the smallest that counts is never named, however many answer.

    >>> [round(detectable_score(people, 0.6)) for people in (20, 60, 600, 10_000)]
    [29, 17, 5, 5]
    """
    share = detectable(headcount, response)
    binary = 100 * math.sqrt(SHARE * (1 - SHARE))
    return max(SMALLEST_CHANGE, share.conditions * apart / binary)


def table(headcount: int) -> tuple[Detectable, ...]:
    """One group's plan at low, middling and high response."""
    return tuple(detectable(headcount, response) for response in RESPONSES)
