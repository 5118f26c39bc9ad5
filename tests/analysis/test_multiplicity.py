import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.multiplicity import FamilyError, adjusted, method_for, rejected
from tests.analysis.made import reference

METHODS = ("bonferroni", "holm", "hochberg", "BH", "BY")
families = st.lists(st.floats(0, 1), min_size=1, max_size=25)


@pytest.mark.parametrize("method", METHODS)
def test_benjamini_and_hochbergs_own_example_in_any_order(method):
    named = {
        float(name.partition(":")[2]): value
        for name, value in reference("padjust_BH1995").items()
        if name.startswith(f"{method}:")
    }
    p = list(named)
    np.random.default_rng(3).shuffle(p)
    assert adjusted(p, method) == pytest.approx([named[value] for value in p], rel=1e-9)


@given(families)
def test_the_methods_stand_in_their_known_order(p):
    bonferroni, holm, hochberg, bh, by = (np.array(adjusted(p, method)) for method in METHODS)
    raw = np.array(p)
    for stricter, looser in ((bonferroni, holm), (holm, hochberg), (hochberg, bh), (by, bh)):
        assert (stricter >= looser - 1e-12).all()
    assert (bh >= raw - 1e-12).all()


@given(families, st.sampled_from([0.01, 0.05, 0.2]))
def test_rejecting_is_the_same_as_adjusting(p, q):
    close = [abs(value - q) < 1e-9 for value in adjusted(p, "BH")]
    for said, value, edge in zip(rejected(p, q), adjusted(p, "BH"), close, strict=True):
        assert edge or said == (value <= q)


def test_of_many_true_nulls_few_families_speak():
    rng = np.random.default_rng(1)
    families = [rejected(rng.uniform(size=240).tolist()) for _ in range(200)]
    assert np.mean([any(family) for family in families]) <= 0.1


def test_one_comparison_stays_as_it_is_and_none_gives_none():
    assert [adjusted([0.03], method) for method in METHODS] == [[0.03]] * 5
    assert adjusted([], "BH") == []


@pytest.mark.parametrize("bad", [math.nan, math.inf, -0.1, 1.1])
def test_what_is_no_p_is_refused(bad):
    with pytest.raises(FamilyError):
        adjusted([0.2, bad], "holm")


def test_each_declared_family_has_its_method():
    assert method_for("headline", 5) == "holm"
    assert method_for("groups", 240) == "BH"
    assert method_for("items", 40, strongly_dependent=True) == "BY"
    with pytest.raises(FamilyError, match="at most 5"):
        method_for("headline", 6)
