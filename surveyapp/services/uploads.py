"""Files waiting between a preview and its confirmation, kept for a day at most.

A file is readable by the server's own user only, lies under a random name and carries its SHA-256,
so that what is applied is what was shown.
"""

import hashlib
import json
import re
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import current_app

from surveyapp.config import write_private
from surveyapp.errors import NotFound

KEPT = timedelta(days=1)
NAME = re.compile(r"[0-9a-f]{32}")
GONE = "This preview is no longer here. Send the file again."


def keep(data: bytes, details: dict[str, Any], *, now: datetime) -> str:
    """Put a file aside with what must be known to use it; the key to it."""
    purge(now)
    key = secrets.token_hex(16)
    head = details | {"sha256": hashlib.sha256(data).hexdigest(), "kept_at": now.isoformat()}
    write_private(_path(key), json.dumps(head).encode() + b"\n" + data)
    return key


def take(key: str, *, now: datetime) -> tuple[bytes, dict[str, Any]]:
    """A file put aside, and its details. Raises :class:`NotFound` when it is gone or altered."""
    if not NAME.fullmatch(key) or not _path(key).is_file():
        raise NotFound(GONE)
    head, _, data = _path(key).read_bytes().partition(b"\n")
    details: dict[str, Any] = json.loads(head)
    fresh = now - datetime.fromisoformat(details["kept_at"]) < KEPT
    if not fresh or hashlib.sha256(data).hexdigest() != details["sha256"]:
        raise NotFound(GONE)
    return data, details


def drop(key: str) -> None:
    """Forget a file."""
    if NAME.fullmatch(key):
        _path(key).unlink(missing_ok=True)


def purge(now: datetime) -> int:
    """Forget every file put aside more than a day ago; how many went."""
    old = [path for path in _folder().glob("*") if now - _kept_at(path) >= KEPT]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _kept_at(path: Path) -> datetime:
    """When a file was put aside: as it says, or by its own date when a crash cut it short."""
    try:
        head = path.read_bytes().partition(b"\n")[0]
        return datetime.fromisoformat(json.loads(head)["kept_at"])
    except (ValueError, KeyError):
        return datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None)


def _folder() -> Path:
    return Path(current_app.instance_path) / "uploads"


def _path(key: str) -> Path:
    return _folder() / key
