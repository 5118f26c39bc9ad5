"""HR renames themes and adds some, everybody can read which, and nothing typed is lost or run."""

import html

import pytest

from analysis.text.codebook import load
from surveyapp.extensions import db
from surveyapp.models.audit import AuditLine
from surveyapp.services import authoring, own_codebooks
from tests import factories, own_themes
from tests.surveyapp.test_results import main_text

AT = "/programmes/harbour-pulse/codebook/"
PARKING = {
    "title": "Parking",
    "definition": "Where staff leave their cars.",
    "includes": "spaces\npermits",
    "excludes": "travel between visits: workload",
    "phrases": "car park\nparking\npermit\nmulti-storey\n\nbike shed",
    "against": "walk in the park",
    "negative": "The car park is full by seven.",
}


@pytest.fixture
def hr(app):
    with app.app_context():
        authoring.create_programme("Harbour pulse", "Harbour Care")
        factories.committed()
    browser = app.test_client()
    factories.sign_in(browser, "hr")
    return browser


def own(app):
    with app.app_context():
        return own_codebooks.of(authoring.programme_by_slug("harbour-pulse"))


def test_without_themes_of_one_s_own_the_page_says_what_to_do(hr):
    words = main_text(hr.get(AT))
    assert "You have no themes of your own." in words
    assert "Add one where people keep writing" in words
    assert "Add a theme" in words
    for theme in load().themes:
        assert theme.title in words


def test_a_renamed_theme_stands_with_both_titles(app, hr, client):
    path = f"{AT}titles/workload"
    assert hr.get(path).status_code == 200
    assert hr.post(path, data={"title": "Caseloads"}).location.endswith(AT)
    assert "Caseloads From the next pulse" in main_text(hr.get(AT))
    words = main_text(client.get("/codebook"))
    said = f"“Caseloads” is the shipped theme {load().titles['workload']} , from the next pulse on"
    assert said in words
    assert "version 1" in words
    with app.app_context():
        verbs = [line.verb for line in db.session.query(AuditLine)]
        assert verbs[-1] == "renamed theme"


def test_a_theme_is_added_changed_and_retired(app, hr, client):
    assert hr.post(f"{AT}new", data=PARKING).location.endswith(AT)
    assert "Begins with the next pulse that you lock." in main_text(hr.get(AT))
    words = main_text(client.get("/codebook"))
    assert "Harbour pulse: titles and themes of its own" in words
    assert "Coded from the next pulse on." in words
    assert "car park, parking, permit, multi-storey, bike shed" in words
    path = f"{AT}own/own_parking"
    form = hr.get(path).get_data(as_text=True)
    assert "Where staff leave their cars.</textarea>" in form
    hr.post(path, data={**PARKING, "title": "Parking and bikes"})
    assert [(one.id, one.title) for one in own(app).used] == [("own_parking", "Parking and bikes")]
    assert "cannot be taken up again" in main_text(hr.get(f"{path}/retire"))
    assert len(own(app).used) == 1
    hr.post(f"{path}/retire")
    assert own(app).used == ()
    assert "No longer used" in main_text(hr.get(AT))
    assert "no longer used" in main_text(hr.get(path))
    assert hr.post(path, data=PARKING).status_code == 409


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"phrases": "car park\nparking\nDr Jones\npermit\nbike shed"}, "Line 3: The phrase “Dr"),
        ({"phrases": "car park\nparking\npermit\nbike shed"}, "Give at least 5 phrases"),
        ({"title": "Workload"}, "A shipped theme is called “Workload” already."),
        ({"title": ""}, "Give the theme a title."),
        ({"includes": " \n"}, "Say what belongs to the theme"),
        ({"negative": ""}, "Give at least one example"),
        ({"negative": "The lot is full."}, "No phrase of “Parking” stands in its example"),
    ],
)
def test_what_is_wrong_is_said_beside_its_box_and_nothing_typed_is_lost(app, hr, given, said):
    answer = hr.post(f"{AT}new", data={**PARKING, **given})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in html.unescape(page)
    assert "<title>Error: " in page
    assert "walk in the park</textarea>" in page
    assert own(app).themes == ()


def test_a_bad_title_stays_in_its_box(app, hr):
    answer = hr.post(f"{AT}titles/workload", data={"title": "Communication"})
    assert answer.status_code == 422
    assert 'value="Communication"' in answer.get_data(as_text=True)
    assert own(app).titles == ()


def test_what_is_typed_is_shown_as_text(app, hr, client):
    nasty = {"title": "<b>Cars</b>", "definition": "<script>alert(1)</script>"}
    hr.post(f"{AT}new", data={**PARKING, **nasty})
    hr.post(f"{AT}titles/workload", data={"title": "<i>Pace</i>"})
    assert len(own(app).used) == len(own(app).titles) == 1
    for answer in (hr.get(AT), client.get("/codebook")):
        page = answer.get_data(as_text=True)
        assert "&lt;b&gt;Cars&lt;/b&gt;" in page
        assert "&lt;i&gt;Pace&lt;/i&gt;" in page
        assert not any(raw in page for raw in ("<b>Cars", "<i>Pace", "<script>alert"))


def test_a_proposed_theme_waits_for_hr_and_is_not_public(app, hr, client):
    with app.app_context():
        programme = authoring.programme_by_slug("harbour-pulse")
        own_codebooks.propose(programme, "Bikes", ["bike shed"], "board@example.org")
        factories.committed()
    assert "Proposed by the board" in main_text(hr.get(AT))
    assert "Bikes" not in main_text(client.get("/codebook"))
    path = f"{AT}own/own_bikes"
    assert "Finish “Bikes”" in main_text(hr.get(path))
    hr.post(path, data={**PARKING, "title": "Bikes"})
    assert [one.id for one in own(app).used] == ["own_bikes"]


@pytest.mark.parametrize("path", ["titles/nothing", "own/own_nothing", "own/own_nothing/retire"])
def test_there_is_no_page_for_a_theme_that_is_not_there(hr, path):
    assert hr.get(f"{AT}{path}").status_code == 404


def test_the_promises_of_a_pulse_say_what_its_comments_are_sorted_by(app, client):
    with app.app_context():
        programme = own_themes.a_programme()
        own_themes.of(programme)
        own_themes.locked(programme)
        factories.committed()
    words = main_text(client.get("/trust/harbour-pulse/1"))
    assert f"“Caseloads and pace” is the shipped theme “{load().titles['workload']}”" in words
    assert "Parking, its own theme: Where staff leave their cars." in words
    assert "Found by car park, parking, permit, multi-storey, bike shed" in words
    page = main_text(client.get("/codebook"))
    assert "Coded like this since March." in page
    assert ", since March" in page
