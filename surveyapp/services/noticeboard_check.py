"""Is the stored noticeboard sound? Read line by line, as anyone who downloads it would.

Pages ask at every request, so what was checked is remembered for an hour: only new lines are read
in between.
"""

import hashlib
import time
from dataclasses import dataclass, replace
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask import current_app
from sqlalchemy import select

from surveyapp import clock
from surveyapp.crypto import checkpoint, merkle
from surveyapp.extensions import db
from surveyapp.models.publications import Notice
from surveyapp.services import noticeboard, noticeboard_key

REMEMBERED = 3600  # seconds
AT_ONCE = 500
PATIENCE = timedelta(days=1)
_PLACE = "candour-noticeboard"


@dataclass(frozen=True)
class Walk:
    """How far the board was read, and what was wrong so far."""

    size: int = 0
    sha256: str = noticeboard.START
    date: str = ""
    key: str = ""
    peaks: tuple[bytes, ...] = ()
    problems: tuple[str, ...] = ()


def check() -> list[str]:
    """What is wrong with the stored board, one sentence each; empty when it is sound."""
    found = _walk(Walk())
    return [*found.problems, *_checkpoint_problems(found)]


def quick() -> list[str]:
    """The same for a page: lines read in the last minutes are not read again."""
    seen: tuple[float, Walk] | None = current_app.extensions.get(_PLACE)
    now = time.monotonic()
    since, walk = seen if seen and now - seen[0] < REMEMBERED and _ends(seen[1]) else (now, Walk())
    found = _walk(walk)
    current_app.extensions[_PLACE] = (since, found)
    return [*found.problems, *_checkpoint_problems(found)]


def _ends(walk: Walk) -> bool:
    """Whether the board still has the last line of the walk, and no fewer lines than before."""
    stored = db.session.scalar(select(Notice.sha256).where(Notice.n == walk.size - 1))
    return stored == walk.sha256


def _walk(walk: Walk) -> Walk:
    """Read on from where a walk ended."""
    while not any("is missing" in problem for problem in walk.problems):
        some = noticeboard.lines(walk.size, AT_ONCE)
        for line in some:
            walk = _step(walk, line)
        if len(some) < AT_ONCE:
            break
    return walk


def _step(walk: Walk, line: noticeboard.Line) -> Walk:
    place, problems = walk.size, list(walk.problems)
    if line.n != place:
        return replace(walk, problems=(*problems, f"Line {place} is missing."))
    raw = noticeboard.bytes_of(line)
    if line.prev != walk.sha256:
        problems.append(f"Line {place} does not follow from the line before it.")
    if hashlib.sha256(raw).hexdigest() != line.sha256:
        problems.append(f"Line {place} was changed after it was written.")
    if line.date < walk.date:
        problems.append(f"Line {place} is dated before the line above it.")
    if (line.body.get("wave") or None) != line.about:
        problems.append(f"Line {place} is filed under another pulse than the one it names.")
    key = walk.key
    if line.type == "KEY":
        if key and not (
            line.body.get("previous") == key
            and noticeboard_key.signed_by_old(line.n, line.prev, line.body)
        ):
            problems.append(f"Line {place} announces a key that the old key did not sign.")
        key = str(line.body.get("ed25519", ""))
    return Walk(
        size=place + 1,
        sha256=line.sha256,
        date=line.date,
        key=key,
        peaks=tuple(merkle.grown(walk.peaks, place, raw)),
        problems=tuple(problems),
    )


def _checkpoint_problems(walk: Walk) -> list[str]:
    if not walk.key:
        return []  # nothing was ever posted, or not since boards are signed
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(walk.key))
        signed = checkpoint.read(noticeboard.checkpoint(), public)
    except ValueError:
        return ["The noticeboard’s signature is not that of its key."]
    if signed.size > walk.size:
        walk = _walk(walk)  # a line may have come since
    peaks = walk.peaks
    if signed.size < walk.size:  # lines that another process posted and the office has to sign
        peaks = ()
        for line in noticeboard.lines(0, signed.size):
            peaks = tuple(merkle.grown(peaks, line.n, noticeboard.bytes_of(line)))
        (waiting,) = noticeboard.lines(signed.size, 1)
        if waiting.date < (clock.now() - PATIENCE).date().isoformat():
            return [f"Line {signed.size} was never signed."]
    if signed.size > walk.size or signed.root != merkle.root_of(peaks):
        return ["The noticeboard is not the one that was signed."]
    return []
