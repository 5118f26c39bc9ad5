"""Which of our functions redoes which analysis: the first family that fits an entry."""

from analysis.reference import multilevel, regression
from analysis.reference.family import Family

FAMILIES: tuple[Family, ...] = (*multilevel.FAMILIES, *regression.FAMILIES)
