"""How far the opening of a pulse's ballots is, for the page of whoever waits for it.

The opener leaves a small file beside what passes between it and the office, so that no other
process opens its stores: how many tenths of the work on all ballots together are done, and when
that was. It goes with the last step of opening.
"""

import json
import math
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from flask import current_app

from surveyapp import clock, keys, progress
from surveyapp.formatting import moment
from surveyapp.models.surveys import Wave
from surveyapp.services import totals

FILE = "progress.json"
EVERY = 2.0  # seconds: what is opened at once leaves one word


@contextmanager
def told(wave_id: uuid.UUID, *, passes: int) -> Iterator[None]:
    """Leave word of so many passes over the ballots. Of an opening that is refused none is left."""
    left = -math.inf

    def tell(tenths: int) -> None:
        nonlocal left
        if time.monotonic() - left >= EVERY:
            left = time.monotonic()
            _leave(wave_id, tenths)

    try:
        with progress.told(tell, passes=passes):
            yield
    except Exception:
        forget(wave_id)
        raise


def words(wave: Wave) -> str:
    """How far the opening of a closed wave is, and when that was; empty before it begins."""
    if wave.state != "closed":
        return ""
    try:
        word = json.loads(keys.get(_folder(wave.id) / FILE))
        tenths, at = word["tenths"], datetime.fromisoformat(word["at"])
    except (keys.MissingKey, KeyError, TypeError, ValueError):
        return ""
    if tenths not in range(11):
        return ""
    everybody = wave.ballots or 0
    about = totals.rounded(everybody * tenths // 10)
    if everybody < totals.FROM or not about:
        return f"Opening has begun. Last told on {moment(at)}."
    return f"Opening: about {about:,} of {everybody:,}. Last told on {moment(at)}."


def forget(wave_id: uuid.UUID) -> None:
    """Take the word away. Safe to repeat."""
    keys.destroy_folder(_folder(wave_id))


def _leave(wave_id: uuid.UUID, tenths: int) -> None:
    at = clock.now().replace(second=0, microsecond=0)
    word = json.dumps({"tenths": tenths, "at": at.isoformat()})
    with suppress(OSError):  # a disk without room for this holds no opening up
        keys.replace(_folder(wave_id) / FILE, word.encode())


def _folder(wave_id: uuid.UUID) -> Path:
    return Path(current_app.config["HANDOVER"]) / f"{wave_id}.opening"
