"""Nobody learns from the desk what another said of a comment that they have still to decide of."""

import dataclasses
import re

import pytest
from bs4 import BeautifulSoup

from surveyapp.services import review_desk, review_sheets, review_subjects
from tests import desk

START = "/review/riverside"
DESK = f"{START}/1"
ALL = 12
PLACE = 4  # the comment that one decides of and the others do not
SAID = {
    "passed": {"nothing": "y", "decision": "pass", "reason": ""},
    "withheld": {"nothing": "y", "decision": "withhold", "reason": "author"},
    "masked": {"nothing": "y", "decision": "pass", "masks": "number"},
    "raised": {"nothing": "y", "decision": "pass", "escalate": "y"},
    "coded": {"rows-0-theme": "workload", "rows-0-direction": "negative", "decision": "pass"},
}
ONCE = re.compile(r'(?:nonce|value)="[^"]{20,}"')


@pytest.fixture
def pulse(app):
    """A dozen comments, all of the sample and each to be coded by two."""
    with app.app_context():
        wave_id = desk.a_pulse([*desk.plain(10), desk.Said(desk.HARM), desk.Said(desk.ONLY)])
    desk.lay_out(app)
    return wave_id


def seen(browser):
    """Everything that a reviewer can open, by its address, without what is new each time."""
    addresses = [START, DESK, f"{DESK}/board", f"{DESK}/subjects", f"{DESK}/{PLACE}/masks"]
    addresses += [f"{DESK}/{place}" for place in (1, PLACE, PLACE + 1, ALL)]
    pages = {one: ONCE.sub("", browser.get(one).text) for one in addresses}
    walk = [
        browser.get(f"{DESK}/next?after={place}").location for place in (0, 2, PLACE, PLACE + 1)
    ]
    return pages | {"order": walk}


def told(before, after):
    """The addresses that show something else."""
    return [address for address in before if before[address] != after[address]]


def test_the_attack_sees_a_naive_desk_that_tells_how_far_everybody_is(app, pulse, monkeypatch):
    one, two, three = desk.reviewers(app)
    honest = review_desk.Desk.progress

    def naive(self):
        return dataclasses.replace(honest(self), together=self._together())

    monkeypatch.setattr(review_desk.Desk, "progress", naive)
    one.post(f"{DESK}/{PLACE}", data=SAID["passed"])
    before = seen(three)
    two.post(f"{DESK}/{PLACE}", data=SAID["withheld"])
    assert told(before, seen(three)) == [], "they differ"
    two.post(f"{DESK}/{PLACE}", data=SAID["passed"])
    assert START in told(before, seen(three)), "they agree"
    monkeypatch.setattr(
        review_desk.Desk,
        "flagged",
        lambda self, place: any(one.escalate for one in self.read.get(place, [])),
    )
    before = seen(three)
    one.post(f"{DESK}/9", data=SAID["raised"])
    assert "order" in told(before, seen(three))


@pytest.mark.parametrize("said", SAID.values(), ids=SAID)
def test_what_one_says_of_a_comment_moves_nothing_that_the_others_see(
    app, pulse, said, record_figure
):
    one, two, three = desk.reviewers(app)
    before = [seen(two), seen(three)]
    assert f"0 of {ALL} read" in before[0][START]
    assert one.post(f"{DESK}/{PLACE}", data=said).status_code == 302
    assert [told(*pair) for pair in zip(before, [seen(two), seen(three)], strict=True)] == [[], []]
    record_figure("SDC-2", "pages of the desk that move when another says something: 0")


@pytest.mark.parametrize("first", ["passed", "withheld"])
def test_a_third_who_is_asked_because_two_differ_is_not_told_so(app, pulse, first):
    one, two, three = desk.reviewers(app)
    before = seen(three)
    other = {"passed": "withheld", "withheld": "passed"}[first]
    one.post(f"{DESK}/{PLACE}", data=SAID[first])
    two.post(f"{DESK}/{PLACE}", data=SAID[other])
    assert told(before, seen(three)) == []


def test_a_comment_that_two_settled_is_gone_and_says_nothing_of_the_others(app, pulse):
    one, two, three = desk.reviewers(app)
    before = seen(three)
    for browser in (one, two):
        browser.post(f"{DESK}/{PLACE}", data=SAID["passed"])
    after = seen(three)
    assert three.get(f"{DESK}/{PLACE}").status_code == 409
    for place in (1, PLACE + 1, ALL):
        pages = [
            BeautifulSoup(found[f"{DESK}/{place}"], "html.parser") for found in (before, after)
        ]
        told_of = [" ".join(page.main.get_text(" ").split()) for page in pages]
        assert told_of[0].replace(f"0 of {ALL}", "") == told_of[1].replace(f"0 of {ALL - 1}", "")


def test_how_far_everybody_is_comes_once_nothing_waits(app, pulse):
    one, two, _ = desk.reviewers(app)
    for place in range(1, ALL):
        one.post(f"{DESK}/{place}", data=SAID["passed"])
    assert "Settled by two or more" not in one.get(START).text
    one.post(f"{DESK}/{ALL}", data=SAID["passed"])
    assert "Settled by two or more" in one.get(START).text
    assert "Settled by two or more" not in two.get(START).text


def test_what_somebody_raised_is_told_to_whoever_has_read_it_too(app, pulse):
    one, two, _ = desk.reviewers(app)
    one.post(f"{DESK}/{PLACE}", data=SAID["raised"])
    assert "Raised by one of you" not in two.get(START).text
    two.post(f"{DESK}/{PLACE}", data=SAID["passed"])
    assert "Raised by one of you" in two.get(START).text
    assert "May tell of harm" in two.get(f"{DESK}/{PLACE}").text


SUBJECTS = (f"{DESK}/subjects", f"{DESK}/subjects/1", f"{DESK}/subjects/2", START)


@pytest.fixture
def found(app, pulse, monkeypatch):
    """Two new subjects among the comments, and every comment read by three."""
    both = tuple(
        review_sheets.Subject(number, (term,), ((desk.QUESTION, 10, 0),), ())
        for number, term in enumerate(("parking", "team"), 1)
    )
    monkeypatch.setattr(review_sheets, "subjects", lambda _wave_id: both)
    browsers = desk.reviewers(app)
    for browser in browsers:
        for place in range(1, ALL + 1):
            browser.post(f"{DESK}/{place}", data=SAID["passed"])
    return browsers


NAMED = ({"act": "name", "name": "Parking"}, {"act": "drop"}, {"act": "same", "other": "2"})


@pytest.mark.parametrize("naming", NAMED, ids=["named", "dropped", "put together"])
def test_what_others_say_of_a_new_subject_comes_after_one_s_own_view(found, naming):
    one, two, three = found

    def seen():
        return [ONCE.sub("", three.get(address).text) for address in SUBJECTS]

    before = seen()
    assert "Waits for you" in before[0]
    one.post(SUBJECTS[1], data=naming)
    assert seen() == before, "one has said something"
    two.post(SUBJECTS[1], data=naming)
    assert seen() == before, "it is settled"
    three.post(SUBJECTS[2], data={"act": "drop"})
    assert ONCE.sub("", three.get(SUBJECTS[1]).text) == before[1], "of another it is no view"
    other = {"act": "name", "name": "Team"}
    three.post(SUBJECTS[1], data=other)
    assert "2 of you say:" in three.get(SUBJECTS[1]).text
    assert "Settled" in three.get(SUBJECTS[0]).text


def test_the_attack_sees_a_naive_page_that_tells_what_others_say(found, monkeypatch):
    one, _, three = found
    honest = review_subjects._candidate

    def naive(desk, subject, said, *rest):
        views = [view for view in said if view.subject == subject.number]
        return dataclasses.replace(
            honest(desk, subject, said, *rest), others=review_subjects._together(views)
        )

    monkeypatch.setattr(review_subjects, "_candidate", naive)
    before = three.get(SUBJECTS[1]).text
    one.post(SUBJECTS[1], data=NAMED[0])
    assert ONCE.sub("", three.get(SUBJECTS[1]).text) != ONCE.sub("", before)


def test_words_that_one_masked_leave_the_new_subjects_of_the_others_as_they_were(
    app, pulse, monkeypatch
):
    one, two, three = desk.reviewers(app)
    found = review_sheets.Subject(1, ("parking", "far away"), ((desk.QUESTION, 10, 0),), ())
    monkeypatch.setattr(review_sheets, "subjects", lambda _wave_id: (found,))
    for place in range(1, ALL + 1):
        one.post(f"{DESK}/{place}", data=SAID["passed"])
    with app.app_context():
        place = next(e.place for e in review_sheets.entries(pulse) if "Parking" in e.text)
    subjects = [f"{DESK}/subjects", f"{DESK}/subjects/1"]
    before = [two.get(one).text for one in subjects]
    assert all("parking" in page for page in before)
    one.post(f"{DESK}/{place}", data={"decision": "pass", "masks": "Parking"})
    after = [two.get(one).text for one in subjects]
    assert [ONCE.sub("", page) for page in before] == [ONCE.sub("", page) for page in after]
    two.post(f"{DESK}/{place}", data=SAID["passed"])
    assert not any("parking" in browser.get(subjects[0]).text for browser in (one, two, three))
