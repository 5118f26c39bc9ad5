"""HR renames themes and adds some, everybody can read which, and nothing typed is lost or run."""

import html

import pytest

from analysis.text.codebook import load
from surveyapp.extensions import db
from surveyapp.models.audit import AuditLine
from surveyapp.services import audit, authoring, own_codebooks
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


def test_a_proposed_theme_can_be_turned_down_and_is_not_proposed_again(app, hr, client):
    with app.app_context():
        programme = authoring.programme_by_slug("harbour-pulse")
        own_codebooks.propose(programme, "Bikes", ["bike shed"], "board@example.org")
        factories.committed()
    path = f"{AT}own/own_bikes/retire"
    assert f'href="{path}"' in hr.get(AT).get_data(as_text=True)
    assert "Turn down “Bikes”" in main_text(hr.get(path))
    hr.post(path)
    with app.app_context():
        assert audit.lines(1)[0].verb == "turned down theme"
        programme = authoring.programme_by_slug("harbour-pulse")
        own_codebooks.propose(programme, "Bikes", ["bike rack"], "board@example.org")
        factories.committed()
    assert "Proposed by the board" not in main_text(hr.get(AT))
    assert "Bikes" not in main_text(client.get("/codebook"))


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


def offer(app, theme, *words):
    with app.app_context():
        programme = authoring.programme_by_slug("harbour-pulse")
        own_codebooks.offer(programme, theme, words, "May", "scheduler")
        factories.committed()


def test_words_put_with_a_shipped_theme_may_begin_a_theme_and_do_nothing_by_themselves(
    app, hr, client
):
    before = client.get("/codebook").text
    offer(app, "workload", "duty rota", "on-call", "the", "Dr Jones")
    assert client.get("/codebook").text == before, "nothing is public, and nothing is coded by it"
    words = main_text(hr.get(AT))
    assert "Workload duty rota, on-call (May)" in words
    assert "A shipped theme takes no words of yours" in words
    form = hr.get(f"{AT}new?from=workload").get_data(as_text=True)
    assert "duty rota\non-call</textarea>" in form.replace("\r", "")
    assert "duty rota" not in hr.get(f"{AT}new?from=communication").get_data(as_text=True)
    assert "duty rota" not in hr.get(f"{AT}new").get_data(as_text=True)
    hr.post(
        f"{AT}new",
        data={**PARKING, "phrases": "duty rota\nparking\npermit\nbike shed\ncar park"},
    )
    words = main_text(hr.get(AT))
    assert "Workload on-call (May)" in words, "what a theme has is offered no more"
    assert hr.post(f"{AT}offered/workload/decline").location.endswith(AT)
    assert "Words from the reviewers" not in main_text(hr.get(AT))
    assert [one.id for one in own(app).used] == ["own_parking"]
    with app.app_context():
        lines = [line for line in db.session.query(AuditLine) if "words" in line.verb]
    assert [line.verb for line in lines] == [
        "offered words for theme",
        "declined words for theme",
    ]
    assert not any("on-call" in line.detail + line.subject for line in lines)


def test_words_put_with_a_theme_of_one_s_own_stand_where_it_is_changed(app, hr):
    hr.post(f"{AT}new", data=PARKING)
    offer(app, "own_parking", "barrier", "parking")
    offer(app, "own_parking", "garage", "barrier")
    offer(app, "own_nothing", "barrier")
    assert "Choose phrases for Parking" in main_text(hr.get(AT))
    path = f"{AT}own/own_parking"
    page = main_text(hr.get(path))
    assert "five people wrote each of these words: barrier, garage." in page
    assert own(app).used[0].phrases == tuple(PARKING["phrases"].split("\n")[:4]) + ("bike shed",)
    hr.post(path, data={**PARKING, "phrases": f"{PARKING['phrases']}\nbarrier\ngarage"})
    assert "Words from the reviewers" not in main_text(hr.get(AT))


def test_what_is_offered_is_in_no_promise_and_no_fingerprint(app, hr):
    hr.post(f"{AT}new", data=PARKING)
    before = own(app).in_use
    offer(app, "workload", "duty rota")
    assert own(app) != before
    assert own(app).in_use.to_dict() == before.to_dict()
    assert own(app).in_use.sha256 == before.sha256
    assert own(app).version == before.version


def test_nobody_but_hr_takes_words_off_the_list(app, hr, board):
    offer(app, "workload", "duty rota")
    assert board.post(f"{AT}offered/workload/decline").status_code == 403
    with app.app_context():
        (left,) = own_codebooks.offers(authoring.programme_by_slug("harbour-pulse"))
    assert left.words == ("duty rota",)
