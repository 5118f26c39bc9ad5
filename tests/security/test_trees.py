"""ROST-3 (SECURITY 11): however a roster is cut into groups, every class has enough people."""

from collections import Counter
from random import Random

import pytest

from surveyapp.services import groups

TREES = 1000
MINIMUM = 12


def a_roster(dice):
    """People at paths of a random tree: deep or flat, with empty, tiny and large groups, people at
    inner groups, and names that differ only in case."""
    paths = ["Whole"] if dice.random() < 0.8 else ["North", "South"]
    for _ in range(dice.randint(0, 40)):
        name = dice.choice(("a", "A", "b", "team 1", "Zoë", "x y"))
        paths.append(f"{dice.choice(paths)}/{name}{dice.randint(0, 5)}")
    size = dice.choice((2, 12, 30, 200))
    return {path: dice.randint(0, size) for path in set(paths)}


def too_small(tree, people):
    """Classes that hold fewer people than the rule asks, counted by hand."""
    held = Counter()
    for path, count in people.items():
        held[tree.class_of[path]] += count
    return {key: count for key, count in held.items() if 0 < count < MINIMUM}


def test_every_class_of_a_thousand_random_trees_is_large_enough(record_figure):
    cut, merged = 0, 0
    for seed in range(TREES):
        people = a_roster(Random(seed))
        tree = groups.tree(people, "Organisation", MINIMUM)
        assert tree.people == sum(people.values())
        if tree.people < MINIMUM:
            assert len(tree.classes) <= 1, "the caller refuses a wave of so few"
            continue
        assert too_small(tree, people) == {}, seed
        for path, key in tree.class_of.items():
            above = path == key or path.startswith(f"{key}/") or key == "Organisation"
            assert above, "people count in their own group or one above it"
        assert tree == groups.tree(dict(reversed(people.items())), "Organisation", MINIMUM)
        cut += len(tree.classes)
        merged += len(tree.too_small)
    assert cut > TREES
    assert merged > TREES
    record_figure("ROST-3", f"{TREES} trees, {cut:,} classes, {merged:,} groups counted above: 0")


@pytest.mark.parametrize("seed", range(3))
def test_a_cut_without_merging_leaves_classes_that_are_too_small(seed):
    people = a_roster(Random(100 + seed))
    tree = groups.tree(people, "Organisation", 1)
    assert too_small(tree, people)
