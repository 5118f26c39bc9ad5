"""Alpha's family, factor models and ordered answers held against other programs' figures, on
the folder beside the repository."""

import re

import pytest

from analysis.reference.compare import TOLERANCE, compare
from analysis.reference.factors import FAMILIES as FACTORS
from analysis.reference.folder import Folder
from analysis.reference.reliability import FAMILIES as RELIABILITY
from tests.needed import shared

OURS = (*RELIABILITY, *FACTORS)
# What no function of ours does, and why in a word.
REFUSED = ("weighted least squares", "intercept for each group")
ENDS = {
    "feldt_lower", "feldt_upper", "lower", "upper", "rmsea.ci.lower", "rmsea.ci.upper",
    "strict:rmsea.ci.lower", "strict:rmsea.ci.upper",
}  # fmt: skip
# No looser than this where another program stops before its own maximum.
LOOSEST = {
    "srmr": 5e-6, "omega3": 5e-6, "A1|A2": TOLERANCE, "rmsea.ci.lower": 1e-5, "clm:age": TOLERANCE,
    "est:age": 2e-4, "alpha_raw": TOLERANCE, "chisq": TOLERANCE, "cfi": TOLERANCE,
    "lavaan:A1-A2": TOLERANCE, "psych:A1-A2": 1e-4, "lower": TOLERANCE, "rmsea": TOLERANCE,
    "feldt_lower": TOLERANCE, "metric:chisq": TOLERANCE, "chisq.scaled": TOLERANCE,
}  # fmt: skip


@pytest.fixture(scope="module")
def looked():
    folder = Folder(shared("reference"))
    wanted = [one for one in folder.entries if any(family.fits(one) for family in OURS)]
    found = {outcome.id: outcome for outcome in compare(folder)}
    return [(entry, found[entry.id]) for entry in wanted]


def test_every_figure_beside_the_repository_is_met(looked):
    met = [(entry, found) for entry, found in looked if not found.why]
    assert len(met) >= 22
    for entry, found in met:
        assert found.off == (), entry.id
        assert found.left == (), entry.id
        assert found.same == len(entry.values), entry.id
    assert {name for entry, _ in met for name in entry.values} >= ENDS


def test_what_is_left_out_says_why(looked):
    left = [found for _, found in looked if found.why]
    assert len(left) == 3
    for found in left:
        assert any(words in found.why for words in REFUSED), found.id


@pytest.mark.parametrize(("name", "widest"), LOOSEST.items())
def test_tolerances_are_wide_only_where_the_other_program_stops_early(name, widest):
    patterns = [one for family in OURS for one in family.looser.items()]
    wide = [one.relative for pattern, one in patterns if re.fullmatch(pattern, name)]
    assert max(wide, default=TOLERANCE) == widest
    assert all(one.reason for _, one in patterns)
