"""Safety costs some results, and hardly more than it must."""

import os
from statistics import fmean

import pytest

from analysis.disclosure import Group, Rule, may_show, release
from analysis.release.audit import audit, of_tree
from benchmarks.coverage import MOST_TRIED, an_organisation, gap, main, most

RULE = Rule()
ORGANISATIONS = int(os.environ.get("ORGANISATIONS", "40"))


def tree(*groups):
    """Groups as (name, parent, answers in it and below), of twice as many people."""
    return [Group(name, parent, n, n, 2 * n) for name, parent, n in groups]


def test_the_best_of_the_toy_organisation_by_hand():
    """Org 30 is A 12, B 11 and C 7: with C, B must go, or A; the whole and one team remain."""
    groups = tree(("org", None, 30), ("a", "org", 12), ("b", "org", 11), ("c", "org", 7))
    assert gap(groups, RULE) == (4, 3, 2, 2)


def test_a_service_gives_way_for_its_teams():
    """Four people sit in no service. Hiding the service keeps both of its teams."""
    groups = tree(("org", None, 64), ("s", "org", 60), ("t", "s", 30), ("u", "s", 20))
    assert release(groups, RULE) == ("org", "t", "u")
    assert most(groups, RULE) == 3


def test_where_a_service_is_all_its_teams_one_of_them_gives_way_too():
    """What is left of the service is nobody, so hiding it alone would leave the four alone. One
    more could be shown only by hiding the whole, which nobody wants."""
    groups = tree(("org", None, 54), ("s", "org", 50), ("t", "s", 30), ("u", "s", 20))
    shown = release(groups, RULE)
    assert shown == ("org", "t")
    assert most(groups, RULE) == 3


@pytest.mark.parametrize("shape", [(1, (3, 8)), (2, (2, 6)), (3, (2, 5))])
def test_within_five_points_of_the_best_that_any_safe_choice_could_show(shape):
    gaps = []
    for seed in range(ORGANISATIONS):
        groups = an_organisation(seed, *shape)
        if sum(may_show(group, RULE) for group in groups) > MOST_TRIED:
            continue
        every, alone, best, ours = gap(groups, RULE)
        assert ours <= best <= alone
        gaps.append((best - ours) / every)
    assert len(gaps) > ORGANISATIONS / 2
    assert fmean(gaps) <= 0.05


def test_what_is_shown_is_safe_on_every_organisation_measured():
    for seed in range(ORGANISATIONS):
        groups = an_organisation(seed, 4, (2, 6))
        assert not audit([of_tree("", groups, {"": release(groups, RULE)})], RULE)


def test_too_many_groups_to_try_are_refused():
    with pytest.raises(ValueError, match="too many"):
        most(tree(("org", None, 400), *((f"t{i}", "org", 20) for i in range(20))), RULE)


def test_the_table_is_printed(capsys):
    assert main(["--organisations", "3"]) == 0
    said = capsys.readouterr().out
    assert "best safe" in said
    assert said.count("services ×") == 4
