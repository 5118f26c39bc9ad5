"""Which passwords will do."""

import threading

import pytest

from surveyapp.services import passwords


@pytest.mark.parametrize(
    "password",
    [
        "fourteen chars",
        "123456789987654321",
        "passwordpassword",
        "Password12345678",
        "qwertyuiopqwertyuiop",
        "aaaaaaaaaaaaaaaaaaaa",
        "abcdefghijklmnopqr",
        "1q2w3e4r5t6y7u8i",
        "harriet.example@example.org",
        "Harriet Example 1",
        "x" * 201,
    ],
)
def test_refused(password):
    assert passwords.problem(password, about=("harriet.example@example.org", "Harriet Example"))


@pytest.mark.parametrize(
    "password",
    ["plenty of quiet otters", "ωραία θάλασσα μπλε", "7 green teapots sing", "{}'\"; --<script>"],
)
def test_accepted_without_rules_of_composition(password):
    assert passwords.problem(password) is None


def test_hashes_are_argon2id_and_differ_each_time(app):
    with app.app_context():
        one, two = (passwords.make_hash("plenty of quiet otters") for _ in range(2))
        assert one.startswith("$argon2id$")
        assert one != two
        assert passwords.matches(one, "plenty of quiet otters")
        assert not passwords.matches(one, "plenty of quiet otter")
        accented = passwords.make_hash("caf\u00e9 by the harbour")
        assert passwords.matches(accented, "cafe\u0301 by the harbour")
        assert not passwords.matches("", "anything")
        assert not passwords.matches("set up, but not for tests", "anything")


def test_at_most_two_hashes_at_once(app, monkeypatch):
    running, most, lock = 0, 0, threading.Lock()

    class Slow:
        def hash(self, _password):
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            threading.Event().wait(0.02)
            with lock:
                running -= 1
            return "hash"

    monkeypatch.setattr(passwords, "_hasher", Slow)
    threads = [threading.Thread(target=passwords.make_hash, args=("x",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2
