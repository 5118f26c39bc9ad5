"""Settings: defaults here, then ``instance/config.py``, then the environment, then tests."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, cast, get_args

from flask import Flask

Door = Literal["all", "registrar", "office"]

STORE_FILES = {
    None: "office.sqlite",
    "who": "who.sqlite",
    "box": "box.sqlite",
    "answers": "answers.sqlite",
}
PLACEHOLDERS = {"", "dev", "change-me", "changeme", "secret"}


class SettingsError(RuntimeError):
    """A setting is missing or unsafe; the message says what to do."""


DEFAULTS: Mapping[str, Any] = {
    "ORGANISATION": "",
    "BASE_URL": "http://127.0.0.1:8000",
    "TIMEZONE": "Europe/London",
    "REGISTRAR_URL": "",  # where respondents’ pages are, when the box has another address
    "BOX_URL": "",  # where they send ballots, when that is another address
    "MAIL_BACKEND": "maildir",  # maildir | smtp
    "MAIL_FROM": "Candour <survey@localhost>",
    "SMTP_HOST": "localhost",
    "SMTP_PORT": 25,
    "SMTP_STARTTLS": False,
    "SMTP_USER": "",
    "SMTP_PASSWORD": "",
    "MAX_CONTENT_LENGTH": 12 * 1024 * 1024,
    "MAX_FORM_MEMORY_SIZE": 512 * 1024,
    "SQLALCHEMY_ECHO": False,
    "WTF_CSRF_TIME_LIMIT": None,
    "WTF_CSRF_SSL_STRICT": False,  # it wants the Referer that our own header forbids
    "SECURE_COOKIES": False,
}
FROM_ENVIRONMENT = (
    "BASE_URL", "ORGANISATION", "MAIL_BACKEND", "MAIL_FROM", "SMTP_HOST", "SMTP_PORT", "SMTP_USER",
    "SMTP_PASSWORD", "SECRET_KEY", "TIMEZONE", "REGISTRAR_URL", "BOX_URL",
)  # fmt: skip


def door() -> Door:
    """Which pages the environment asks for: ``CANDOUR_ROLE``, or every page without it."""
    asked = os.environ.get("CANDOUR_ROLE", "all")
    for known in get_args(Door):
        if asked == known:
            return cast(Door, known)
    raise SettingsError(
        f"CANDOUR_ROLE is “{asked}”. It must be all, registrar or office; without it, all."
    )


def configure(app: Flask, overrides: Mapping[str, Any] | None) -> None:
    """Fill ``app.config`` and refuse to start on a setting that would break a promise."""
    instance = Path(app.instance_path)
    app.config.from_mapping(DEFAULTS)
    app.config["MIGRATIONS"] = str(Path(app.root_path) / "migrations")
    app.config.from_pyfile(str(instance / "config.py"), silent=True)
    for name in FROM_ENVIRONMENT:
        if (value := os.environ.get(f"CANDOUR_{name}")) is not None:
            app.config[name] = int(value) if name.endswith("_PORT") else value
    app.config.from_mapping(overrides or {})
    app.config.setdefault("KEYS", str(instance / "keys"))
    app.config.setdefault("HANDOVER", str(instance / "handover"))
    app.config.setdefault("MAILDIR", str(instance / "mail"))
    _databases(app, instance)
    if str(app.config.get("SECRET_KEY") or "") in PLACEHOLDERS:
        raise SettingsError(
            "SECRET_KEY is missing or a placeholder. Run `surveyapp init`, which makes one in "
            f"{instance.name}/config.py."
        )
    if app.debug or app.config.get("DEBUG"):
        raise SettingsError("Candour does not run in debug mode: a debugger would see answers.")


def _databases(app: Flask, instance: Path) -> None:
    """Four SQLite files unless ``DATABASES`` names a database a store."""
    given = app.config.get("DATABASES") or {}
    urls: dict[str | None, Any] = {}
    for store, file in STORE_FILES.items():
        urls[store] = given.get(store or "office") or f"sqlite:///{instance / file}"
    app.config["SQLALCHEMY_DATABASE_URI"] = urls.pop(None)
    app.config["SQLALCHEMY_BINDS"] = {
        store: {"url": url, "hide_parameters": True} for store, url in urls.items()
    }
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", {"hide_parameters": True})


def write_private(path: Path, data: bytes) -> None:
    """Write a new file that only its owner can read; refuse to overwrite one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
