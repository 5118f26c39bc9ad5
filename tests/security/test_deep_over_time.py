"""Two pulses counted once more from the auditor's files: what changed in between as well."""

import hashlib
import json
import random
from datetime import date, timedelta

import pytest

from surveyapp import clock
from surveyapp.crypto import client as voter
from surveyapp.crypto import envelope
from surveyapp.extensions import db, who_session
from surveyapp.models.people import Person
from surveyapp.models.surveys import Programme
from tests import factories, own_themes, voting
from tests.security import records

NEEDED = "need the auditor's files of those"
SHIFT = {"Riverside/Days": 2, "Riverside/Nights": 1, "Riverside/Kitchen": 1, "Riverside/Office": 1}


def fetched(site):
    """The auditor's file of a pulse, as its witness opens it."""
    from surveyapp.services import audits

    with site.app.app_context(), clock.as_if(site.moment("publishes")):
        wave = voting.wave_of(site.wave)
        by = factories.an_account("auditor", email=f"{wave.number}@example.org")
        _, _, body = audits.fetch(wave, 1, by, clock.now()).partition(b"\n")
        db.session.commit()
        opened = envelope.unseal(body, site.witness.outer, envelope.audit_info(str(wave.id)))
        return json.loads(opened)


def people_moved(app):
    """One leaves, one joins and three change their team before the second pulse, and the
    organisation gives itself a theme of its own."""
    with app.app_context():
        listed = who_session().query(Person).order_by(Person.email).all()
        for person in listed[:3]:
            person.unit_key = "Riverside/Nights"
        listed[3].active = False
        home = db.session.scalars(db.select(Programme)).one()
        own_themes.of(home)
        factories.a_person(home, "Newcomer", unit="Riverside/Days")
        factories.committed()


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """The record after two pulses, the auditor's file of each, and the day of the second."""
    first = records.answered(tmp_path_factory.mktemp("site") / "instance")
    first.open()
    first.tick(first.moment("publishes"))
    files = [fetched(first)]
    people_moved(first.app)
    with clock.as_if(first.moment("publishes") + timedelta(days=1)):
        then = voting.open_voting(first.app, after=first.wave, witnesses=[first.witness])
        second = records.Site(first.app, then, first.witness)
        dice = random.Random(4)
        for person in then.people[:-5]:
            said = {
                item: min(5, dice.randint(2, 4) + SHIFT[person.place]) for item in records.ITEMS
            }
            voting.vote(first.app, then, person, said, seed=voter.new_seed())
    second.open()
    second.tick(second.moment("publishes"))
    files.append(fetched(second))
    yield second, records.unzip(second.download()), files
    factories.dispose([first.app])


@pytest.fixture(scope="module")
def program(story, tmp_path_factory):
    return records.loaded(story[1], tmp_path_factory.mktemp("program"))


@pytest.fixture
def deep(story, program, tmp_path):
    """Counts the record once more: its report. ``change`` acts on the auditor's files."""
    site, record, files = story

    def run(*which, record=record, change=lambda _files: None):
        files_now = json.loads(json.dumps(files))
        change(files_now)
        paths = []
        for number in which:
            paths.append(tmp_path / f"{number}.json")
            paths[-1].write_text(json.dumps(files_now[number - 1]))
        options = records.Namespace(**{**records.NOTHING, "deep": paths})
        return program.verify(record, site.moment("publishes").date(), options)

    return run


def results_of(record, number):
    """A pulse's published results: the name of the file, and what it holds."""
    for name in record:
        if name.endswith("summary.json"):
            told = json.loads(record[name])
            if told["wave"]["id"] == str(number):
                return name, told
    raise AssertionError(number)


def republished(site, record, number, change):
    """Other results of a pulse, announced with the board's own key as if they were the ones."""
    name, told = results_of(record, number)
    before = hashlib.sha256(record[name]).hexdigest()
    change(told)
    raw = json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"
    board = records.lines(record)
    for line in board:
        if line["type"] == "PUBLISHED" and line["body"]["sha256"] == before:
            line["body"]["sha256"] = hashlib.sha256(raw).hexdigest()
    return records.forged({**record, name: raw}, board, site.board_key())


def changes(told):
    return [row["change"] for row in told["rows"] if row["change"]["difference"] is not None]


def test_two_honest_pulses_are_sound_and_everything_was_made_again(story, deep):
    _, told = results_of(story[1], 2)
    assert "higher" in {one["verdict"] for one in changes(told)}
    for order in ((1, 2), (2, 1)):
        report = deep(*order)
        assert report.code() == 0, report.lines
        said = "\n".join(report.lines)
        assert said.count("published figures were counted once more") == 2
        assert NEEDED not in said


def test_comments_coded_by_other_software_are_called_that_and_not_other_results(story, deep):
    """A server may be updated between the draft, which counts comments, and the checking."""

    def coded_before(told):
        for one in told["text"]:
            one["coder"] = "candour 1, codebook 1 (00000000)"

    def changed(told):
        told["text"][0]["no_theme"] = "about 95"

    def both(told):
        coded_before(told)
        for one in changes(told):
            one["difference"] = 0.0

    report = deep(1, 2, record=republished(story[0], story[1], 2, coded_before))
    assert report.code() == 2, report.lines
    (said,) = [line for line in report.lines if "candour 1, codebook 1 (00000000)" in line]
    assert "other software" in said
    for change in (changed, both):
        assert deep(1, 2, record=republished(story[0], story[1], 2, change)).code() == 1


def test_a_question_that_was_never_asked_is_found_and_its_mark_hides_no_other(story, deep):
    def beside(told):
        invented(told)
        told["text"][1]["coder"] = "candour 1, codebook 1 (00000000)"
        told["text"][0]["no_theme"] = "about 95"

    def invented(told):
        told["text"].append({**told["text"][0], "question": "invented"})

    for change in (beside, invented):
        assert deep(1, 2, record=republished(story[0], story[1], 2, change)).code() == 1


def test_one_of_two_says_what_it_cannot_count(deep):
    assert NEEDED not in "\n".join(deep(1).lines)
    report = deep(2)
    assert report.code() == 0, report.lines
    assert NEEDED in "\n".join(report.lines)


def test_a_change_that_is_told_otherwise_is_found_with_both_files_only(story, deep):
    def hushed(told):
        for one in changes(told):
            one["verdict"], one["difference"] = "cannot_tell", 0.0

    forged = republished(story[0], story[1], 2, hushed)
    assert deep(record=forged).code() == 0
    assert deep(2, record=forged).code() == 0
    assert deep(1, 2, record=forged).code() == 1


@pytest.mark.parametrize("number", [1, 2])
def test_a_figure_of_either_pulse_that_the_answers_do_not_give_is_found(story, deep, number):
    def better(told):
        told["rows"][0]["figure"]["score"] += 6

    forged = republished(story[0], story[1], number, better)
    assert deep(record=forged).code() == 0
    assert deep(1, 2, record=forged).code() == 1


@pytest.mark.parametrize("number", [1, 2])
def test_one_answer_changed_in_the_file_of_either_pulse_is_found(deep, number):
    def changed(files):
        said = files[number - 1]["responses"][0]["ratings"]
        said["work_1"] = said["work_1"] % 5 + 1

    assert deep(1, 2, change=changed).code() == 1


def test_two_files_of_one_pulse_and_a_file_of_none_are_told(deep):
    def again(files):
        files[1] = files[0]

    def of_none(files):
        files[1]["wave"] = files[1]["wave"][::-1]

    assert deep(1, 2, change=again).code() == 2
    assert deep(1, 2, change=of_none).code() == 1


def test_a_pulse_is_not_compared_with_answers_whose_time_was_over(deep, program, monkeypatch):
    """Nobody could have read them then, so results that do compare were not counted as they say."""
    assert deep(1, 2).code() == 0
    monkeypatch.setattr(program, "kept_until", lambda _pulse: date.min)
    assert deep(1, 2).code() == 1


def test_the_day_until_which_answers_were_kept_is_that_of_the_promises(program):
    found = program.Pulse([])
    for closed, until in (("2026-02-28", "2028-02-28"), ("2026-12-31", "2028-12-31"),
                          ("2024-02-29", "2026-02-28")):  # fmt: skip
        found.lines[:] = [program.Line(b"", 0, "", "CLOSED", {}, closed)]
        found.covenant = {"answers_kept_months": 24}
        assert program.kept_until(found).isoformat() == until
        found.covenant = {}
        assert program.kept_until(found) is None
