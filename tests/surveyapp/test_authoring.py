"""The form checker, the dates and the rule: what no wave gets past."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from analysis import question_sets
from analysis.disclosure import Rule
from analysis.instrument import Item, parse
from surveyapp.errors import NotNow, Rejected
from surveyapp.services import authoring
from tests import factories

NOW = datetime(2026, 11, 2, 8)
DATES = {
    "opens_at": NOW + timedelta(days=7),
    "closes_at": NOW + timedelta(days=21),
    "publishes_at": NOW + timedelta(days=28),
    "now": NOW,
}
FORM = factories.an_instrument()
SHADOW = FORM.item("barriers")


def form(*items, title="Pulse"):
    return replace(FORM, items=tuple(items), scales=(), title=title)


def text(number, purpose="peak"):
    return Item(id=f"text_{number}", kind="text", text=f"Tell us {number}", purpose=purpose)


def ratings(count):
    return tuple(replace(FORM.items[0], id=f"r{number}") for number in range(count))


def only(problems):
    assert len(problems) == 1, problems
    return problems[0]


def test_a_good_form_passes():
    assert authoring.check_form(FORM) == []


@pytest.mark.parametrize("chosen", question_sets.sets(), ids=lambda one: one.id)
def test_every_set_of_the_bank_passes(chosen):
    instrument = question_sets.build(chosen.id)
    assert authoring.check_form(instrument) == []
    if chosen.minutes == 2:
        assert authoring.minutes(instrument) == 2
    assert chosen.phase.lower() in authoring.PHASES


def test_a_form_without_the_shadow_question_is_refused():
    assert "what should stop" in only(authoring.check_form(form(*ratings(3), text(1))))


def test_a_grid_is_refused():
    grid = replace(FORM.items[0], id="grid", kind="grid")
    assert "Grids" in only(authoring.check_form(form(*ratings(2), grid, SHADOW)))


def test_text_before_ratings_is_refused():
    problems = authoring.check_form(form(text(1), *ratings(3), SHADOW))
    assert "Put text boxes last" in only(problems)


def test_more_than_two_text_boxes_are_refused():
    problems = authoring.check_form(form(*ratings(3), text(1), text(2), SHADOW))
    assert "3 text boxes" in only(problems)


def test_only_ten_questions_may_be_called_two_minutes():
    title = "Two-minute pulse"
    assert authoring.check_form(form(*ratings(9), SHADOW, title=title)) == []
    assert "Only 10 or fewer" in only(authoring.check_form(form(*ratings(10), SHADOW, title=title)))
    assert authoring.minutes(form(*ratings(9), SHADOW)) == 2
    assert authoring.minutes(form(*ratings(10), SHADOW)) > 2


def test_a_question_that_no_answering_page_can_show_is_refused():
    number = replace(FORM.items[0], id="days", kind="number", responses="")
    assert "is a number" in only(authoring.check_form(form(*ratings(2), number, SHADOW)))


def test_a_questions_file_without_end_is_refused_before_it_is_read():
    with pytest.raises(Rejected, match="too large"):
        authoring.read_instrument(b"# " + b"x" * authoring.LARGEST_FILE)


def test_questions_about_the_person_come_after_the_ratings_and_are_three_at_most():
    about = [
        replace(FORM.items[0], id=f"a{number}", kind="choice", purpose="attribute")
        for number in range(4)
    ]
    assert "after the ratings" in only(authoring.check_form(form(about[0], *ratings(2), SHADOW)))
    assert "at most 3" in only(authoring.check_form(form(*ratings(2), *about, SHADOW)))


def reworded(**changes):
    return replace(FORM, items=(replace(FORM.items[0], **changes), *FORM.items[1:]))


@pytest.mark.parametrize(
    "changes", [{"text": "I can raise any worry"}, {"reversed": True}, {"responses": "agree7"}]
)
def test_a_tracker_that_changed_needs_a_declared_break(changes):
    responses = dict(FORM.responses)
    responses["agree7"] = replace(responses["agree5"], options=responses["agree5"].options[:4])
    changed = replace(reworded(**changes), responses=responses)
    assert "declare a break" in only(authoring.check_form(changed, FORM))
    declared = authoring.declare_breaks(changed, FORM, "7")
    assert declared.items[0].breaks == ("7",)
    assert declared.items[1].breaks == ()
    assert authoring.check_form(declared, FORM) == []


def test_an_old_break_does_not_excuse_a_new_change():
    before = reworded(breaks=("3",))
    after = reworded(breaks=("3",), text="Other words")
    assert "declare a break" in only(authoring.check_form(after, before))


def test_a_break_of_the_whole_theme_excuses_its_questions():
    scale = replace(FORM.scales[0], breaks=("7",))
    after = replace(reworded(text="Other words"), scales=(scale, *FORM.scales[1:]))
    assert authoring.check_form(after, FORM) == []


def test_a_reworded_text_question_breaks_no_line():
    after = replace(FORM, items=(*FORM.items[:-1], replace(SHADOW, text="What should stop?")))
    assert authoring.check_form(after, FORM) == []


@pytest.fixture
def programme(app):
    with app.app_context():
        yield factories.a_programme()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"opens_at": NOW - timedelta(days=1)}, "is in the past"),
        ({"closes_at": NOW + timedelta(days=6)}, "closing date must come after"),
        ({"publishes_at": NOW + timedelta(days=20)}, "results date must come after"),
        ({"publishes_at": NOW + timedelta(days=200)}, "within eight weeks of closing"),
        ({"label": " "}, "Give the pulse a name"),
        ({"rule": Rule(k=9)}, "can be 10 or more, not 9"),
        ({"rule": Rule(comments=5)}, "can be 10 or more, not 5"),
        ({"phase": "dance"}, "Choose a phase"),
    ],
)
def test_a_wave_that_breaks_a_rule_is_refused_with_a_sentence(programme, changes, sentence):
    with pytest.raises(Rejected) as refusal:
        authoring.create_wave(programme, FORM, **{"label": "One", **DATES, **changes})
    assert sentence in only(refusal.value.details)
    assert programme.waves == []


def test_everything_that_is_wrong_is_said_at_once(programme):
    with pytest.raises(Rejected) as refusal:
        authoring.create_wave(
            programme,
            form(text(1), *ratings(2)),
            label="One",
            **{**DATES, "opens_at": NOW - timedelta(days=1)},
        )
    assert len(refusal.value.details) == 3


def test_a_wave_keeps_its_questions_as_they_were(programme):
    wave = authoring.create_wave(programme, FORM, label="One", **DATES)
    assert authoring.instrument_of(wave) == FORM
    assert (wave.number, wave.state) == (1, "draft")
    assert len(wave.results_key) >= 20


def test_a_raised_rule_protects_more_everywhere():
    raised, usual = authoring.stricter(15).to_dict(), Rule().to_dict()
    assert raised["k"] == 15
    assert all(raised[name] >= usual[name] for name in usual)
    assert authoring.check_rule(authoring.stricter(15)) == []


def test_two_programmes_of_one_name_get_two_addresses(app):
    with app.app_context():
        slugs = [authoring.create_programme("Staff pulse", "Käthe’s").slug for _ in range(2)]
        assert slugs == ["staff-pulse", "staff-pulse-2"]
        assert authoring.create_programme("Шум", "Org").slug == "programme"
        assert authoring.create_programme("New", "Org").slug == "new-2"  # /programmes/new is taken
        with pytest.raises(Rejected):
            authoring.create_programme(" ", "Org")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\xff\xfe\x00", "not text"),
        (b"[[", "cannot be used yet"),
        (b"title = 'x'", "cannot be used yet"),
    ],
)
def test_an_unusable_questions_file_gets_a_sentence(data, sentence):
    with pytest.raises(Rejected, match=sentence):
        authoring.read_instrument(data)


def test_an_uploaded_questions_file_is_read_whole():
    assert authoring.read_instrument(factories.INSTRUMENT.encode()) == parse(factories.INSTRUMENT)


def test_only_a_draft_can_be_deleted(programme):
    draft = factories.a_wave(programme)
    authoring.delete_draft(draft)
    wave = factories.a_wave(programme, "committed")
    with pytest.raises(NotNow, match="has been promised"):
        authoring.delete_draft(wave)
