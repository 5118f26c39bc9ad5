"""Which of our functions redoes which analysis: the first family that fits an entry."""

from analysis.reference import factors, multilevel, regression, reliability
from analysis.reference.family import Family

FAMILIES: tuple[Family, ...] = (
    *reliability.FAMILIES,
    *factors.FAMILIES,
    *multilevel.FAMILIES,
    *regression.FAMILIES,
)
