"""Every class holds enough people, and nobody is lost or counted twice."""

import random
from collections import Counter

import pytest

from surveyapp.services.groups import tree


def people(**seats):
    return {path.replace("__", "/"): count for path, count in seats.items()}


def sizes(cut):
    return dict(cut.classes)


def test_groups_that_are_large_enough_are_classes_of_their_own():
    cut = tree({"Care/Days": 14, "Care/Nights": 12}, "Riverside", 12)
    assert sizes(cut) == {"Care/Days": 14, "Care/Nights": 12}
    assert cut.groups[0].headcount == 26
    assert not cut.too_small


def test_people_of_a_small_group_are_counted_above():
    cut = tree({"Care/Days": 14, "Care/Kitchen": 5, "Care/Garden": 8}, "Riverside", 12)
    assert sizes(cut) == {"Care": 13, "Care/Days": 14}
    assert [group.name for group in cut.too_small] == ["Garden", "Kitchen"]


def test_too_few_gathered_take_the_smallest_group_beside_them_along():
    cut = tree({"Care/Days": 20, "Care/Nights": 14, "Care/Kitchen": 5}, "Riverside", 12)
    assert sizes(cut) == {"Care": 19, "Care/Days": 20}
    assert cut.class_of["Care/Nights"] == "Care"


def test_a_group_that_moves_up_takes_all_below_it_along():
    cut = tree(
        {"Care": 3, "Care/South/A": 12, "Care/South/B": 12, "Care/North": 40}, "Riverside", 12
    )
    assert sizes(cut) == {"Care": 27, "Care/North": 40}
    assert cut.class_of["Care/South/A"] == "Care"


def test_several_tops_lie_in_the_organisation():
    cut = tree({"Adults": 20, "Children": 30}, "Riverside", 12)
    assert [(group.key, group.parent) for group in cut.groups] == [
        ("Riverside", None),
        ("Adults", "Riverside"),
        ("Children", "Riverside"),
    ]


def test_the_organisation_among_the_tops_is_the_whole():
    cut = tree({"Riverside": 20, "Children": 30}, "Riverside", 12)
    assert [(group.key, group.parent) for group in cut.groups] == [
        ("Riverside", None),
        ("Children", "Riverside"),
    ]


@pytest.mark.parametrize("minimum", [12, 20])
def test_every_class_of_a_thousand_random_trees_is_large_enough(minimum):
    """ROST-3."""
    draw = random.Random(7)
    for _ in range(1000):
        cut, seats = _random_tree(draw, minimum)
        if sum(seats.values()) < minimum:
            assert len(cut.classes) <= 1
            continue
        assert all(size >= minimum for size in cut.classes.values()), seats
        assert cut.people == sum(seats.values())
        _check_labels(cut, seats)


def _random_tree(draw, minimum):
    paths = ["Whole"]
    for _ in range(draw.randint(0, 40)):
        paths.append(f"{draw.choice(paths)}/{draw.choice('ABCDEFGH')}")
    seats = Counter({path: draw.choice((0, 0, 1, 3, 6, 11, 12, 13, 30)) for path in paths})
    return tree(seats, "Riverside", minimum), seats


def _check_labels(cut, seats):
    """A label covers its own people only, and a group that stands has all its people below it."""
    for path in seats:
        label = cut.class_of[path]
        assert path == label or path.startswith(f"{label}/")
    for group in cut.groups:
        if group.stands_alone and group.headcount:
            inside = sum(
                count
                for path, count in seats.items()
                if cut.class_of[path] == group.key or cut.class_of[path].startswith(f"{group.key}/")
            )
            assert inside == group.headcount
            assert group.headcount >= min(12, cut.people)


def test_the_cut_does_not_depend_on_the_order_of_the_roster():
    draw = random.Random(8)
    for _ in range(50):
        cut, seats = _random_tree(draw, 12)
        shuffled = list(seats.items())
        draw.shuffle(shuffled)
        assert tree(dict(shuffled), "Riverside", 12) == cut
