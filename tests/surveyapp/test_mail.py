"""Messages: one a person, kind and round; none lost, none traced, all gone two days later."""

import mailbox
import smtplib
import socket
from datetime import timedelta
from email.header import decode_header, make_header

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import func, select, update

from surveyapp.crypto import tokens
from surveyapp.errors import NotNow
from surveyapp.extensions import who_session
from surveyapp.models.participation import Invitation, InvitationKey, OutboxMail
from surveyapp.services import invitations, mail, promises, registrar, waves
from tests import factories
from tests.analysis import samples
from tests.surveyapp.test_waves import CLOSES, NOW, OPENS, PUBLISHES, committed

HOUR = timedelta(hours=1)


@pytest.fixture
def app(make_app, tmp_path):
    return make_app(CLASS_KEY_BITS=1024, MAILDIR=str(tmp_path / "mail"))


@pytest.fixture
def opened(app):
    with app.app_context():
        wave = committed(people=24)
        waves.open_wave(wave, actor="scheduler", now=OPENS)
        factories.committed()
        yield wave


def outbox(kind):
    return list(
        who_session().scalars(
            select(OutboxMail).where(OutboxMail.kind == kind).order_by(OutboxMail.recipient)
        )
    )


def states():
    return mail.counts()


def a_letter(
    recipient="ann@example.org", wave=None, kind="invite", subject="Subject", body="Body\n", **more
):
    """Put one message in the outbox; how many are new."""
    letters = [mail.Message(recipient, subject, body)]
    return mail.queue_all(wave.id, kind, letters, now=OPENS, **more)


def code_in(body):
    lines = body.splitlines()
    return lines[lines.index(next(line for line in lines if "type this code" in line)) + 1]


def link_in(body):
    return next(line for line in body.splitlines() if "/v/#" in line)


def test_everybody_invited_gets_a_link_and_a_code_that_open_the_same_invitation(opened):
    assert invitations.invite(opened, OPENS) == 24
    who_session().commit()
    letters = outbox("invite")
    assert len({letter.recipient for letter in letters}) == 24
    for letter in letters[:3]:
        token, covenant, salt = link_in(letter.body).partition("#")[2].split(".")
        assert registrar.look_up(token).id == registrar.look_up(code_in(letter.body)).id
        assert covenant == opened.covenant_sha256
        assert len(bytes.fromhex(salt)) == 16
        assert promises.fingerprint(opened.covenant_sha256) in letter.body
        assert promises.words(waves.covenant(opened)).split()[0] in letter.body
    assert letters[0].subject == "4 questions about work, 2 minutes, by 23 November"


def test_no_token_is_stored_only_its_hash(opened):
    invitations.invite(opened, OPENS)
    token = link_in(outbox("invite")[0].body).partition("#")[2].split(".")[0]
    stored = set(who_session().scalars(select(InvitationKey.sha256)))
    assert tokens.digest(token) in stored
    assert token.encode() not in b"".join(stored)


def test_inviting_again_writes_to_nobody_even_after_the_outbox_is_emptied(opened):
    invitations.invite(opened, OPENS)
    assert invitations.invite(opened, OPENS) == 0
    while mail.send_waiting(OPENS):
        pass
    assert mail.purge(OPENS + timedelta(hours=48)) == 24
    assert invitations.invite(opened, OPENS + timedelta(days=3)) == 0


def test_a_crash_between_opening_and_inviting_is_made_good(opened):
    who_session().rollback()
    assert invitations.invite(opened, OPENS + HOUR) == 24


def test_nobody_is_invited_before_opening_or_after_the_closing_date(app):
    with app.app_context():
        wave = committed()
        with pytest.raises(NotNow):
            invitations.invite(wave, NOW)
        waves.open_wave(wave, actor="scheduler", now=OPENS)
        with pytest.raises(NotNow):
            invitations.invite(wave, CLOSES)


def test_everyone_is_reminded_whether_they_answered_or_not(opened):
    """MAIL-2."""
    invitations.invite(opened, OPENS)
    who_session().execute(
        update(Invitation)
        .where(Invitation.class_key == "Riverside/Days")
        .values(collected=True, blinded_sha256=b"x" * 32)
    )
    assert invitations.remind(opened, OPENS + 4 * 24 * HOUR, 1) == 24
    assert invitations.remind(opened, OPENS + 4 * 24 * HOUR, 1) == 0
    assert invitations.remind(opened, OPENS + 10 * 24 * HOUR, 2) == 24
    rounds = [
        set(
            who_session().scalars(
                select(OutboxMail.recipient).where(
                    OutboxMail.kind == "remind", OutboxMail.round == number
                )
            )
        )
        for number in (1, 2)
    ]
    assert rounds[0] == rounds[1]
    letter = outbox("remind")[0]
    assert letter.subject == "Still open: staff pulse"
    assert "We send this to everyone" in letter.body
    assert registrar.look_up(code_in(letter.body)) is not None


def test_the_last_reminder_says_that_it_closes_tomorrow(opened):
    invitations.remind(opened, CLOSES - timedelta(days=1), 1)
    assert outbox("remind")[0].subject == "Closes tomorrow: staff pulse"


def test_reminders_come_due_on_days_four_and_ten_and_the_day_before_closing(opened):
    days = [0, 1, 3, 4, 9, 10, 12, 13]
    due = [invitations.reminder_due(opened, OPENS + timedelta(days=day)) for day in days]
    assert due == [None, None, None, 1, 1, 2, 2, 3]
    opened.reminded = 2
    assert invitations.reminder_due(opened, OPENS + timedelta(days=12)) is None
    assert invitations.reminder_due(opened, CLOSES) is None


def test_the_results_go_to_everyone_invited_with_the_same_words(opened):
    count = invitations.announce_results(opened, samples.summary(2), PUBLISHES)
    letters = outbox("results")
    assert count == len(letters) == 24
    assert len({letter.body for letter in letters}) == 1
    assert letters[0].subject == "Results: five things you told us"
    assert f"/r/{opened.results_key}" in letters[0].body
    assert "5. " in letters[0].body


def test_a_message_says_what_was_promised_before_and_what_came_of_it(opened):
    earlier = factories.a_wave(opened.programme, "published", units=False)
    publication = factories.a_publication(earlier)
    factories.a_commitment(publication)
    factories.a_commitment(publication, answer="wont")
    invitations.invite(opened, OPENS)
    body = " ".join(outbox("invite")[0].body.split())
    assert "You said: There is too much work for the hours. We will: publish rotas" in body
    assert "We won’t, because the kitchen closes in spring." in body


def test_a_late_wave_is_told_to_everyone_once_a_week(opened):
    assert invitations.announce_overdue(opened, 0, PUBLISHES) == 0
    assert invitations.announce_overdue(opened, 1, PUBLISHES) == 24
    assert invitations.announce_overdue(opened, 7, PUBLISHES) == 0
    assert invitations.announce_overdue(opened, 8, PUBLISHES) == 24
    assert {letter.subject for letter in outbox("overdue")} == {
        "Results are overdue by 1 day",
        "Results are overdue by 8 days",
    }


def test_a_late_wave_is_not_told_again_because_the_outbox_was_emptied(opened):
    told = 0
    for hours in range(1, 24 * 9, 6):
        at = PUBLISHES + timedelta(hours=hours)
        told += invitations.announce_overdue(opened, waves.overdue(opened, at), at)
        mail.send_waiting(at)
        mail.purge(at)
    assert told == 2 * 24


def test_the_board_hears_of_a_draft_and_nobody_else_does(opened):
    factories.an_account("board")
    factories.an_account("hr")
    assert invitations.tell_board(opened, CLOSES) == 1
    assert outbox("draft")[0].recipient == "board@example.org"


def test_after_thirty_days_nothing_says_who_took_part(opened):
    invitations.invite(opened, OPENS)
    waves.close(opened, actor="scheduler", now=CLOSES)
    later = CLOSES + timedelta(days=31)
    for state in ("published", "closed"):
        # Whoever can write a row would leave nobody to be told of the results.
        opened.state = state
        assert invitations.forget(later) == 0
    for state in ("opened", "summarised", "published"):
        waves.move(opened, state, actor="scheduler", now=CLOSES)
    assert invitations.forget(CLOSES + timedelta(days=29)) == 0
    assert invitations.forget(later) == 24
    assert who_session().scalar(select(func.count()).select_from(InvitationKey)) == 0


def test_messages_reach_the_mail_folder_as_plain_text(opened, app):
    invitations.invite(opened, OPENS)
    who_session().commit()
    assert mail.send_waiting(OPENS, commit=who_session().commit) == 24
    box = mailbox.Maildir(app.config["MAILDIR"])
    assert len(box) == 24
    letter = next(iter(box))
    assert letter.get_content_type() == "text/plain"
    assert {"To", "From", "Subject", "Date", "Message-ID"} <= set(letter.keys())
    assert "/v/#" in letter.get_payload(decode=True).decode()
    assert states() == {"sent": 24}


def test_a_message_is_queued_once_a_person_kind_and_round(opened):
    assert a_letter(wave=opened)
    assert not a_letter(wave=opened)
    assert a_letter(wave=opened, round=2)


def test_the_identifier_of_a_message_is_the_same_however_often_it_is_sent(opened):
    a_letter(wave=opened)
    letter = outbox("invite")[0]
    first = mail.message(letter)["Message-ID"]
    letter.attempts, letter.changed_at = 3, OPENS + HOUR
    assert mail.message(letter)["Message-ID"] == first


def test_a_subject_cannot_smuggle_a_header(opened):
    a_letter(wave=opened, kind="x", subject="Hello\nBcc: eve@example.org")
    with pytest.raises(ValueError, match="newline|linefeed"):
        mail.message(outbox("x")[0])


def test_claimed_messages_are_not_taken_again_until_they_are_orphans(opened):
    a_letter(wave=opened)
    letter = outbox("invite")[0]
    letter.state, letter.changed_at = "claimed", OPENS
    who_session().commit()
    assert mail.send_waiting(OPENS + timedelta(minutes=5)) == 0
    assert mail.send_waiting(OPENS + mail.ORPHANED_AFTER) == 1


def test_the_outbox_is_emptied_two_days_after_sending(opened):
    """MAIL-1."""
    a_letter(wave=opened)
    mail.send_waiting(OPENS)
    assert mail.purge(OPENS + timedelta(hours=47)) == 0
    assert mail.purge(OPENS + timedelta(hours=48)) == 1
    assert outbox("invite") == []


class Inbox:
    """A mail server's memory; refuses who is on its lists."""

    def __init__(self):
        self.letters, self.never, self.later = [], set(), set()

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address in self.never:
            return "550 no such person"
        if address in self.later:
            return "451 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        self.letters.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"


@pytest.fixture
def server():
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    inbox.port = controller.port
    yield inbox
    controller.stop()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def by_smtp(app, port):
    app.config.update(MAIL_BACKEND="smtp", SMTP_HOST="127.0.0.1", SMTP_PORT=port)


@pytest.mark.own_mail_server
def test_messages_go_out_by_smtp(opened, app, server):
    by_smtp(app, server.port)
    a_letter("zoe@example.org", opened, subject="Résults", body="Für alle\n")
    assert mail.send_waiting(OPENS, commit=who_session().commit) == 1
    [(recipients, content)] = server.letters
    assert recipients == ["zoe@example.org"]
    subject = next(line for line in content.decode().splitlines() if line.startswith("Subject"))
    assert str(make_header(decode_header(subject.partition(": ")[2]))) == "Résults"


@pytest.mark.own_mail_server
def test_a_refused_message_is_given_up_or_tried_later_and_stops_no_other(opened, app, server):
    by_smtp(app, server.port)
    server.never, server.later = {"never@example.org"}, {"later@example.org"}
    for name in ("never", "later", "fine"):
        a_letter(f"{name}@example.org", wave=opened)
    assert mail.send_waiting(OPENS) == 1
    assert states() == {"failed": 1, "sent": 1, "waiting": 1}
    assert mail.send_waiting(OPENS + timedelta(minutes=1)) == 0
    server.later = set()
    assert mail.send_waiting(OPENS + mail.RETRY_AFTER) == 1
    assert states() == {"failed": 1, "sent": 2}


@pytest.mark.own_mail_server
def test_while_the_server_is_away_nothing_is_lost_or_counted_against_a_message(opened, app, server):
    by_smtp(app, free_port())
    a_letter(wave=opened)
    for hour in range(24):
        assert mail.send_waiting(OPENS + hour * HOUR) == 0
    assert states() == {"waiting": 1}
    assert outbox("invite")[0].attempts == 0
    by_smtp(app, server.port)
    assert mail.send_waiting(OPENS + 24 * HOUR) == 1


def test_a_server_that_dies_half_way_leaves_the_rest_waiting(opened, app, monkeypatch):
    class Dying:
        sent = 0

        def __init__(self, *_args, **_kwargs):
            pass

        def send_message(self, *_args):
            if Dying.sent == 2:
                raise smtplib.SMTPServerDisconnected
            Dying.sent += 1

        def close(self):
            pass

    monkeypatch.setattr(smtplib, "SMTP", Dying)
    by_smtp(app, 25)
    for number in range(5):
        a_letter(f"p{number}@example.org", wave=opened)
    assert mail.send_waiting(OPENS, commit=who_session().commit) == 2
    assert states() == {"sent": 2, "waiting": 3}


@pytest.mark.own_mail_server
def test_every_message_to_a_server_is_noted_before_the_next(opened, app, server):
    by_smtp(app, server.port)
    seen = []
    for number in range(3):
        a_letter(f"p{number}@example.org", wave=opened)
    assert mail.send_waiting(OPENS, commit=lambda: seen.append(len(server.letters))) == 3
    assert seen[:4] == [0, 1, 2, 3]


def test_a_message_sent_again_after_a_crash_lies_in_the_folder_once(opened, app):
    a_letter(wave=opened)
    who_session().commit()
    assert mail.send_waiting(OPENS) == 1
    who_session().rollback()
    assert mail.send_waiting(OPENS) == 1
    assert len(mailbox.Maildir(app.config["MAILDIR"])) == 1
