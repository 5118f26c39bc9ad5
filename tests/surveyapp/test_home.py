"""The start page and the navigation: the ways in, and only what each may open."""

import re

import pytest
from bs4 import BeautifulSoup

from tests import factories, published

EXPECTED = {
    "hr": ["Results", "What we will do", "Programmes", "Pulses", "Roster", "Changes"],
    "board": ["Results", "Board", "Comments", "What we will do", "Changes"],
    "manager": ["My group", "Results", "What we will do"],
    "admin": ["What we will do", "People with accounts"],
    "witness": ["What we will do", "Sealed answers", "Counting once more", "Changes"],
    "auditor": ["What we will do", "Counting once more", "Changes"],
}


@pytest.fixture
def riverside(app):
    with app.app_context():
        published.programme(pulses=1)
        factories.a_programme("harbour", name="A harbour pulse")
        factories.committed()


def links(response, label="Main"):
    nav = BeautifulSoup(response.text, "html.parser").find("nav", {"aria-label": label})
    return nav.find_all("a") if nav else []


def test_a_stranger_finds_every_way_in(client):
    soup = BeautifulSoup(client.get("/").text, "html.parser")
    ways = {link["href"] for link in soup.main.find_all("a")}
    assert ways == {"/v/", "/trust", "/sign-in"}
    assert links(client.get("/")) == []


@pytest.mark.parametrize("role", EXPECTED)
def test_each_role_sees_what_it_may_open_and_can_open_it(request, riverside, role):
    browser = request.getfixturevalue(role)
    found = links(browser.get("/results/riverside/themes")) or links(browser.get("/"))
    assert [link.get_text() for link in found] == EXPECTED[role]
    for link in found:
        assert browser.get(link["href"], follow_redirects=True).status_code == 200


def test_the_page_in_view_is_marked_once(hr, riverside):
    for path, text, current in (
        ("/results/riverside", "Results", "page"),
        ("/results/riverside/themes", "Results", "true"),
        ("/programmes/riverside", "Pulses", "page"),
        ("/programmes/riverside/roster", "Roster", "page"),
        ("/programmes/new", "Programmes", "true"),
    ):
        marked = [link for link in links(hr.get(path)) if link.get("aria-current")]
        assert [(link.get_text(), link["aria-current"]) for link in marked] == [(text, current)]


def test_links_stay_in_the_programme_in_view(hr, riverside):
    assert all("harbour" not in link["href"] for link in links(hr.get("/results/riverside/themes")))


def test_without_a_programme_hr_can_set_one_up(hr):
    assert [link.get_text() for link in links(hr.get("/"))] == ["Programmes", "Changes"]
    assert hr.get("/programmes/").status_code == 200


def test_an_unknown_page_says_what_to_do(client):
    response = client.get("/no-such-page")
    assert response.status_code == 404
    assert "Check the address" in response.text


def test_the_respondents_door_needs_no_start_page(make_app):
    browser = make_app(role="registrar").test_client()
    response = browser.get("/v/")
    assert response.status_code == 200
    assert "code" in response.text
    assert browser.get("/").status_code == 404


def test_every_page_of_a_demo_says_once_that_it_is_simulated(make_app):
    app = make_app(DEMO=True)
    with app.app_context():
        slug = factories.a_programme(simulated=True).slug
        factories.committed()
    browser = app.test_client()
    for path in ("/", "/sign-in", "/v/", "/trust", f"/trust/{slug}"):
        # What stands in a template is shown by the script, in place of what stands on the page.
        text = re.sub(r"<template.*?</template>", "", browser.get(path).text, flags=re.DOTALL)
        assert text.startswith("<!doctype html>")
        assert text.count('aria-label="Simulated"') == 1, path
