"""Is the server well? Each check is a sentence for the person who runs it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from surveyapp.extensions import STORES, engine_of, opens
from surveyapp.formatting import day
from surveyapp.services import audit, mail, second_step, waves

PATIENCE = timedelta(minutes=10)
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
NAMES = {None: "office", "who": "who", "box": "box", "answers": "answers"}


@dataclass(frozen=True)
class Check:
    """What was looked at, whether all is well, and what to do if not."""

    what: str
    well: bool
    words: str


def checks(now: datetime) -> list[Check]:
    """Everything that can be seen from inside the application."""
    return [
        *_databases(),
        _address(),
        _clock(now),
        _scheduler(now),
        _mail(),
        _keys(),
        _audit(),
        _stylesheet(),
    ]


def _databases() -> Iterator[Check]:
    newest = _newest_migration()
    for store in (one for one in (None, *STORES) if opens(one)):
        what = f"Database “{NAMES[store]}”"
        try:
            with engine_of(store).connect() as connection:
                at = MigrationContext.configure(connection).get_current_heads()
        except SQLAlchemyError:
            yield Check(what, False, "It does not answer. Check that it runs and its address.")
            continue
        if newest and set(at) == newest:
            yield Check(what, True, "It answers and is up to date.")
        else:
            yield Check(what, False, "It answers but is not up to date. Run `surveyapp upgrade`.")


def _newest_migration() -> set[str]:
    folder = Path(current_app.config["MIGRATIONS"])
    if not (folder / "env.py").is_file():
        return set()
    return set(ScriptDirectory(str(folder)).get_heads())


def _clock(now: datetime) -> Check:
    said = f"{now:%Y-%m-%d %H:%M} UTC. Compare it with a clock you trust: dates are promises."
    return Check("Clock", abs(datetime.now(UTC).replace(tzinfo=None) - now).seconds < 5, said)


def is_loopback(address: str) -> bool:
    """Whether only this machine can open the address."""
    return urlsplit(address).hostname in LOOPBACK


def _address() -> Check:
    address = current_app.config["BASE_URL"]
    if address.startswith("https://") or is_loopback(address):
        return Check("Address", True, address)
    words = "It has no https, so anybody on the way can read answers. Set BASE_URL to https."
    return Check("Address", False, words)


def _scheduler(now: datetime) -> Check:
    late = waves.due(now - PATIENCE)
    if late:
        words = f"Waiting to be moved on: {len(late)}. Check that `surveyapp tick` runs."
        return Check("Scheduler", False, words)
    last = audit.last_of("scheduler")
    if last is None:
        return Check("Scheduler", True, "It has not had anything to do yet.")
    return Check("Scheduler", True, f"Nothing waits. It last moved a pulse on {day(last.date)}.")


def _mail() -> Check:
    counts = mail.counts()
    waiting, failed = counts.get("waiting", 0), counts.get("failed", 0)
    settings = current_app.config
    if settings["MAIL_BACKEND"] != "smtp" and not is_loopback(settings["BASE_URL"]):
        words = "It stays in a folder on this server and reaches nobody. Set MAIL_BACKEND to smtp."
        return Check("Mail", False, words)
    words = f"Waiting: {waiting}. Could not be sent: {failed}. Who they are for is not shown."
    return Check("Mail", failed == 0, words)


def _keys() -> Check:
    path = second_step.key_path()
    if not path.is_file():
        return Check("Sign-in key", False, "It is missing. Run `surveyapp init`.")
    private = path.stat().st_mode & 0o077 == 0
    words = "It is there, and only its owner can read it."
    return Check("Sign-in key", private, words if private else "Others can read it. Run chmod 400.")


def _audit() -> Check:
    problems = audit.check()
    return Check("Audit log", not problems, problems[0] if problems else "Every line follows.")


def _stylesheet() -> Check:
    built = Path(current_app.static_folder or "") / "build" / "candour.css"
    words = "It is built." if built.is_file() else "It is missing. Run `make setup`."
    return Check("Stylesheet", built.is_file(), words)
