"""A request that the server cannot even read leaves no address behind either (SECURITY 7)."""

import os
import socket
import subprocess
import time

import pytest

from surveyapp import cli

ADDRESS = "127.7.7.7"
# A proxy's header that is too long, and one that is no header: both come from real offices.
REQUESTS = (
    b"POST /collect HTTP/1.1\r\nHost: go\r\nCookie: " + b"x" * 9000 + b"\r\n\r\n",
    b"POST /cast HTTP/1.1\r\nHost: box\r\nno header at all\r\n\r\n",
)


def served(instance, monkeypatch, **changed):
    """The very command by which ``surveyapp serve`` starts gunicorn, on a free port."""
    commands = []
    monkeypatch.setattr(cli.subprocess, "Popen", commands.append)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(AttributeError):  # nothing was started
        cli.serve_with_scheduler("127.0.0.1", port, 1, 30)
    monkeypatch.undo()
    command = next(one for one in commands if "gunicorn" in one)
    level = changed.get("level")
    return port, [f"--log-level={level}" if level and "log-level" in part else part
                  for part in command]  # fmt: skip


def words_of(port, command, instance):
    """What the server says while it is sent what it cannot read."""
    said = instance / "said.log"
    with said.open("wb") as file:
        process = subprocess.Popen(
            command, stdout=file, stderr=file, env={**os.environ, "CANDOUR_INSTANCE": str(instance)}
        )
    try:
        for request in REQUESTS:
            answer = ask(port, request)
            assert answer.startswith(b"HTTP/1.1 4"), answer
    finally:
        process.terminate()
        process.wait()
    return said.read_text()


def ask(port, request):
    for _ in range(200):
        try:
            with socket.create_connection(
                ("127.0.0.1", port), timeout=20, source_address=(ADDRESS, 0)
            ) as link:
                link.sendall(request)
                return link.recv(4000)
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise AssertionError("The server did not start.")


@pytest.mark.parametrize(("level", "told"), [("warning", True), (None, False)])
def test_a_request_that_cannot_be_read_leaves_no_address(tmp_path, monkeypatch, level, told):
    (tmp_path / "config.py").write_text('SECRET_KEY = "a secret that only tests know"\n')
    port, command = served(tmp_path, monkeypatch, level=level)
    assert (ADDRESS in words_of(port, command, tmp_path)) == told
