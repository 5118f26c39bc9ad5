"""Written as an attacker: what can be computed from what is shown?"""

import itertools

import numpy as np
import pytest

from analysis.disclosure import (
    FLOORS,
    HARD_FLOOR,
    Group,
    Rule,
    RuleError,
    alike,
    band,
    count_in_words,
    derivable,
    dominated,
    may_show,
    one_count,
    outward,
    release,
    residuals,
    shares,
    step,
)
from analysis.estimate import Stratum, person_weights
from analysis.scoring import Moments
from tests.analysis.made import organisation

RULE = Rule()
SEEDS = range(250)


def groups_of(seed, *, missing=0.15, headcounts=True):
    """A random organisation as one theme sees it: some people skipped the theme."""
    units, answered = organisation(seed)
    rng = np.random.default_rng(seed + 10_000)
    gave = {unit: int(rng.binomial(n, 1 - missing)) for unit, n in answered.items()}
    answered, gave = dict(answered), dict(gave)
    for unit in reversed(units):
        if unit.parent is not None:
            answered[unit.parent] += answered[unit.id]
            gave[unit.parent] += gave[unit.id]
    return [
        Group(u.id, u.parent, gave[u.id], answered[u.id], u.headcount if headcounts else None)
        for u in units
    ]


def atoms_of(groups):
    """The finest cells of respondents: each unit's own people. Rows of the indicator matrix."""
    below = {group.id: {group.id} for group in groups}
    for group in reversed(groups):
        if group.parent is not None:
            below[group.parent] |= below[group.id]
    own = {group.id: group.answers for group in groups}
    for group in groups:
        if group.parent is not None:
            own[group.parent] -= group.answers
    names = [group.id for group in groups if own[group.id]]
    matrix = {g.id: np.array([name in below[g.id] for name in names], float) for g in groups}
    return names, np.array([own[name] for name in names]), matrix


def in_span(matrix, vector):
    if not len(matrix):
        return not vector.any()
    solution = np.linalg.lstsq(matrix.T, vector, rcond=None)[0]
    return np.abs(matrix.T @ solution - vector).max() < 1e-7


@pytest.mark.parametrize("sensitive", [False, True])
@pytest.mark.parametrize("headcounts", [True, False])
def test_taking_children_from_parents_leaves_nobody_or_enough(sensitive, headcounts):
    """A1: everything released below a group, taken from it, over random trees."""
    least = RULE.k_sensitive if sensitive else RULE.k
    for seed in SEEDS:
        groups = groups_of(seed, headcounts=headcounts)
        shown = release(groups, RULE, sensitive=sensitive)
        for rest in residuals(groups, shown).values():
            assert rest.answers == 0 or rest.answers >= least
            assert rest.answers == 0 or not headcounts or rest.headcount >= RULE.headcount


def test_no_pair_of_released_groups_differs_by_a_few():
    """A2: all pairs, one within the other."""
    for seed in SEEDS:
        groups = groups_of(seed)
        shown = release(groups, RULE)
        _, sizes, matrix = atoms_of(groups)
        for one, other in itertools.permutations(shown, 2):
            if (matrix[one] <= matrix[other]).all():
                left = ((matrix[other] - matrix[one]) * sizes).sum()
                assert left == 0 or left >= RULE.k


def test_no_small_group_is_a_sum_of_released_ones():
    """A3: hidden groups, single cells and unions of hidden siblings against the row space."""
    for seed in SEEDS:
        groups = groups_of(seed)
        shown = release(groups, RULE)
        names, sizes, matrix = atoms_of(groups)
        released = np.array([matrix[unit] for unit in shown]).reshape(len(shown), len(names))
        targets = [matrix[g.id] for g in groups if g.id not in shown]
        targets += list(np.eye(len(names)))
        for parent in {g.parent for g in groups if g.parent}:
            hidden = [g.id for g in groups if g.parent == parent and g.id not in shown]
            targets += [matrix[a] + matrix[b] for a, b in itertools.combinations(hidden, 2)]
        for target in targets:
            if 0 < (target * sizes).sum() < RULE.k:
                assert not in_span(released, target)


def test_deep_and_crooked_trees_give_nothing_away_either():
    """A1 and A3 on trees of any depth, with people at every level."""
    for seed in range(150):
        rng = np.random.default_rng(seed)
        parents = [None, *(int(rng.integers(0, i)) for i in range(1, 25))]
        own = rng.integers(0, 25, 25)
        n, people = own.copy(), own + rng.integers(0, 12, 25)
        for i in range(24, 0, -1):
            n[parents[i]] += n[i]
            people[parents[i]] += people[i]
        groups = [
            Group(f"g{i:02}", p if p is None else f"g{p:02}", int(n[i]), int(n[i]), int(people[i]))
            for i, p in enumerate(parents)
        ]
        shown = release(groups, RULE)
        names, sizes, matrix = atoms_of(groups)
        released = np.array([matrix[unit] for unit in shown]).reshape(len(shown), len(names))
        for target in [*matrix.values(), *np.eye(len(names))]:
            if 0 < (target * sizes).sum() < RULE.k:
                assert not in_span(released, target)
        for rest in residuals(groups, shown).values():
            assert rest.answers == 0 or may_show(rest, RULE)


def test_linked_trackers_find_nothing_in_small_trees():
    """A3 in full: every set of cells of a small organisation."""
    for seed in range(60):
        units, answered = organisation(seed, services=2, teams=(2, 4))
        totals = dict(answered)
        for unit in reversed(units):
            if unit.parent is not None:
                totals[unit.parent] += totals[unit.id]
        groups = [Group(u.id, u.parent, totals[u.id], totals[u.id], u.headcount) for u in units]
        names, sizes, matrix = atoms_of(groups)
        shown = release(groups, RULE)
        released = np.array([matrix[unit] for unit in shown]).reshape(len(shown), len(names))
        for bits in itertools.product((0.0, 1.0), repeat=len(names)):
            if 0 < (np.array(bits) * sizes).sum() < RULE.k:
                assert not in_span(released, np.array(bits))


def test_a_team_where_everybody_answered_needs_more():
    """A20: nobody can hide among those who stayed silent."""
    for seed in SEEDS:
        groups = groups_of(seed, missing=0)
        shown = release(groups, RULE)
        cells = [*residuals(groups, shown).values(), *(g for g in groups if g.id in shown)]
        full = [g for g in cells if g.answers and g.responses >= g.headcount]
        assert all(group.answers >= RULE.k_full for group in full)


def test_the_order_in_which_groups_are_listed_hides_nothing_else():
    for seed in range(50):
        groups = groups_of(seed)
        expected = set(release(groups, RULE))
        np.random.default_rng(seed).shuffle(groups)
        assert set(release(groups, RULE)) == expected


def test_most_groups_that_may_be_shown_are_shown():
    """Hiding everything would pass every attack: the rule must leave results to read."""
    may, shown = 0, 0
    for seed in SEEDS:
        groups = groups_of(seed)
        may += sum(may_show(group, RULE) for group in groups)
        shown += len(release(groups, RULE))
    assert shown / may > 0.7


def split(counts, n, **settings):
    return shares(counts, n, RULE, counts, by=step(n, RULE), **settings)


def tree(*children, extra=0, people=60):
    """An organisation of groups with so many answers and twenty more people than answers."""
    own = [Group(name, "org", n, n, n + 20) for name, n in children]
    total = sum(n for _, n in children) + extra
    return [Group("org", None, total, total, total + people), *own]


def test_one_small_group_takes_the_next_smallest_with_it():
    """A and B could be shown, but with both C follows: 30 − 12 − 11 = 7."""
    assert release(tree(("a", 12), ("b", 11), ("c", 7)), RULE) == ("org", "a")


def test_two_hidden_groups_that_make_ten_need_no_third():
    assert release(tree(("a", 12), ("b", 11), ("c", 6), ("d", 4)), RULE) == ("org", "a", "b")


def test_two_hidden_groups_that_make_nine_need_a_third():
    assert release(tree(("a", 12), ("b", 11), ("c", 5), ("d", 4)), RULE) == ("org", "a")


def test_people_in_no_group_are_a_group_to_be_hidden():
    assert release(tree(("a", 12), ("b", 20), extra=4), RULE) == ("org", "b")
    assert release(tree(("a", 12), ("b", 20), extra=10), RULE) == ("org", "a", "b")


def test_a_lone_child_that_leaves_a_few_is_hidden():
    assert release(tree(("a", 26), extra=4), RULE) == ("org",)


def test_an_empty_group_hides_nobody_and_needs_no_company():
    assert release(tree(("a", 12), ("b", 0)), RULE) == ("org", "a")


def test_nothing_below_a_hidden_group_is_shown():
    groups = [
        Group("org", None, 60, 60, 90),
        Group("s", "org", 9, 9, 40),
        Group("t", "s", 9, 9, 40),
        Group("u", "org", 51, 51, 50 + 20),
    ]
    assert release(groups, RULE) == ("org",)


def test_nobody_in_the_organisation_shows_nothing():
    assert release([Group("org", None, 0, 0, 0)], RULE) == ()


def test_the_check_of_the_release_names_what_could_be_computed():
    groups = tree(("a", 12), ("b", 11), ("c", 7))
    assert derivable(groups, ["org", "a", "b"], RULE) == [
        "7 answers in org could be computed by subtraction."
    ]
    assert derivable(groups, ["a"], RULE) == ["a is shown without org, which holds it."]
    assert derivable(groups, ["org", "a"], RULE) == []


def test_k_cannot_be_lowered_below_the_floor():
    """A18: a rule that protects too little is refused wherever it comes from."""
    with pytest.raises(RuleError):
        Rule(k=7)
    with pytest.raises(RuleError):
        Rule.from_dict({"k": 5})


@pytest.mark.parametrize(
    ("n", "above", "found"),
    [(30, 2, True), (30, 3, False), (30, 27, False), (30, 28, True), (50, 1, True), (50, 2, False)],
)
def test_nearly_everybody_alike(n, above, found):
    assert alike(n, above, RULE) is found


@pytest.mark.parametrize(("above", "found"), [(2, True), (3, False), (57, False), (58, True)])
def test_where_everybody_answered_one_more_must_stand_on_each_side(above, found):
    """Rule D10: nobody can say that they did not answer, so it takes three in a large group too."""
    assert alike(60, above, RULE, full=True) is found


def test_intervals_are_widened_and_never_narrowed():
    assert outward(40.0, 60.0, 5) == (40, 60)
    assert outward(40.1, 59.9, 5) == (40, 60)
    assert outward(-3.2, 4.0000000001, 1) == (-4, 4)


@pytest.mark.parametrize(
    ("share", "word"), [(39.9, "few"), (40, "mixed"), (69.9, "mixed"), (70, "most")]
)
def test_three_bands(share, word):
    assert band(share) == word


def test_words_for_counts_say_the_rules_own_least():
    assert count_in_words(12, Rule(k=12)) == "12–19"


def test_no_share_is_ever_none_or_all_of_a_group():
    """A6: unanimity, and one or two against all the others, print as the same words."""
    for n in (20, 35, 49, 50, 120):
        small = RULE.clamp_small if n < RULE.large else RULE.clamp_large
        words = {split((n - a - b, a, b), n) for a in range(small) for b in range(small)}
        assert len(words) == 1
        assert not {"0%", "100%"} & set(words.pop())


def test_a_clamped_share_does_not_follow_from_the_other_two():
    """Moving one or two people between the smallest and its neighbour changes no word."""
    for n in (24, 40, 60, 200):
        small = RULE.clamp_small if n < RULE.large else RULE.clamp_large
        most = n * 2 // 3
        words = {split((most, n - most - few, few), n) for few in range(small)}
        assert len(words) == 1


def test_shares_say_the_truth():
    rng = np.random.default_rng(6)
    for _ in range(500):
        n = int(rng.integers(20, 400))
        counts = tuple(int(v) for v in rng.multinomial(n, rng.dirichlet([0.4, 0.4, 0.4])))
        for count, words in zip(counts, split(counts, n), strict=True):
            share, by = 100 * count / n, 5 if n < RULE.large else 1
            numbers = [int(part.rstrip("%")) for part in words.split() if part[0].isdigit()]
            if words.startswith("under"):
                assert share < numbers[0]
            elif words.startswith("over"):
                assert share > numbers[0] or numbers[0] == 0
            elif "to" in words:
                assert numbers[0] <= share <= numbers[1]
            else:
                assert abs(share - numbers[0]) <= by / 2


def test_without_a_middle_option_nobody_is_neutral_and_the_dash_says_so():
    assert split((40, 0, 1), 41, middle=False) == ("over 90%", "–", "under 10%")


def test_teams_of_a_service_that_gives_way_are_still_shown():
    """Four people sit in no service, so the service cannot be told beside the whole."""
    groups = [
        Group("org", None, 64, 64, 128),
        Group("s", "org", 60, 60, 120),
        Group("t", "s", 30, 30, 60),
        Group("u", "s", 20, 20, 40),
    ]
    shown = release(groups, RULE)
    assert shown == ("org", "t", "u")
    assert residuals(groups, shown)["org"].answers == 14


def test_of_two_groups_the_one_that_costs_fewer_gives_way():
    """S is all its teams, so hiding it would take one of them too; V is larger and costs itself."""
    groups = [
        Group("org", None, 94, 94, 200),
        Group("s", "org", 30, 30, 60),
        Group("t", "s", 15, 15, 30),
        Group("u", "s", 15, 15, 30),
        Group("v", "org", 60, 60, 120),
    ]
    assert release(groups, RULE) == ("org", "s", "t", "u")


def test_a_group_that_is_withheld_takes_company_with_it_where_it_must():
    groups = tree(("a", 12), ("b", 30), ("c", 20))
    assert release(groups, RULE) == ("org", "a", "b", "c")
    assert release(groups, RULE, withheld={"a"}) == ("org", "b", "c")
    assert release(groups, RULE, withheld={"org"}) == ()


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_no_number_of_a_rule_can_be_taken_below_its_floor(name):
    Rule.from_dict(RULE.to_dict() | {name: FLOORS[name]})
    with pytest.raises(RuleError, match=name):
        Rule.from_dict(RULE.to_dict() | {name: FLOORS[name] - 1})


@pytest.mark.parametrize("name", ["k_sensitive", "k_full"])
def test_the_higher_thresholds_cannot_be_lower_than_k(name):
    with pytest.raises(RuleError):
        Rule.from_dict(RULE.to_dict() | {name: 9})


def test_numbers_that_are_told_of_a_group_are_the_same_or_ten_apart():
    """Attack A11, over everything that could have been counted."""
    rng = np.random.default_rng(3)
    for _ in range(200):
        numbers = [int(n) for n in rng.integers(0, 120, 12)]
        told = one_count(numbers, RULE)
        assert set(told) == set(numbers)
        assert all(0 <= told[n] - n < RULE.k for n in numbers)
        apart = sorted(set(told.values()))
        assert all(two - one >= RULE.k for one, two in itertools.pairwise(apart))


def test_no_answer_weighs_more_than_its_share():
    """Rule D7: a cell of at least the hard floor never lets one answer weigh over 15 %."""
    rng = np.random.default_rng(4)
    for _ in range(300):
        n = [int(count) for count in rng.integers(HARD_FLOOR, 60, int(rng.integers(1, 6)))]
        people = [count * int(rng.integers(1, 30)) for count in n]
        strata = [Stratum(Moments(a, 50.0, 1.0, 0), b) for a, b in zip(n, people, strict=True)]
        assert not dominated(person_weights(strata), n)
    assert dominated([3.0, 1.0], [2, 10])


def test_under_a_share_leaves_open_whether_it_is_none_one_or_two():
    """Rule D4 iii: of fifty people “under 4 %” would leave one at most."""
    for n in range(20, 200):
        under = split((n - 1, 1, 0), n)[2]
        assert int(under.removeprefix("under ").rstrip("%")) * n > 200
