"""The pages on which two people change a promise, and what everybody reads of it afterwards."""

from datetime import timedelta

import pytest

from surveyapp.extensions import db
from surveyapp.models.amendments import Amendment
from surveyapp.models.surveys import Wave
from tests import factories, voting
from tests.hr_pages import page


@pytest.fixture
def app(make_app):
    return make_app(**voting.SETTINGS)


@pytest.fixture
def wave(app):
    """The id and results key of an open wave, and the moment its results are held until."""
    voting.open_voting(app, slug="riverside")
    with app.app_context():
        found = db.session.query(Wave).one()
        return found.id, found.results_key, found.publishes_at + timedelta(days=3)


def hold(browser, wave):
    until = f"{wave[2]:%Y-%m-%dT%H:%M}"
    form = {"at": until, "reason": "mistake"}
    return browser.post(f"/changes/waves/{wave[0]}/hold", data=form)


def test_a_hold_and_its_signers_show_on_every_page_about_the_results(app, hr, witness, wave):
    asked = hold(hr, wave)
    assert asked.status_code == 303
    assert "Waits for you" not in page(hr.get("/changes/"))
    assert "Waits for you" in page(witness.get("/changes/"))
    assert "Sign and make it public" in page(witness.get(asked.location))
    stranger = app.test_client()
    places = (f"/r/{wave[1]}", "/trust/riverside/1")
    assert all("held back" not in page(stranger.get(place)) for place in places)
    assert witness.post(f"{asked.location}/sign").status_code == 303
    for browser, place in [(stranger, one) for one in places] + [(hr, "/results/riverside")]:
        shown = page(browser.get(place))
        assert "The results were held back until" in shown
        assert "Harriet Example (for HR) and Witness Example (as witness) signed this." in shown
        assert "A mistake in the figures is being looked into" in shown


def test_results_that_came_out_still_say_that_they_were_held(app, hr, witness, wave):
    witness.post(f"{hold(hr, wave).location}/sign")
    with app.app_context():
        found = db.session.query(Wave).one()
        found.state = "published"
        factories.a_publication(found)
        factories.committed()
    for place in ("", "/themes", "/groups", "/downloads"):
        shown = page(app.test_client().get(f"/r/{wave[1]}{place}"))
        assert "The results were held back until" in shown


def test_results_taken_back_are_named_where_they_stood(app, hr, witness, wave):
    with app.app_context():
        found = db.session.query(Wave).one()
        found.state = "published"
        sha256 = factories.a_publication(found).sha256
        factories.committed()
    asked = hr.post(f"/changes/waves/{wave[0]}/tombstone", data={"reason": "person"})
    assert witness.post(f"{asked.location}/sign").status_code == 303
    for place in (f"/r/{wave[1]}", "/trust/riverside/1"):
        shown = page(app.test_client().get(place))
        assert "The results of Spring pulse were taken back" in shown
        assert sha256 in shown
    assert app.test_client().get(f"/r/{wave[1]}/themes").status_code == 409


def test_nobody_signs_through_the_address_what_the_page_does_not_offer(app, hr, board, wave):
    address = hold(hr, wave).location
    assert hr.post(f"{address}/sign").status_code == 403
    assert board.post(f"{address}/sign").status_code == 403
    assert board.get(address).status_code == 200
    with app.app_context():
        assert db.session.query(Amendment).one().state == "proposed"


def test_an_auditor_sees_holds_and_nothing_else(app, hr, auditor, wave):
    rule = hr.post(f"/changes/waves/{wave[0]}/rule", data={"k": "14", "reason": "asked"}).location
    held = hold(hr, wave).location
    assert auditor.get(rule).status_code == 404
    assert auditor.get(held).status_code == 200
    shown = page(auditor.get("/changes/"))
    assert "Hold the results back" in shown
    assert "more answers" not in shown


def test_what_cannot_be_asked_for_is_said_on_the_form(hr, wave):
    answer = hr.post(f"/changes/waves/{wave[0]}/rule", data={"k": "9", "reason": "asked"})
    assert answer.status_code == 422
    assert "can be raised and never lowered" in page(answer)
    assert hr.get(f"/changes/waves/{wave[0]}/everything").status_code == 404


def test_a_raised_rule_is_the_one_that_people_read(app, hr, board, wave):
    asked = hr.post(f"/changes/waves/{wave[0]}/rule", data={"k": "14", "reason": "asked"})
    board.post(f"{asked.location}/sign")
    assert "Groups with fewer than 14 answers" in page(app.test_client().get("/trust/riverside/1"))
