"""What every test may ask for: an application on four fresh in-memory databases, and nobody who
can send mail.

Act through a client; then look in a fresh ``with app.app_context():``, where a change that nobody
committed is not there. Never call a client inside an application context.
"""

import gc
import os
import smtplib
import tempfile
from pathlib import Path

import hypothesis
import pytest

from tests import databases, factories
from tests.security import figures

# A busy machine is no defect: what takes long is measured in benchmarks/.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")


def pytest_collection_finish():
    """What is imported stays: the search for garbage need not look through it every time."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(config, items):
    """``make security`` wants the attacks, and every other test that has a figure to give."""
    if not os.environ.get(figures.FILE):
        return
    attacks = Path(__file__).parent / "security"
    wanted, others = [], []
    for item in items:
        asked = "record_figure" in getattr(item, "fixturenames", ())
        (wanted if asked or attacks in item.path.parents else others).append(item)
    config.hook.pytest_deselected(items=others)
    items[:] = wanted


@pytest.fixture
def record_figure():
    """Notes what an attack measured: ``record_figure("LINK-1", "0 of 300 certain")``."""
    return figures.record


@pytest.fixture(autouse=True)
def no_mail_leaves(monkeypatch, request):
    """A test that opens a connection to a mail server fails, unless the server is its own."""
    if request.node.get_closest_marker("own_mail_server"):
        return

    def refuse(*_args, **_kwargs):
        raise AssertionError("A test tried to send mail.")

    monkeypatch.setattr(smtplib.SMTP, "connect", refuse)


@pytest.fixture
def make_app(tmp_path):
    """Builds an application with other settings or another door."""
    made = []

    def make(role="all", **settings):
        made.append(factories.an_app(tmp_path / "instance", role=role, **settings))
        return made[-1]

    yield make
    factories.dispose(made)


@pytest.fixture
def app(make_app):
    return make_app()


@pytest.fixture
def client(app):
    """A browser that nobody is signed in with: a stranger's, or a respondent's."""
    return app.test_client()


def _member(role):
    @pytest.fixture(name=role)
    def signed_in(app):
        browser = app.test_client()
        factories.sign_in(browser, role)
        return browser

    signed_in.__doc__ = f"A browser signed in as {role}."
    return signed_in


# The cast, each a signed-in browser.
hr = _member("hr")
board = _member("board")
manager = _member("manager")
admin = _member("admin")
witness = _member("witness")
auditor = _member("auditor")


@pytest.fixture(name="stranger")
def _stranger(app):
    """A browser that nobody is signed in with."""
    return app.test_client()


@pytest.fixture(name="respondent")
def _respondent(app):
    """A browser of somebody invited: no account, ever."""
    return app.test_client()


@pytest.fixture(scope="session")
def postgres():
    """A real PostgreSQL server; ``postgres.fresh()`` empties its four databases."""
    with tempfile.TemporaryDirectory(prefix="candour-postgres-") as folder:
        server = databases.Server(Path(folder))
        yield server
        server.stop()
