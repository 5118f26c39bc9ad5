"""F13 (SECURITY 10): a mail server that is down, slow, hung or says no. Nobody who answers notices,
and in the end every message is there once."""

import asyncio
import threading
import time
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller

from surveyapp.extensions import who_session
from surveyapp.services import mail
from tests import voting
from tests.faults import site
from tests.surveyapp.test_mail import free_port

pytestmark = pytest.mark.own_mail_server
PLACES = ("Riverside/Days",) * 12
LETTERS = 3
PATIENCE = 1  # seconds, where the application gives a mail server twenty


class Moody:
    """A mail server that does as it is told."""

    def __init__(self):
        self.says, self.after, self.taken, self.asked = "250 OK", 0.0, [], threading.Event()

    async def handle_DATA(self, _server, _session, envelope):
        self.asked.set()
        await asyncio.sleep(self.after)
        if self.says.startswith("250"):
            self.taken.append(envelope.rcpt_tos[0])
        return self.says


@pytest.fixture
def server():
    moody = Moody()
    controller = Controller(moody, hostname="127.0.0.1", port=free_port())
    controller.start()
    moody.port = controller.port
    yield moody
    controller.stop()


@pytest.fixture
def asked(make_app, tmp_path, server, monkeypatch):
    """A wave with three messages that wait in the outbox."""
    monkeypatch.setattr(mail, "SMTP_TIMEOUT", PATIENCE)
    smtp = {"MAIL_BACKEND": "smtp", "SMTP_HOST": "127.0.0.1", "SMTP_PORT": server.port}
    app = make_app(**voting.on_files(tmp_path), **smtp)
    poll = voting.open_voting(app, places=PLACES)
    with app.app_context():
        opens = voting.wave_of(poll).opens_at
        letters = [
            mail.Message(one.email, "How is work?", "Say how it is.")
            for one in poll.people[:LETTERS]
        ]
        mail.queue_all(poll.wave_id, "invite", letters, now=opens)
        who_session().commit()
        return app, poll, opens


def send(app, now):
    with app.app_context():
        return mail.send_waiting(now, commit=who_session().commit)


def count(app):
    with app.app_context():
        return mail.counts()


@pytest.mark.parametrize("trouble", ["away", "451 later", "421 closing", "hung"])
def test_after_a_day_of_trouble_the_backlog_clears_and_nobody_is_written_to_twice(
    asked, server, trouble, record_figure
):
    app, _, opens = asked
    tries = range(0, 24 * 60, 60 if trouble != "451 later" else 15)
    if trouble == "hung":
        server.after, tries = 2 * PATIENCE, (0,)
    elif trouble != "away":
        server.says = trouble
    app.config["SMTP_PORT"] = free_port() if trouble == "away" else server.port
    for minutes in tries:
        assert send(app, opens + timedelta(minutes=minutes)) == 0
    assert count(app) == {"waiting": LETTERS}
    server.says, server.after, app.config["SMTP_PORT"] = "250 OK", 0.0, server.port
    server.taken.clear()
    assert send(app, opens + timedelta(hours=24, minutes=15)) == LETTERS
    assert len(set(server.taken)) == len(server.taken) == LETTERS
    assert count(app) == {"sent": LETTERS}
    record_figure("F13", f"{trouble}: after it every message went out")


def test_a_message_that_a_server_refuses_for_good_stops_no_other(asked, server):
    app, _, opens = asked
    server.says = "554 never"
    assert send(app, opens) == 0
    assert count(app) == {"failed": LETTERS}


def test_while_a_mail_server_hangs_people_answer_as_ever(asked, server, record_figure):
    app, poll, opens = asked
    server.after = 0.9 * PATIENCE
    sender = threading.Thread(target=send, args=(app, opens), daemon=True)
    sender.start()
    assert server.asked.wait(10)
    browser, waited = app.test_client(), []
    for device in site.devices(app, poll)[:5]:
        for path in ("/collect", "/cast"):
            body = device.asks if path == "/collect" else device.record()
            started = time.perf_counter()
            answer = browser.post(path, data=body, content_type="application/json")
            waited.append(time.perf_counter() - started)
            assert answer.status_code == 200
            if path == "/collect":
                device.signed = site.base64url.decode(answer.get_json()["signed"])
    assert sender.is_alive()
    # With a lock held while the server thinks, each would wait as long as it does.
    assert sorted(waited)[len(waited) // 2] < PATIENCE / 2
    server.after = 0.0
    sender.join(60)
    assert count(app) == {"sent": LETTERS}
    record_figure("F13", "slow: nobody who answered meanwhile waited for it")
