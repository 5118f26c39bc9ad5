"""Which figures may be shown. The rule is data, frozen into a wave's covenant."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

HARD_FLOOR = 8


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

    def to_dict(self) -> dict[str, int]:
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "Rule":
        known = {field.name for field in fields(cls)}
        return cls(**{key: int(value) for key, value in raw.items() if key in known})
