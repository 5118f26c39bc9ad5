"""Separate doors: each serves its own pages whole, and of the other's not one."""

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner

from surveyapp import config, create_app
from surveyapp.cli import main
from surveyapp.config import SettingsError
from surveyapp.services import posted
from tests import factories, published, serving, voting
from tests.test_access import pages

FEATURES = {
    "registrar": {"respond"},
    "box": {"box"},
    "office": {
        "home", "transparency", "auth", "surveys", "people", "results", "board", "actions",
        "admin", "amendments", "review", "witnessing",
    },
}  # fmt: skip
OFFICE = "https://office.example.org"
SETTINGS = {**voting.SETTINGS, "DATABASES": {}, "SECRET_KEY": "a secret that only tests know"}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Two doors to the same databases: an open pulse, and results that are out."""
    folder = tmp_path_factory.mktemp("doors")
    everything = factories.an_app(folder / "instance", **voting.on_files(folder))
    open_pulse = voting.open_voting(everything, slug="harbour")
    with everything.app_context():
        posted.catch_up()
        key = published.programme("riverside").waves[-1].results_key
        factories.committed()
    box = create_app(SETTINGS, role="box", instance_path=everything.instance_path)
    with serving.served(box) as address:
        settings = SETTINGS | {"BOX_URL": address, "BASE_URL": OFFICE}
        doors = {
            role: create_app(settings, role=role, instance_path=everything.instance_path)
            for role in FEATURES
        }
        yield everything, doors, open_pulse, key
    factories.dispose([everything, box, *doors.values()])


def read(answer):
    return BeautifulSoup(answer.data, "html.parser")


@pytest.mark.parametrize("role", FEATURES)
def test_a_door_has_its_own_features_and_404_for_every_other_page(house, role):
    everything, doors, *_ = house
    assert set(doors[role].blueprints) == FEATURES[role]
    browser = doors[role].test_client()
    wrong = []
    for endpoint, method, address in pages(everything):
        feature = endpoint.partition(".")[0]
        answer = browser.open(address, method=method)
        if feature not in {*FEATURES[role], "static"} and answer.status_code != 404:
            wrong.append((method, address, answer.status_code))
        if answer.status_code >= 500:
            wrong.append((method, address, answer.status_code))
    assert wrong == []


def test_the_respondents_door_sends_no_cookie_and_leads_to_the_promises_at_the_office(house):
    answer = house[1]["registrar"].test_client().get("/v/")
    page = read(answer)
    assert answer.status_code == 200
    assert page.h1
    assert "Set-Cookie" not in answer.headers
    trust = {link["href"] for link in page.select("a[href*='/trust']")}
    assert trust == {f"{OFFICE}/trust"}


def test_at_the_respondents_door_somebody_can_answer_and_the_box_has_it(house):
    everything, doors, open_pulse, _ = house
    page = voting.arrive(doors["registrar"].test_client(), open_pulse.people[0].token)
    last = page.press("all")
    assert last.press("send.unless-hints").title == "Thank you – Candour"
    assert voting.ballots(everything, open_pulse) == 1
    # The same form sent again goes on top, as the same ballot.
    assert last.press("send.unless-hints").title == "Thank you – Candour"
    assert voting.ballots(everything, open_pulse) == 1


def test_without_the_box_nothing_is_lost_and_the_same_form_can_be_sent_again(house):
    everything, doors, open_pulse, _ = house
    away = create_app(
        SETTINGS | {"BOX_URL": "http://127.0.0.1:9", "BASE_URL": OFFICE},
        role="registrar",
        instance_path=everything.instance_path,
    )
    before = voting.ballots(everything, open_pulse)
    last = voting.arrive(away.test_client(), open_pulse.people[1].token).press("all")
    refused = last.press("send.unless-hints")
    assert refused.response.status_code == 503
    assert "Nothing was lost" in refused.text
    again = voting.Form(doors["registrar"].test_client(), last.response)
    assert again.press("send.unless-hints").title == "Thank you – Candour"
    assert voting.ballots(everything, open_pulse) == before + 1
    factories.dispose([away])


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/", 404),
        ("get", "/nowhere", 404),
        ("get", "/sign-in", 404),
        ("get", "/trust", 404),
        ("delete", "/v/", 405),
    ],
)
def test_an_error_at_the_respondents_door_is_a_whole_page_and_leads_only_where_it_serves(
    house, method, path, status
):
    browser = house[1]["registrar"].test_client()
    answer = browser.open(path, method=method)
    page = read(answer)
    assert answer.status_code == status
    assert page.main is not None
    for link in page.select("a[href^='/']"):
        assert browser.get(link["href"]).status_code == 200


@pytest.mark.parametrize("path", ["/", "/sign-in", "/trust", "/trust/harbour/1"])
def test_the_office_serves_its_public_pages(house, path):
    answer = house[1]["office"].test_client().get(path)
    assert answer.status_code == 200
    assert read(answer).h1


def test_the_office_serves_results_to_staff_and_to_everybody_invited(house):
    _, doors, _, key = house
    browser = doors["office"].test_client()
    factories.sign_in(browser, "hr")
    for start in ("/results/riverside", f"/r/{key}"):
        page = browser.get(start)
        assert page.status_code == 200
        for link in read(page).select(f"main a[href^='{start}'], nav a[href^='/']"):
            assert browser.get(link["href"]).status_code == 200, link["href"]


def test_an_error_at_the_office_is_a_whole_page(house):
    answer = house[1]["office"].test_client().get("/nowhere")
    assert answer.status_code == 404
    assert read(answer).find("a", string="Go to the start page")["href"] == "/"


@pytest.mark.parametrize("role", config.OPENS)
def test_the_environment_chooses_the_door(monkeypatch, role):
    monkeypatch.delenv("CANDOUR_ROLE", raising=False)
    assert config.door() == "all"
    monkeypatch.setenv("CANDOUR_ROLE", role)
    assert config.door() == role


@pytest.mark.parametrize("role", ["", "Office", "everything"])
def test_an_unknown_door_is_refused_with_a_sentence(monkeypatch, role):
    monkeypatch.setenv("CANDOUR_ROLE", role)
    with pytest.raises(SettingsError, match="all, registrar, box, office, opener, publisher"):
        config.door()
    answer = CliRunner().invoke(main, ["serve"])
    assert answer.exit_code == 1
    assert "all, registrar, box, office, opener, publisher" in answer.output
