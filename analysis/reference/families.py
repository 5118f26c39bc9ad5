"""Which of our functions redoes which analysis: the first family that fits an entry."""

from analysis.reference import charts, factors, multilevel, regression, reliability, shares, survey
from analysis.reference.family import Family

FAMILIES: tuple[Family, ...] = (
    *reliability.FAMILIES,
    *factors.FAMILIES,
    *multilevel.FAMILIES,
    *regression.FAMILIES,
    *charts.FAMILIES,
    *shares.FAMILIES,
    *survey.FAMILIES,
)
