"""SDC-2 (SECURITY 11): a comment joins to no ratings and to no other comment, and whoever writes is
told what could give them away."""

from analysis.text.redact import redact
from tests import voting
from tests.security import copies
from tests.voting import arrive

# Each hints at somebody in one of the ways that people give themselves away.
GIVEN_AWAY = (
    "Ask me at jo@example.org.",
    "I am 61 and still on nights.",
    "It happens at 6 am every week.",
    "On 12 March the lift broke.",
    "Case 4711 was never closed.",
    "I am the only woman on the team.",
    "Mrs Abernathy will not listen.",
)


def test_comments_carry_no_join_key_and_no_group_below_a_directorate(app, record_figure):
    wave = voting.open_voting(app)
    for number, person in enumerate(wave.people):
        voting.vote(app, wave, person, {"speak_1": 1}, [("barriers", f"said {number}", "publish")])
    voting.close(app, wave)
    opened = voting.open_ballots(app, wave)
    with app.app_context():
        rows, said = (voting.opened(wave, kind) for kind in ("responses", "comments"))
    assert set(rows.columns) & set(said.columns) == {"unit"}
    assert set(said.columns) == {"question", "text", "use", "unit"}
    assert all(unit.count("/") <= 1 for unit in said["unit"])
    # Receipts of ratings and of comments are made with nonces of their own, and sorted.
    assert list(opened.receipts) == sorted(opened.receipts)
    assert list(opened.comment_receipts) == sorted(opened.comment_receipts)
    assert not set(opened.receipts) & set(opened.comment_receipts)
    record_figure(
        "SDC-2", "columns that join a comment to ratings: 0; groups below a directorate 0"
    )


def test_the_box_hints_at_what_could_give_somebody_away_before_it_is_sent(app, record_figure):
    wave = voting.open_voting(app)
    shown = 0
    for person, text in zip(wave.people, GIVEN_AWAY, strict=False):
        page = arrive(app.test_client(), person.code).press("all")
        page = page.press("send.unless-hints", t_barriers=text, u_barriers="board")
        assert "Could only you have written it?" in page.text, text
        assert voting.ballots(app, wave) == shown, "nothing was sent yet"
        page.press("send")
        shown += 1
        assert voting.ballots(app, wave) == shown, "a hint never forbids"
    calm = arrive(app.test_client(), wave.people[-1].code).press("all")
    calm = calm.press("send.unless-hints", t_barriers="Too much to do.", u_barriers="board")
    assert "Could only you" not in calm.text
    assert voting.ballots(app, wave) == shown + 1
    record_figure("SDC-2", f"hints shown before sending: {shown} of {len(GIVEN_AWAY)} kinds")


def test_nothing_that_was_written_is_in_a_file_until_it_is_opened_and_then_it_is_locked(
    app, tmp_path
):
    wave = voting.open_voting(app)
    for person, text in zip(wave.people, GIVEN_AWAY, strict=False):
        voting.vote(app, wave, person, {}, [("barriers", text, "board")])
    voting.close(app, wave)
    assert copies.found_in(GIVEN_AWAY, tmp_path) == []
    voting.open_ballots(app, wave)
    assert copies.found_in(GIVEN_AWAY, tmp_path) == []
    with app.app_context():
        kept = {redact(text).text for text in GIVEN_AWAY}
        assert set(voting.opened(wave, "comments")["text"]) == kept
