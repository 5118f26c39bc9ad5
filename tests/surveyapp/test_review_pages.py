"""The reviewers' desk as its pages show it."""

import json

import pytest
from bs4 import BeautifulSoup

from analysis.text.codebook import load
from surveyapp.extensions import db
from surveyapp.models.review import ReviewComment
from surveyapp.models.surveys import Wave
from surveyapp.review import words
from surveyapp.services import promises, review, review_sheets
from tests import desk, factories

START = "/review/riverside"
DESK = f"{START}/1"
NOTHING = {"nothing": "y", "decision": "pass"}
MARKS = ("aa" * 16, "bb" * 16)


@pytest.fixture
def pulse(app):
    with app.app_context():
        said = [
            *desk.plain(38),
            desk.Said(desk.HARM, use="board"),
            desk.Said("<b>Pay</b> & cases =HYPERLINK(1)"),
            desk.Said(f"cases {desk.SECRET}", use="themes"),
        ]
        wave_id = desk.a_pulse(said)
    desk.lay_out(app)
    return wave_id


def read(response):
    return " ".join(BeautifulSoup(response.text, "html.parser").main.get_text(" ").split())


def soup_of(client, address):
    return BeautifulSoup(client.get(address).text, "html.parser")


def chosen(page):
    return [one["value"] for one in page.select("option[selected]") if one["value"]]


def test_a_reviewer_reads_one_after_the_other_until_nothing_waits(app, pulse, board):
    page = read(board.get(START))
    assert "40 comments wait for you" in page
    assert "0 of 40 read" in page
    assert "of 40 coded" not in page, "what others did is not told before nothing waits"
    seen = []
    address = board.get(f"{DESK}/next").location
    while address != DESK:
        path = address.partition("?")[0]
        seen.append(soup_of(board, path).find(id="comment").get_text())
        answer = board.post(path, data=NOTHING)
        assert answer.status_code == 302, read(answer)
        address = answer.location
    assert len(seen) == len(set(seen)) == 40
    assert seen[0] == desk.HARM
    page = read(board.get(START))
    assert "No comment waits for you now" in page
    assert "40 of 40 coded" in page
    assert "0 of 40" in page, "settled by two: none yet"
    assert board.get(f"{DESK}/next").location == DESK


def test_the_page_counts_what_this_reviewer_read_and_what_software_says_may_tell_of_harm(
    app, pulse
):
    one, two, _ = desk.reviewers(app)
    one.post(f"{DESK}/1", data={**NOTHING})
    one.post(f"{DESK}/2", data={**NOTHING, "escalate": "y"})
    page = read(two.get(f"{DESK}/next", follow_redirects=True))
    assert "You have read 0 of 40. 1 of those that wait for you may tell of harm." in page
    assert "You have read 2 of 40." in read(one.get(f"{DESK}/3"))


def test_one_may_be_left_for_later(app, pulse, board):
    assert board.get(f"{DESK}/next?after=1").location == f"{DESK}/2"
    assert board.get(f"{DESK}/next?after=40").location == f"{DESK}/1"
    assert board.get(f"{DESK}/next?after=x").location == f"{DESK}/1"


def test_what_the_software_found_is_hidden_from_whoever_has_still_to_code(app, pulse):
    one, two, three = desk.reviewers(app)
    with app.app_context():
        place = next(e.place for e in review_sheets.entries(pulse) if e.codes)
    shown = soup_of(one, f"{DESK}/{place}")
    assert "What the software found" not in shown.get_text()
    assert chosen(shown) == []
    # All 40 are in the sample and are coded twice, so the second is as blind as the first.
    one.post(f"{DESK}/{place}", data={**NOTHING})
    second = soup_of(two, f"{DESK}/{place}")
    assert "What the software found" not in second.get_text()
    assert chosen(second) == []
    two.post(f"{DESK}/{place}", data={**NOTHING, "decision": "withhold", "reason": "author"})
    third = soup_of(three, f"{DESK}/{place}")
    assert "What the software found" not in third.get_text()
    assert "It could show who wrote it" not in third.select_one("p.c-muted").get_text()
    assert third.find(id="rows") is not None, "a third cannot see that two have coded it"


def test_the_software_s_codes_are_shown_outside_the_sample_and_can_be_put_right(app, board):
    with app.app_context():
        wave_id = desk.a_pulse(desk.plain(240))
    desk.lay_out(app)
    with app.app_context():
        entry = next(e for e in review_sheets.entries(wave_id) if e.codes and not e.blind)
    page = soup_of(board, f"{DESK}/{entry.place}")
    assert "What the software found: workload" in page.get_text()
    assert chosen(page) == ["workload", "negative", "barrier"]
    same = {
        "rows-0-theme": "workload",
        "rows-0-direction": "negative",
        "rows-0-function": "barrier",
        "rows-0-words": "cases",
    }
    board.post(f"{DESK}/{entry.place}", data={**same, "decision": "pass"})
    with app.app_context():
        assert review_sheets.readings(wave_id)[entry.place][0].codes is None
    board.post(f"{DESK}/{entry.place}", data={**NOTHING})
    with app.app_context():
        (row,) = review_sheets.readings(wave_id)[entry.place]
        assert row.codes == ()


def test_a_comment_is_shown_as_the_plain_text_it_is(app, pulse, board):
    with app.app_context():
        found = [e for e in review_sheets.entries(pulse) if "HYPERLINK" in e.text]
    page = board.get(f"{DESK}/{found[0].place}")
    assert "&lt;b&gt;Pay&lt;/b&gt; &amp; cases =HYPERLINK(1)" in page.text
    assert "<b>Pay" not in page.text


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "Say whether the board may read it."),
        ({}, "Give at least one code"),  # all that lacks is said at once
        ({"decision": "withhold", "rows-0-theme": "workload"}, "Code 1: choose what it says"),
        ({"decision": "withhold", "rows-0-theme": "workload"}, "Choose why it is withheld."),
        ({"nothing": "y"}, "Say whether the board may read it."),
        ({"decision": "pass"}, "Give at least one code"),
        ({"nothing": "y", "decision": "withhold"}, "Choose why it is withheld."),
        ({"decision": "pass", "rows-0-theme": "workload"}, "Code 1: choose what it says"),
        ({"decision": "pass", "rows-0-words": "nobody"}, "Code 1: choose the theme."),
        ({**NOTHING, "rows-0-theme": "workload", "rows-0-direction": "negative"}, "one of them"),
        ({**NOTHING, "masks": "never said"}, "just as they stand"),
        ({"decision": "pass", "rows-0-theme": "workload", "rows-0-direction": "negative",
          "rows-0-words": "never said"}, "just so"),
        ({**NOTHING, "decision": "perhaps"}, "valid"),
    ],
)  # fmt: skip
def test_what_is_lacking_is_said_and_nothing_typed_is_lost(app, pulse, board, said, words):
    typed = {"masks": "a colleague", **said}
    answer = board.post(f"{DESK}/1", data=typed)
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.title.get_text().startswith("Error: ")
    assert words in page.select_one(".govuk-error-summary").get_text()
    assert page.find(id="masks").get_text().strip() == typed["masks"]
    for name, value in said.items():
        field = page.find(attrs={"name": name})
        if field.name == "input" and field["type"] == "text":
            assert field["value"] == value
    with app.app_context():
        assert review_sheets.readings(pulse) == {}


def test_more_rows_for_codes_without_script(app, pulse, board):
    before = {"rows-0-theme": "workload", "rows-0-words": "nobody", "more": "yes"}
    page = BeautifulSoup(board.post(f"{DESK}/1", data=before).text, "html.parser")
    assert page.find(id="rows-0-words")["value"] == "nobody"
    assert page.select_one("#rows-0-theme option[selected]")["value"] == "workload"
    assert page.find(id="rows-2-theme") is not None
    assert page.select("#rows-2-theme option")[4]["value"]
    assert page.select_one(".govuk-error-summary") is None


def test_a_reviewer_sees_again_what_they_said_and_can_change_it(app, pulse, board):
    first = {"nothing": "y", "decision": "withhold", "reason": "harm", "masks": "a colleague"}
    answer = board.post(f"{DESK}/1", data=first)
    assert "Saved." in read(board.get(answer.location))
    page = soup_of(board, f"{DESK}/1")
    assert page.select_one("#reason option[selected]")["value"] == "harm"
    assert page.find(id="masks").get_text().strip() == "a colleague"
    assert page.find(id="rows") is None, "what was coded blind stays"
    board.post(f"{DESK}/1", data={"decision": "pass", "reason": ""})
    with app.app_context():
        (reading,) = review_sheets.readings(pulse)[1]
        assert (reading.reason, reading.codes, reading.seen) == ("", (), "blind")


def test_a_comment_that_others_settled_is_shown_to_nobody_more(app, pulse):
    one, two, three = desk.reviewers(app)
    for browser in (one, two):
        browser.post(f"{DESK}/1", data=NOTHING)
    assert three.get(f"{DESK}/1").status_code == 409
    assert three.post(f"{DESK}/1", data=NOTHING).status_code == 409
    assert three.get(f"{DESK}/99").status_code == 404


@pytest.mark.parametrize("role", ["hr", "manager", "admin", "witness", "auditor"])
def test_nobody_else_comes_to_the_desk(app, pulse, role):
    client = app.test_client()
    factories.sign_in(client, role)
    for path in (START, DESK, f"{DESK}/next", f"{DESK}/board", f"{DESK}/1", f"{DESK}/subjects"):
        answer = client.get(path)
        assert answer.status_code == 403
        assert words.BOARD_ALONE in read(answer), "who reads comments, and why not they"
    assert client.post(f"{DESK}/1", data=NOTHING).status_code == 403


def test_a_member_in_the_line_is_told_and_reads_nothing(app, pulse, board):
    from surveyapp.models.accounts import Account

    with app.app_context():
        member = db.session.query(Account).filter_by(email="board@example.org").one()
        member.role_names = ["board", "manager"]
        db.session.commit()
    for path in (START, DESK, f"{DESK}/next", f"{DESK}/board", f"{DESK}/1"):
        page = board.get(path)
        assert "do not" in page.text or page.status_code == 403
        assert desk.HARM not in page.text
    for path in (f"{DESK}/1", f"{DESK}/board"):
        assert board.get(path).status_code == 403


@pytest.mark.parametrize(
    ("state", "promise", "words"),
    [
        ("open", True, "come here after it has closed"),
        ("open", False, "do not say that anybody reads comments"),
        ("summarised", True, "being made ready"),
        ("published", True, "No pulse is under way"),
    ],
)
def test_an_empty_desk_says_why_and_until_when(app, board, state, promise, words):
    with app.app_context():
        covenant = json.dumps({"comment_readers": 2} if promise else {})
        factories.a_wave(state=state, covenant=covenant, covenant_sha256="0" * 64)
        factories.committed()
    assert words in read(board.get(START))
    assert board.get(f"{DESK}/next").status_code == 409
    assert board.get(f"{DESK}/1").status_code == 409


def test_too_few_comments_are_not_read(app, board):
    with app.app_context():
        desk.a_pulse(desk.plain(9))
    desk.lay_out(app)
    assert "Comments are read only from 20 answers up" in read(board.get(START))
    assert board.get(f"{DESK}/next").location == DESK


@pytest.fixture
def two_pulses(app, pulse):
    """A second pulse at the desk, with twenty comments, one of which tells of harm."""
    with app.app_context():
        wave = desk.wave(pulse)
        second = desk.a_pulse([*desk.plain(19), desk.Said(desk.HARM)], programme=wave.programme)
    desk.lay_out(app)
    return pulse, second


def test_of_two_pulses_a_reviewer_chooses_and_the_page_says_what_waits(app, two_pulses, board):
    for address, label in ((START, "Pulse 1"), (f"{START}/2", "Pulse 2")):
        page = soup_of(board, address)
        listed = [" ".join(one.get_text().split()) for one in page.select("main ul")[0]("li")]
        assert listed[0].startswith("Pulse 1: 40 comments wait for you, 1 may tell of harm")
        assert listed[1].startswith("Pulse 2: 20 comments wait for you, 1 may tell of harm")
        assert page.select_one("main [aria-current=page]").get_text() == label
        assert page.select_one("main p.c-lead").get_text().startswith(f"{label}.")
    assert board.get(f"{START}/2/next").location == f"{START}/2/1"
    assert read(board.get(f"{START}/2/1")).startswith("Comments to check Comment 1 Pulse 2.")


def test_what_is_said_of_one_pulse_is_never_kept_for_another(app, two_pulses, board):
    first, second = two_pulses
    board.post(f"{START}/2/3", data=NOTHING)
    with app.app_context():
        assert list(review_sheets.readings(second)) == [3]
        assert review_sheets.readings(first) == {}
        desk.wave(first).state = "published"
        db.session.commit()
    # A page that was open when its pulse came out decides of no comment of the next one.
    assert board.post(f"{DESK}/5", data=NOTHING).status_code == 409
    with app.app_context():
        assert list(review_sheets.readings(second)) == [3]
    assert board.get(DESK).status_code == 409
    assert "pulses are at the desk" not in read(board.get(START))


def test_where_nothing_of_the_oldest_waits_the_next_is_shown(app, two_pulses, board):
    for place in range(1, 41):
        board.post(f"{DESK}/{place}", data=NOTHING)
    page = read(board.get(START))
    assert "Pulse 1 : nothing waits for you." in page
    assert "Pulse 2. You read what people wrote" in page
    assert "No comment waits for you now" in read(board.get(DESK))


def test_a_desk_that_is_never_read_keeps_no_results_back(app, pulse):
    """Nothing about publication asks the desk: with nobody at it, it is taken away all the same."""
    from surveyapp import jobs

    with app.app_context():
        db.session.get_one(Wave, pulse).state = "published"
        factories.committed()
        jobs.mind_comments(failed := [])
        assert failed == []
        assert review.cleared(pulse) == []
        assert review.withheld(pulse) == {"unread": 40}


def test_every_theme_has_a_key_of_its_own_and_no_key_means_two_things():
    themes = {theme.id for theme in load().themes}
    assert themes | {"other"} == set(words.THEME_KEYS)
    every = [
        *words.THEME_KEYS.values(),
        *words.ACTION_KEYS.values(),
        *words.DIRECTION_KEYS.values(),
    ]
    assert len(every) == len(set(every))


def test_the_promises_say_who_reads_comments_or_that_nobody_does():
    rule = {"k": 10, "headcount": 12, "comments": 10, "comments_answers": 20}
    without = " ".join(promises.facts({"rule": rule}))
    assert "shows them to nobody" in without
    read_by = " ".join(promises.facts({"rule": rule, "comment_readers": 2}))
    named = {"rule": rule, "comment_readers": 2, "auditors": [{"name": "Anna Audit"}]}
    assert "“Themes only” means that nobody reads it" in read_by
    assert "nobody reads it" not in " ".join(promises.facts(named))  # an auditor can
    assert "shows them to nobody" not in read_by
    assert "Unless two of them agree" in read_by


def test_board_only_comments_come_to_the_board_once_two_have_cleared_them(app, board):
    with app.app_context():
        texts = [f"Cases pile up, said {mark}" for mark in "abcd"]
        kept = [desk.Said(text, use="board") for text in texts]
        wave_id = desk.a_pulse([*desk.plain(20), *kept])
    desk.lay_out(app)
    assert "No “Board only” comment" in read(board.get(f"{DESK}/board"))
    with app.app_context():
        places = {entry.text: entry.place for entry in review_sheets.entries(wave_id)}
        said = [
            *(review_sheets.Reading(places[texts[0]], mark, masks=("Cases",)) for mark in MARKS),
            *(review_sheets.Reading(places[texts[1]], mark, reason="author") for mark in MARKS),
            review_sheets.Reading(places[texts[2]], MARKS[0]),
            *(review_sheets.Reading(place, mark) for place in places.values() for mark in MARKS
              if place not in (places[texts[0]], places[texts[1]], places[texts[2]])),
        ]  # fmt: skip
        for one in said:
            review_sheets.keep(wave_id, one)
        db.session.commit()
    page = soup_of(board, f"{DESK}/board")
    shown = [one.get_text().strip() for one in page.select("blockquote")]
    assert shown == [texts[3], "[masked] pile up, said a"]


def test_a_comment_that_somebody_deleted_or_damaged_keeps_nobody_from_the_others(app, pulse, board):
    with app.app_context():
        rows = db.session.query(ReviewComment).order_by(ReviewComment.place).all()
        db.session.delete(rows[0])
        rows[1].sealed = bytes(len(rows[1].sealed))
        db.session.commit()
    address, seen = board.get(f"{DESK}/next").location, []
    while address != DESK:
        path = address.partition("?")[0]
        seen.append(path)
        answer = board.post(path, data=NOTHING)
        assert answer.status_code == 302, read(answer)
        address = answer.location
    assert len(set(seen)) == 38
    assert "No comment waits for you now" in read(board.get(START))
    assert "Code the sample" not in read(board.get(f"{DESK}/subjects"))
    assert "still to code" not in read(board.get(f"{DESK}/subjects"))
