"""What is said beside a theme's score: how to read it, and when not to compare it."""

import numpy as np
import pytest

from analysis.disclosure import Rule
from analysis.readings import ANEW
from analysis.sampling.composition import Part, kitagawa
from analysis.separation import HARDLY
from analysis.summarise import summarise
from analysis.summary import UNLIKE
from analysis.tally import count
from tests.analysis import made

THREE = made.instrument(items=3)


def codes_of(minds, shifts=(0.0, 0.0, 0.0), seed=0):
    """Answers 1 to 5 to three questions of people with these minds; ``shifts`` move a question."""
    rng = np.random.default_rng(seed)
    latent = (
        np.asarray(minds)[:, None] + np.asarray(shifts) + 0.7 * rng.normal(size=(len(minds), 3))
    )
    return (np.searchsorted((-1.2, -0.4, 0.4, 1.2), latent) + 1).tolist()


def counted(groups, id="now", shifts=(0.0, 0.0, 0.0), headcounts=None, seed=1):
    """A wave of groups, each so many people with so much in mind on average."""
    rng = np.random.default_rng(seed)
    rows = [
        (name, *codes)
        for place, (name, (people, mean)) in enumerate(groups.items())
        for codes in codes_of(mean + rng.normal(size=people), shifts, seed=[seed, place])
    ]
    asked = headcounts or {name: people for name, (people, _) in groups.items()}
    return count(made.wave(rows, made.flat(*asked.items()), id=id), THREE)


def said(now, *before):
    return summarise(now, THREE, Rule(), [(wave, THREE) for wave in before])


MAKE_UP = (
    "A score can move when groups grow or shrink, even if everybody answers as before. "
    "Since Pulse before, {} in how people answered. {} in groups growing or shrinking."
)


def test_a_group_that_grows_is_no_change_in_what_people_answer():
    before = counted({"good": (100, 1.0), "bad": (100, -1.0)}, "before")
    grown = said(counted({"good": (160, 1.0), "bad": (60, -1.0)}), before)
    assert grown.row("s").change.verdict == "higher"
    first = said(before)
    scores = [
        [one.row("s", unit).figure.score for unit in ("good", "bad")] for one in (first, grown)
    ]
    # Shares go from a half to 160 of 220; each group counts with the mean of its two scores.
    moved = (160 / 220 - 0.5) * (sum(pair[0] for pair in scores) - sum(p[1] for p in scores)) / 2
    within = round(
        (160 / 220 + 0.5) / 2 * (scores[1][0] - scores[0][0])
        + (60 / 220 + 0.5) / 2 * (scores[1][1] - scores[0][1])
    )
    assert within == 0
    assert grown.reading("s").make_up == MAKE_UP.format(
        "hardly anything is", f"About {round(moved)} points up are"
    )
    other = said(counted({"good": (100, 1.4), "bad": (100, -0.6)}, seed=2), before)
    assert other.reading("s").make_up.endswith("Hardly anything is in groups growing or shrinking.")


def test_where_nothing_moved_there_is_nothing_to_split():
    groups = {"good": (100, 1.0), "bad": (100, -1.0)}
    same = said(counted(groups), counted(groups, "before"))
    assert same.row("s").figure.score is not None
    assert same.reading("s").make_up == ""


def test_groups_put_together_anew_are_no_improvement():
    """The same people answer the same; half of them only sit in other groups."""
    before = counted({"a": (100, 1.0), "b": (100, 0.0), "c": (100, -1.0)}, "before")
    after = counted({"a": (100, 1.0), "x": (100, 0.0), "y": (100, -1.0)}, seed=2)
    assert said(after, before).reading("s").make_up == ANEW
    apart = counted({"a": (100, 0.0), "b": (100, 0.0), "c": (100, 0.0)}, "before")
    joined = counted({"a": (100, 0.0), "b": (200, 0.0)}, seed=3)
    assert said(joined, apart).reading("s").make_up == ANEW


def test_what_is_said_of_groups_follows_from_what_is_printed():
    """A group told in words is in the rest, whose score is what the printed ones leave."""
    asked = {"a": 300, "b": 200, "few": 20}

    def of(mean, seed, id):
        groups = {"a": (250, 0.5), "b": (180, mean), "few": (12, 0.0)}
        return counted(groups, id, headcounts=asked | {"b": int(200 + 100 * mean)}, seed=seed)

    then, now = of(0.0, 3, "then"), of(1.5, 4, "now")
    first, summary = said(then), said(now, then)
    assert summary.row("s", "few").figure.score is None
    waves = []
    for one in (first, summary):
        people = {unit.id: unit.headcount for unit in one.units}
        score = {unit: one.row("s", unit).figure.score for unit in ("org", "a", "b")}
        rest = people["org"] * score["org"] - people["a"] * score["a"] - people["b"] * score["b"]
        parts = {unit: Part(people[unit], score[unit]) for unit in ("a", "b")}
        waves.append(parts | {"rest": Part(people["few"], rest / people["few"])})
    told = summary.reading("s").make_up
    found = kitagawa(*waves)
    gap = summary.row("s").figure.score - first.row("s").figure.score
    assert found.total == pytest.approx(gap)
    assert f"about {round(found.within)} points up are in how people answered" in told


def test_without_headcounts_nothing_is_said_of_groups():
    asked = {"a": None, "b": None}
    waves = [
        counted({"a": (100, 1.0), "b": (100, -1.0)}, id, headcounts=asked, seed=place)
        for place, id in enumerate(("then", "now"))
    ]
    assert said(waves[1], waves[0]).reading("s").make_up == ""


def test_scores_in_steps_of_five_say_nothing_of_groups():
    before = counted({"a": (60, 0.0), "b": (60, 0.0)}, "before")
    now = counted({"a": (12, -2.0), "b": (80, 0.5)}, headcounts={"a": 20, "b": 160})
    assert said(now, before).reading("s").make_up == ""


def test_questions_read_differently_are_not_compared():
    before = counted({"a": (250, 0.0), "b": (250, 0.0)}, "before")
    alike = said(counted({"a": (250, 0.8), "b": (250, 0.8)}, seed=2), before)
    assert alike.row("s").change.verdict == "higher"
    assert alike.reading("s").meaning.startswith("As far as can be tested")
    one_moved = counted({"a": (250, 0.0), "b": (250, 0.0)}, shifts=(1.5, 0.0, 0.0), seed=2)
    summary = said(one_moved, before)
    assert summary.reading("s").meaning.startswith("People seem to read these questions diff")
    for row in summary.rows:
        assert (row.change.verdict, row.change.why) == ("break", UNLIKE)


def test_chance_alone_hardly_ever_stops_a_comparison():
    stopped = 0
    for seed in range(30):
        before = counted({"a": (300, 0.0)}, "before", seed=seed)
        now = counted({"a": (300, 0.3)}, seed=1000 + seed)
        stopped += said(now, before).row("s").change.verdict == "break"
    assert stopped <= 3  # two rungs at one in a hundred: 0.6 of 30 are to be expected


def test_a_slide_too_slow_for_neighbours_is_told_against_the_first_wave():
    waves = [counted({"a": (400, -0.12 * step)}, f"w{step}", seed=step + 1) for step in range(6)]
    summary = said(waves[-1], *waves[:-1])
    assert summary.row("s").change.verdict != "lower"
    assert summary.reading("s").since_first.verdict == "lower"
    assert summary.reading("s").since_first.against == "Pulse w0"
    assert said(waves[1], waves[0]).reading("s").since_first is None


FOUR = made.instrument(items=4)


def test_questions_read_otherwise_from_the_second_wave_on_are_no_slide():
    """Nobody thinks anything else: two of four questions are read 0.7 of an option higher."""

    def wave_of(name, shift, seed):
        rng = np.random.default_rng(seed)
        answers = 3 + 0.9 * rng.normal(size=(400, 1)) + 0.7 * rng.normal(size=(400, 4))
        codes = np.clip(np.round(answers + [shift, shift, 0, 0]), 1, 5).astype(int)
        return count(made.wave([("org", *line) for line in codes.tolist()], id=name), FOUR)

    for seed in range(3):
        waves = [
            wave_of(f"w{place}", shift, [seed, place]) for place, shift in enumerate((0, 0.7, 0.7))
        ]
        # The neighbours are read alike, so the wave before says nothing of it.
        past = [(one, FOUR) for one in waves[:-1]]
        found = summarise(waves[-1], FOUR, Rule(), past).reading("s")
        assert not found.meaning.startswith("People seem")
        assert found.since_first is None


def test_groups_that_hardly_differ_are_not_set_against_the_rest():
    alike = said(counted(dict.fromkeys("abcdef", (40, 0.0))))
    assert {row.rest.verdict for row in alike.rows if row.unit != "org"} == {"cannot_tell"}
    assert {row.rest.why for row in alike.rows if row.unit != "org"} == {HARDLY}
    apart = said(counted({name: (40, 0.6 * place - 1.5) for place, name in enumerate("abcdef")}))
    assert apart.row("s", "a").rest.verdict == "lower"
    assert apart.row("s", "f").rest.verdict == "higher"


@pytest.mark.parametrize(
    ("answered", "beginning"),
    [
        ({"a": (70, 0.0), "b": (68, 0.0), "c": (71, 0.0)}, "We see no sign that some groups"),
        ({"a": (95, 0.0), "b": (20, 0.0), "c": (30, 0.0)}, "Some groups answered much more"),
        # Neither: about 15 points apart, under .90 but not under .80.
        ({"a": (78, 0.0), "b": (62, 0.0), "c": (58, 0.0)}, ""),
        ({"a": (70, 0.0)}, ""),
    ],
)
def test_who_answered(answered, beginning):
    asked = dict.fromkeys(answered, 100)
    said_of = said(counted(answered, headcounts=asked)).evenness
    assert said_of.startswith(beginning)
    assert bool(said_of) == bool(beginning)


def test_how_far_apart_people_are_is_told_from_fifty_answers():
    ends = [("org", 1, 1, 1)] * 40 + [("org", 5, 5, 5)] * 40
    split = said(count(made.wave(ends), THREE)).reading("s").split
    assert split == "People were split: many answers lie at both ends."
    assert said(count(made.wave(ends[20:60]), THREE)).reading("s").split == ""
    reverse = made.instrument(items=3, reverse=(1,))
    turned = [("org", 1, 5, 1)] * 40 + [("org", 5, 1, 5)] * 40
    counts = count(made.wave(turned), reverse)
    assert summarise(counts, reverse, Rule()).reading("s").split == split


def test_an_easy_and_a_hard_question_are_no_split():
    """Everybody agrees about each, at opposite ends."""
    rows = [("org", 5, 4 + i % 2, 1 + i % 2) for i in range(80)]
    split = said(count(made.wave(rows), THREE)).reading("s").split
    assert split == "Most people gave answers close to one another."


SEVEN = made.instrument(items=7, reverse=(1, 3))


def sheets(usual, same, seed=5):
    """So many sheets with answers of all kinds, and so many with 1 throughout."""
    rng = np.random.default_rng(seed)
    rows = [("org", *codes) for codes in rng.integers(2, 6, (usual, 7)).tolist()]
    return rows + [("org", *[1] * 7)] * same


def reading_of(rows):
    counts = count(made.wave(rows), SEVEN)
    return summarise(counts, SEVEN, Rule())


def test_sheets_of_one_answer_are_kept_and_told():
    kept = reading_of(sheets(160, 40))
    told = kept.reading("s").alike
    assert told.startswith("About 40 people gave one answer to every question. Without them")
    # Five of seven questions are keyed as asked: 1 throughout is worth 2/7 of 100.
    with_them = kept.row("s").figure.score
    without = reading_of(sheets(160, 0)).row("s").figure.score
    assert told.endswith(f"would be {without:g} instead of {with_them:g}.")


@pytest.mark.parametrize("rows", [sheets(160, 9), sheets(5, 60), sheets(30, 15)])
def test_few_sheets_of_one_answer_are_not_told_apart(rows):
    assert reading_of(rows).reading("s").alike == ""


def test_a_score_that_is_withdrawn_is_not_told_without_sheets_of_one_answer():
    """Nearly everybody is above the middle, so the score is a band."""
    rng = np.random.default_rng(5)
    all_for = made.instrument(items=7)
    rows = [("org", *codes) for codes in rng.integers(4, 6, (80, 7)).tolist()]
    rows += [("org", *[5] * 7)] * 20
    summary = summarise(count(made.wave(rows), all_for), all_for, Rule())
    assert summary.row("s").figure.score is None
    assert summary.reading("s").alike == ""


def test_one_answer_takes_six_questions_and_no_blank_counts():
    def alike(*rows):
        return count(made.wave([("org", *row) for row in rows]), SEVEN).tally.one_answer.people

    assert alike([4] * 7, [4, 4, 4, None, 4, 4, 4], [4, 4, 4, 4, 4, 4, made.P]) == 3
    assert alike([4, 4, 4, 4, 4, None, None], [4, 4, 4, 5, 4, 4, 4], [None] * 7) == 0


def test_shards_of_sheets_add_up():
    rows = sheets(20, 15)
    whole = count(made.wave(rows), SEVEN).tally
    halves = [count(made.wave(part), SEVEN).tally for part in (rows[:25], rows[25:])]
    assert (halves[0] + halves[1]).to_dict() == whole.to_dict()
    assert type(whole).from_dict(whole.to_dict()).to_dict() == whole.to_dict()
