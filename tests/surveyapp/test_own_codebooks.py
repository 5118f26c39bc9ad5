"""Titles and themes of an organisation's own: what may be changed, what a pulse froze of them."""

import json

import pytest

from analysis.text.codebook import load
from analysis.text.own_codebook import NONE, OwnTheme
from surveyapp.extensions import db
from surveyapp.models.audit import AuditLine
from surveyapp.services import amendment_kinds, own_codebooks
from tests import own_themes
from tests.own_themes import HR, PARKING, a_draft, locked


@pytest.fixture
def programme(app):
    with app.app_context():
        yield own_themes.a_programme()


def lines():
    return [(line.verb, line.subject, line.detail) for line in db.session.query(AuditLine)]


def test_a_title_is_for_display_and_can_be_taken_away_again(programme):
    own_codebooks.call(programme, "workload", "  Caseloads  and pace ", HR)
    book = own_codebooks.book(programme)
    assert book.titles["workload"] == "Caseloads and pace"
    assert book.theme("workload").definition == load().theme("workload").definition
    assert lines()[-1] == (
        "renamed theme",
        "codebook harbour-pulse",
        f"“{load().titles['workload']}” is called “Caseloads and pace”",
    )
    own_codebooks.call(programme, "workload", "", HR)
    assert own_codebooks.book(programme).titles == load().titles


def test_a_new_theme_gets_an_id_of_its_own_that_no_other_one_can_have(programme):
    first = own_codebooks.put(programme, PARKING, HR)
    assert (first.id, first.state, first.since) == ("own_parking", "used", "")
    own_codebooks.retire(programme, first.id, HR)
    again = own_codebooks.put(programme, PARKING, HR)
    assert again.id == "own_parking_2"
    assert [one.state for one in own_codebooks.of(programme).themes] == ["retired", "used"]
    assert [verb for verb, *_ in lines()[-3:]] == ["added theme", "retired theme", "added theme"]
    with pytest.raises(own_codebooks.NotNow):
        own_codebooks.put(programme, first, HR)


def test_what_is_wrong_changes_nothing(programme):
    own_codebooks.put(programme, PARKING, HR)
    before = programme.own_codebook
    for wrong in (
        {"title": "Workload"},
        {"phrases": ("car park",)},
        {"definition": ""},
        {"title": "parking"},
    ):
        with pytest.raises(own_codebooks.Faulty) as refused:
            own_codebooks.put(programme, OwnTheme(**{**vars(PARKING), **wrong}), HR)
        assert refused.value.details
    with pytest.raises(own_codebooks.Faulty):
        own_codebooks.call(programme, "workload", "Parking", HR)
    assert programme.own_codebook == before


def test_a_locked_pulse_keeps_what_it_was_locked_with(programme):
    own_codebooks.call(programme, "workload", "Caseloads", HR)
    theme = own_codebooks.put(programme, PARKING, HR)
    wave = locked(programme)
    frozen = own_codebooks.of_wave(wave)
    assert (frozen.version, frozen.titles[0].since, frozen.themes[0].since) == ("1", *["March"] * 2)
    covenant = json.loads(wave.covenant)["codebook"]
    assert (covenant["version"], covenant["sha256"]) == (load().version, load().sha256)
    own_codebooks.retire(programme, theme.id, HR)
    own_codebooks.call(programme, "workload", "", HR)
    assert own_codebooks.of_wave(wave) == frozen
    assert (own_codebooks.of(programme).version, own_codebooks.book(programme)) == ("2", load())
    assert "own" not in json.loads(locked(programme, "June").covenant)["codebook"]


def test_a_theme_keeps_its_beginning_until_it_is_coded_otherwise(programme):
    made = own_codebooks.put(programme, PARKING, HR)
    locked(programme)

    def changed(**settings):
        known = own_codebooks.theme(programme, made.id)
        return own_codebooks.put(programme, OwnTheme(**{**vars(known), **settings}), HR).since

    assert changed(title="Cars") == "March"
    assert changed(phrases=(*PARKING.phrases, "cycle rack")) == ""
    locked(programme, "June")
    assert own_codebooks.theme(programme, made.id).since == "June"


def test_a_pulse_without_own_themes_says_only_which_codebook_is_shipped(programme):
    wave = locked(programme)
    assert own_codebooks.of_wave(wave) == NONE
    assert programme.own_codebook == ""


def test_what_was_asked_to_be_signed_is_void_once_the_codebook_changed(programme):
    wave = a_draft(programme)
    before = amendment_kinds.draft_sha256(wave)
    own_codebooks.call(programme, "workload", "Caseloads", HR)
    assert amendment_kinds.draft_sha256(wave) != before


def test_a_subject_is_proposed_under_a_name_and_not_coded(programme):
    made = own_codebooks.propose(programme, "Bikes", ["bike shed", "cycle rack"], "board@x.org")
    assert (made.id, made.state) == ("own_bikes", "proposed")
    assert lines()[-1][:2] == ("proposed theme", "codebook harbour-pulse")
    again = own_codebooks.propose(programme, "bikes ", ["helmet"], "board@x.org")
    assert again.phrases == ("bike shed", "cycle rack", "helmet")
    assert len(own_codebooks.of(programme).themes) == 1
    assert own_codebooks.book(programme) == load()
    assert own_codebooks.of_wave(locked(programme)) == NONE
    finished = OwnTheme(**{**vars(PARKING), "id": made.id, "title": "Bikes"})
    assert own_codebooks.put(programme, finished, HR).state == "used"
    assert own_codebooks.propose(programme, "Bikes", ["scooter"], "board@x.org").state == "used"


def test_a_subject_that_names_somebody_is_not_taken_down(programme):
    for name, phrases in (("Dr Jones", []), ("Bikes", ["Dr Jones"]), ("Workload", [])):
        with pytest.raises(own_codebooks.Faulty):
            own_codebooks.propose(programme, name, phrases, "board@x.org")
    assert programme.own_codebook == ""
