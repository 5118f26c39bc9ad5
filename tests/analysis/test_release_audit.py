"""The check of a whole release against brute force, by hand, and with a release that is unsafe."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

from analysis.disclosure import Group, ReleaseError, Rule, may_show
from analysis.release.audit import Subject, audit, cleared, of_tree, smallest
from analysis.release.bounds import rests
from analysis.release.figures import telling
from analysis.release.released import refuse_unsafe, settle
from analysis.release.visible import Theme
from analysis.summarise import Past, summarise
from analysis.summary import Figure
from analysis.tally import count
from tests.analysis.made import answers, flat, instrument, organisation, wave

RULE = Rule()
BOOK = instrument(
    items=5,
    scales=[
        {"id": "s", "title": "Safe", "description": "D", "items": ["a", "b", "c"]},
        {"id": "f", "title": "Fair", "description": "D", "items": ["d", "e"]},
    ],
)
LARGE = 100


def cells(**sizes):
    """Atoms by name, each with plenty of people who did not answer."""
    return {name: Group(name, None, n, n, n + LARGE) for name, n in sizes.items()}


def figures(**sums):
    return {name: frozenset(atoms.split()) for name, atoms in sums.items()}


def random_subject(seed, atoms=7, shown=5):
    rng = np.random.default_rng(seed)
    sizes = {f"a{i}": int(rng.integers(0, 16)) for i in range(atoms)}
    sums = {}
    for i in range(shown):
        chosen = [name for name in sizes if rng.random() < 0.5]
        if sum(sizes[name] for name in chosen) >= RULE.k:
            sums[f"f{i}"] = " ".join(chosen)
    return Subject("random", cells(**sizes), figures(**sums))


def brute_force(subject):
    """Every set of atoms with too few people whose sum is a sum of figures, by least squares."""
    names = [name for name, atom in subject.atoms.items() if atom.answers]
    matrix = np.array([[name in atoms for name in names] for atoms in subject.figures.values()])
    found = set()
    for bits in itertools.product((0.0, 1.0), repeat=len(names)):
        chosen = [name for name, bit in zip(names, bits, strict=True) if bit]
        n = sum(subject.atoms[name].answers for name in chosen)
        if not 0 < n < RULE.k or not len(matrix):
            continue
        target = np.array(bits)
        solution = np.linalg.lstsq(matrix.T.astype(float), target, rcond=None)[0]
        if np.abs(matrix.T @ solution - target).max() < 1e-8:
            found.add(n)
    return found


def test_the_toy_organisation_of_the_specification():
    """Org, A and B leave the seven of C: 30 − 12 − 11."""
    subject = Subject("safe", cells(a=12, b=11, c=7), figures(org="a b c", a="a", b="b"))
    (breach,) = audit([subject], RULE)
    assert (breach.people, breach.figures) == (7, ("org", "a", "b"))
    assert str(breach) == "7 answers to safe could be computed from org, a, b."
    assert smallest(breach, subject) == "b"
    (safe,), dropped = cleared([subject], RULE)
    assert set(safe.figures) == {"org", "a"}
    assert dropped == ("safe: b",)


def test_two_audiences_are_one_reader():
    """Neither table tells on anybody; together they leave five."""
    groups = [Group(n, "org" if p else None, a, a, a + 50) for n, p, a in
              (("org", 0, 40), ("a", 1, 20), ("b", 1, 15), ("c", 1, 5))]  # fmt: skip
    staff, board = {"staff": ["org", "a"]}, {"board": ["org", "b"]}
    assert not audit([of_tree("safe", groups, staff), of_tree("safe", groups, board)], RULE)
    (breach,) = audit([of_tree("safe", groups, staff | board)], RULE)
    assert breach.people == 5


def test_a_tracker_over_teams_and_roles_is_found():
    """Attack A19: teams A and B, roles X and Y. Figures of A, X and those of X in B give A’s Y."""
    subject = Subject(
        "safe",
        cells(ax=12, ay=4, bx=14, by=13),
        figures(a="ax ay", x="ax bx", bx="bx"),
    )
    # x − bx = ax, and a − ax = ay.
    (breach,) = audit([subject], RULE)
    assert (breach.people, set(breach.figures)) == (4, {"a", "x", "bx"})


@pytest.mark.parametrize("seed", range(60))
def test_the_check_finds_what_trying_every_set_finds(seed):
    subject = random_subject(seed)
    assert {breach.people for breach in audit([subject], RULE)} == brute_force(subject)


def test_the_random_releases_are_of_both_kinds():
    unsafe = sum(bool(audit([random_subject(seed)], RULE)) for seed in range(60))
    assert 10 < unsafe < 50


@pytest.mark.parametrize("seed", range(40))
def test_what_is_dropped_leaves_nothing_to_find_and_does_not_depend_on_the_order(seed):
    subject = random_subject(seed)
    (safe,), dropped = cleared([subject], RULE)
    assert not brute_force(safe)
    shuffled = dict(sorted(subject.figures.items(), reverse=True))
    (again,), _ = cleared([replace(subject, figures=shuffled)], RULE)
    assert not brute_force(again)
    assert cleared([subject], RULE) == ((safe,), dropped)
    assert bool(dropped) is bool(brute_force(subject))


def test_a_sum_without_answers_helps_nobody_and_hides_nobody():
    subject = Subject("safe", cells(a=12, b=0, c=4), figures(all="a b c", some="a b"))
    (breach,) = audit([subject], RULE)
    assert breach.people == 4


def test_a_small_class_that_full_response_gives_away_counts_as_few():
    """Rule D10: fourteen of fourteen may not be shown, so they may not follow either."""
    atoms = cells(a=30) | {"b": Group("b", None, 14, 14, 14)}
    subject = Subject("safe", atoms, figures(all="a b", a="a"))
    assert [breach.people for breach in audit([subject], RULE)] == [14]


@pytest.mark.parametrize("seed", range(25))
def test_the_bounds_are_the_optimum_of_the_linear_program(seed):
    """Attack A4: a tree of printed figures; the lowest and highest that each rest can be."""
    rng = np.random.default_rng(seed)
    parents = [None, 0, 0, 0, 1, 1, 2]
    left = rng.integers(0, 30, len(parents)).astype(float)
    people = left.copy()
    for place in range(len(parents) - 1, 0, -1):
        people[parents[place]] += people[place]
    truth = rng.uniform(0, 1, len(parents)) ** rng.choice([0.3, 1, 3])
    total = left * truth
    for place in range(len(parents) - 1, 0, -1):
        total[parents[place]] += total[place]
    mean = 100 * total / np.maximum(people, 1)
    slack = rng.choice([0.5, 2.5, 40], len(parents))
    low, high = np.maximum(mean - slack, 0), np.minimum(mean + slack, 100)
    found = rests(parents, people, left, low[:, None], high[:, None])
    inside = np.zeros((len(parents), len(parents)))
    for place in range(len(parents)):
        above = place
        while above is not None:
            inside[above, place] = 1
            above = parents[above]
    limits = np.concatenate([people * high, -people * low])
    for place in np.nonzero(left)[0]:
        for sign, ends in ((1, found[0]), (-1, found[1])):
            aim = np.zeros(len(parents))
            aim[place] = sign
            best = linprog(
                aim,
                A_ub=np.concatenate([inside, -inside]),
                b_ub=limits + 1e-7,
                bounds=[(0, 100 * n) for n in left],
            )
            assert sign * best.fun / left[place] == pytest.approx(ends[place, 0], abs=1e-5)


def summary_of(rows, units, earlier=(), rule=RULE, book=BOOK):
    return summarise(count(wave(rows, units), book), book, rule, earlier)


@pytest.mark.parametrize("seed", range(10))
def test_a_finished_summary_has_nothing_to_find(seed):
    units, answered = organisation(seed)
    rng = np.random.default_rng(seed)
    rows = [
        (unit, *(None if rng.random() < 0.1 else value for value in given))
        for unit, *given in answers(answered, seed, items=5)
    ]
    now = count(wave(rows, units), BOOK)
    released = settle(now, BOOK, RULE)
    for theme, found in zip(released.themes, released.figures, strict=True):
        assert telling(theme, found) is None
        assert set(found) == set(theme.shown)
    refuse_unsafe(summary_of(rows, units), now, BOOK, RULE)


def test_a_summary_with_one_figure_too_many_is_refused():
    units = flat(("east", 40), ("west", 40), ("north", 40))
    rows = answers({"east": 12, "west": 11, "north": 7}, 1, items=5)
    found = summary_of(rows, units)
    assert [r.unit for r in found.rows if r.figure and r.theme == "s"] == ["org", "east"]
    leaked = replace(
        found,
        rows=tuple(
            replace(row, figure=Figure("10–19", None, None, None, "mixed", None))
            if row.unit == "west"
            else row
            for row in found.rows
        ),
    )
    with pytest.raises(ReleaseError, match="7 answers to “Safe”"):
        refuse_unsafe(leaked, count(wave(rows, units), BOOK), BOOK, RULE)


def test_who_answered_does_not_follow_from_two_themes_that_show_different_groups():
    """Fair hides West (nine answers) and shows East; Safe shows West and hides East."""
    units = flat(("east", 40), ("west", 40), ("north", 40), ("south", 90))
    rows = answers({"east": 11, "west": 11, "north": 7, "south": 40}, 1, items=5)
    skip_fair, skip_safe = 0, 0
    for place, (unit, a, b, c, d, e) in enumerate(rows):
        if unit == "west" and skip_fair < 2:
            rows[place], skip_fair = (unit, a, b, c, None, None), skip_fair + 1
        if unit == "east" and skip_safe < 2:
            rows[place], skip_safe = (unit, None, None, None, d, e), skip_safe + 1
    found = summary_of(rows, units)
    told = {row.unit for row in found.rows if row.figure}
    told |= {part.unit for part in found.participation if part.answered}
    assert {"org", "south"} <= told
    assert not {"east", "west"} <= told


def test_an_earlier_wave_stays_masked_as_it_was_published():
    """A stricter rule now must not mask the earlier wave anew, nor a looser rule then be lost."""
    units = flat(("east", 60), ("west", 90))
    before = count(wave(answers({"east": 14, "west": 60}, 2, items=5), units, id="e"), BOOK)
    now = answers({"east": 30, "west": 60}, 1, items=5)
    strict = replace(RULE, k=15, headcount=17, k_full=20)
    usual = summary_of(now, units, [Past(before, BOOK, RULE)], strict)
    hidden = summary_of(now, units, [Past(before, BOOK, strict)], strict)
    assert usual.row("s", "east").change.verdict != "not_shown"
    assert hidden.row("s", "east").change.verdict == "not_shown"
    assert summary_of(now, units, [(before, BOOK)], strict) == hidden


def shown_numbers(found):
    """The numbers of answers told for the whole organisation, by figure."""
    told = [row.figure.n for row in (*found.items, found.row("s"), found.row("f")) if row.figure]
    return sorted({int(n) for n in told if n.isdigit()})


@pytest.mark.parametrize("seed", range(10))
def test_no_two_numbers_of_answers_in_a_group_differ_by_a_few(seed):
    """Attack A11 and rule D5: each question and theme is skipped by a few more than the last."""
    rng = np.random.default_rng(seed)
    skipped = rng.integers(0, 40, 5)
    rows = [
        (unit, *(None if i < skip else value for value, skip in zip(given, skipped, strict=True)))
        for i, (unit, *given) in enumerate(answers({"org": 150}, seed, items=5))
    ]
    told = shown_numbers(summary_of(rows, flat(("east", 0), extra=300)))
    assert told
    # Ten or more apart, then each rounded to the nearest five.
    assert all(two - one >= RULE.k - 5 + 1 for one, two in itertools.pairwise(told))


def test_a_group_whose_number_follows_from_its_neighbours_gives_no_number():
    """Attack A6: East agree to a person; the whole less West would say so to half a person."""
    rows = [("east", 5, 5, 5, 5, 5)] * 26 + answers({"west": 60}, 1, items=5)
    units = flat(("east", 60), ("west", 90))
    now = count(wave(rows, units), BOOK)
    found = summary_of(rows, units)
    assert found.row("s").figure.score is None
    theme = Theme(now, BOOK, BOOK.scales[0], RULE)
    assert may_show(theme.group("east"), RULE)
    assert found.row("s", "east").figure.score is None
