"""How much of a change lies in groups' answers, and how much in who is in which group."""

import math
from collections.abc import Mapping
from dataclasses import dataclass


class CompositionError(ValueError):
    """Groups that cannot be compared over two waves."""


@dataclass(frozen=True)
class Part:
    """One group in one wave: how many people it has, and their mean in points."""

    people: float
    mean: float


@dataclass(frozen=True)
class Split:
    """A change and its two lines, in points: ``total`` = ``within`` + ``make_up``."""

    total: float
    within: float
    make_up: float


def kitagawa(before: Mapping[str, Part], after: Mapping[str, Part]) -> Split:
    """Later minus earlier mean, split in two (Kitagawa 1955).

    Formula: Δ = Σ W̄_t·Δȳ_t + Σ ȳ̄_t·ΔW_t with shares of people W and bars for the mean of both
    waves. A group that is in one wave only has no change of its own: it belongs to the make-up
    of the organisation. Groups must be shown groups or cells of a release (rule D13). Raises
    :class:`CompositionError` for an empty wave, and for people or means that are no numbers.

    >>> kitagawa({"a": Part(50, 40), "b": Part(50, 60)}, {"a": Part(25, 40), "b": Part(75, 60)})
    Split(total=5.0, within=0.0, make_up=5.0)
    """
    earlier, later = _shares(before), _shares(after)
    within, make_up = [], []
    for group in {**before, **after}:
        old, new = before.get(group), after.get(group)
        moved = later.get(group, 0.0) - earlier.get(group, 0.0)
        if old is not None and new is not None:
            within.append((earlier[group] + later[group]) / 2 * (new.mean - old.mean))
            make_up.append((old.mean + new.mean) / 2 * moved)
        else:
            known = new or old
            make_up.append((known.mean if known else 0.0) * moved)
    answers, groups = math.fsum(within), math.fsum(make_up)
    return Split(answers + groups, answers, groups)


def _shares(parts: Mapping[str, Part]) -> dict[str, float]:
    for name, part in parts.items():
        if not (math.isfinite(part.people) and part.people > 0 and math.isfinite(part.mean)):
            raise CompositionError(f"The group “{name}” needs people and a mean.")
    people = math.fsum(part.people for part in parts.values())
    if not people:
        raise CompositionError("A wave without groups cannot be split.")
    return {name: part.people / people for name, part in parts.items()}
