"""What two people changed in the open shows wherever the promises are read before answering, also
at a respondents' door that may not open the office."""

from datetime import timedelta

import pytest

from surveyapp import create_app
from surveyapp.extensions import who_session
from surveyapp.formatting import day
from surveyapp.models.accounts import Account
from surveyapp.models.participation import OutboxMail
from surveyapp.services import amendments, invitations, noticeboard, posted, promises
from tests import factories, voting
from tests.hr_pages import page

DAY = timedelta(days=1)
RAISED = "the smallest group shown was raised to 14 answers"
SIGNED = "Harriet Example (for HR) and Witness Example (as witness) signed this."
NEWER = "ab" * 32


@pytest.fixture
def house(tmp_path):
    """Everything on one machine, the registrar's door alone on the same files, and an open wave."""
    everything = factories.an_app(tmp_path / "instance", **voting.on_files(tmp_path))
    wave = voting.open_voting(everything, slug="riverside")
    door = create_app(
        {
            **voting.SETTINGS,
            "DATABASES": {},
            "SECRET_KEY": "a secret that only tests know",
            "TESTING": True,
            "BASE_URL": "https://office.example.org",
            "BOX_URL": "https://box.example.org",
        },
        role="registrar",
        instance_path=everything.instance_path,
    )
    yield everything, door, wave
    factories.dispose([everything, door])


def change(app, voted, name, **wanted):
    """A change with both signatures, posted for every door."""
    with app.app_context():
        wave = voting.wave_of(voted)
        hr, witness = (
            Account.query.filter_by(email=f"{role}@example.org").first()
            or factories.an_account(role)
            for role in ("hr", "witness")
        )
        now = wave.opens_at + DAY
        reason = next(iter(amendments.kind_of(name).reasons))
        amendments.sign(amendments.propose(wave, name, wanted, reason, hr, now), witness, now)
        factories.committed()
        posted.catch_up()


def test_a_raised_number_and_a_later_closing_show_at_every_door_with_who_signed(house):
    everything, door, voted = house
    doors = [app.test_client() for app in (everything, door)]
    token = voted.people[0].token
    with everything.app_context():
        closes = voting.wave_of(voted).closes_at + 3 * DAY
        when, on = promises.when(closes), day(closes)
        posted.catch_up()
    for browser in doors:
        before = page(browser.get("/v/"))
        assert "Groups with fewer than 10 answers are never shown." in before
        assert SIGNED not in before
        said = browser.post("/check", json={"token": token}).get_json()
        assert (said["least"], said["changed"], said["clients"]) == (10, [], [])
    change(everything, voted, "rule", k="14")
    change(everything, voted, "extend", closes=closes.isoformat())
    change(everything, voted, "client", file="client/main.js", sha256=NEWER)
    later = f"Closing was moved to {when}."
    for browser in doors:
        for shown in (browser.get("/v/"), voting.arrive(browser, token).response):
            assert f"{later} {SIGNED}" in page(shown)
            assert RAISED in page(shown)
            assert "Groups with fewer than 14 answers are never shown." in page(shown)
            assert "fewer than 10 answers" not in page(shown)
        assert f"Closes {when}." in page(browser.get("/v/"))
        assert f"a draft after closing on {on}" in page(browser.get("/v/"))
        said = browser.post("/check", json={"token": token}).get_json()
        assert (said["least"], said["closes"]) == (14, when)
        assert [words.count(SIGNED) for words in said["changed"]] == [1, 1]
        assert said["clients"] == [{"client/main.js": NEWER}]


def test_a_line_that_would_protect_less_reaches_nobody(house):
    everything, door, voted = house
    with everything.app_context():
        wave = voting.wave_of(voted)
        signed = [{"role": "hr", "name": "Harriet Example"}]
        common = {"wave": str(wave.id), "signed": signed, "reason": "none"}
        rule = {**wave.rule, "k": 4}
        closes = f"{(wave.closes_at + 30 * DAY).isoformat()}Z"
        for body in ({"change": "rule", "rule": rule}, {"change": "extend", "closes": closes}):
            noticeboard.post("AMENDED", {**common, **body}, on=wave.opens_at.date())
        factories.committed()
        posted.catch_up()
    for app in (everything, door):
        said = app.test_client().post("/check", json={"token": voted.people[0].token}).get_json()
        assert (said["least"], said["changed"]) == (10, [])


def test_hr_reads_what_counts_now_on_the_page_of_the_pulse(make_app):
    app = make_app(**voting.SETTINGS)
    voted = voting.open_voting(app, slug="riverside")
    hr = app.test_client()
    factories.sign_in(hr, "hr")
    change(app, voted, "rule", k="14")
    shown = page(hr.get(f"/waves/{voted.wave_id}/"))
    assert RAISED in shown
    assert SIGNED in shown
    assert "Groups with fewer than 14 answers are never shown." in shown


def test_word_of_late_results_says_who_held_them_before(make_app):
    app = make_app(**voting.SETTINGS)
    voted = voting.open_voting(app, slug="riverside")
    with app.app_context():
        until = voting.wave_of(voted).publishes_at + 3 * DAY
    change(app, voted, "hold", until=until.isoformat())
    with app.app_context():
        assert invitations.announce_overdue(voting.wave_of(voted), 1, until + DAY)
        letters = who_session().query(OutboxMail).filter_by(kind="overdue").all()
    for letter in letters:
        said = " ".join(letter.body.split())
        assert "The results were held back until" in said
        assert SIGNED in said
