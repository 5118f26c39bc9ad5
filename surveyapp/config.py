"""Settings: defaults here, then ``instance/config.py``, then the environment, then tests."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, cast, get_args

from flask import Flask

Door = Literal["all", "registrar", "box", "office", "opener", "publisher"]

# SECURITY 3: what each process may open; ``None`` is the office database. The opener and the
# publisher are jobs and serve no page.
OPENS: Mapping[Door, tuple[str | None, ...]] = {
    "all": (None, "who", "box", "answers"),
    "registrar": ("who",),
    "box": ("box",),
    "office": (None, "who"),
    "opener": (None, "box", "answers"),
    "publisher": (None, "answers"),
}
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
    "ANSWERS_KEPT_MONTHS": 24,  # after closing; what a pulse has promised stays with it
    "KEYS_SHARED": False,  # key files for the group of their folder, for doors apart
    "MIRROR": "",  # a folder for a copy of what is public, kept up by the scheduler
}
FROM_ENVIRONMENT = (
    "BASE_URL", "ORGANISATION", "MAIL_BACKEND", "MAIL_FROM", "SMTP_HOST", "SMTP_PORT", "SMTP_USER",
    "SMTP_PASSWORD", "SECRET_KEY", "TIMEZONE", "REGISTRAR_URL", "BOX_URL", "KEYS",
    "HANDOVER", "KEYS_SHARED", "MIRROR",
)  # fmt: skip


def door() -> Door:
    """Which door the environment asks for: ``CANDOUR_ROLE``, or all of them without it."""
    asked = os.environ.get("CANDOUR_ROLE", "all")
    for known in get_args(Door):
        if asked == known:
            return cast(Door, known)
    raise SettingsError(
        f"CANDOUR_ROLE is “{asked}”. It must be {', '.join(get_args(Door))}. Without it, all."
    )


def configure(app: Flask, overrides: Mapping[str, Any] | None, role: Door) -> None:
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
    app.config["ROLE"] = role
    _databases(app, instance, role)
    if str(app.config.get("SECRET_KEY") or "") in PLACEHOLDERS:
        raise SettingsError(
            "SECRET_KEY is missing or a placeholder. Run `surveyapp init`, which makes one in "
            f"{instance.name}/config.py."
        )
    if app.debug or app.config.get("DEBUG"):
        raise SettingsError("Candour does not run in debug mode: a debugger would see answers.")


def _databases(app: Flask, instance: Path, role: Door) -> None:
    """The stores of this door, and no word of where the others lie.

    SQLite files of the instance, unless ``DATABASES`` or, say, ``CANDOUR_DATABASE_BOX`` names one.
    """
    given = app.config.pop("DATABASES", None) or {}
    urls: dict[str | None, Any] = {}
    for store in OPENS[role]:
        name = store or "office"
        named = os.environ.get(f"CANDOUR_DATABASE_{name.upper()}") or given.get(name)
        urls[store] = named or f"sqlite:///{instance / STORE_FILES[store]}"
    if None in urls:
        app.config["SQLALCHEMY_DATABASE_URI"] = urls.pop(None)
    app.config["SQLALCHEMY_BINDS"] = {
        store: {"url": url, "hide_parameters": True} for store, url in urls.items()
    }
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", {"hide_parameters": True})


def write_private(path: Path, data: bytes, *, for_all: bool = False) -> None:
    """Write a new file that only its owner can read; refuse to overwrite one.

    ``for_all``: every account of this machine may read it, whatever the process's mask.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR)
    with os.fdopen(handle, "wb") as file:
        if for_all:
            os.fchmod(handle, stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
            path.parent.chmod(0o755)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
