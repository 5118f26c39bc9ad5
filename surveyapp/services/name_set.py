"""A wave's name set: what redaction needs to know names on the roster, and nothing more.

When a wave is committed, whoever holds the roster writes the HMAC-SHA-256, 16 bytes of it, of every
spelling of every name under a key made for this wave. The set is sorted and filled up with names
from a list to a full thousand, so it tells of no unit, order, count, or which given name goes with
which surname. File and key lie outside every database and backup. Opening asks them while it takes
names out of the comments, in memory; once the answers are safe both are destroyed.
"""

import hmac
import secrets
import uuid
from collections.abc import Callable, Iterable

from analysis.text.folding import fold
from analysis.text.names import lists, spellings
from surveyapp import keys

SET, KEY = "names.set", "names.key"
MARK_BYTES = 16
STEP = 1_000


def write(wave_id: uuid.UUID, names: Iterable[str]) -> None:
    """Write the set of these full names. Repeated for a draft, it starts afresh."""
    destroy(wave_id)
    words = _filled_up(frozenset().union(*map(spellings, names)))
    key = secrets.token_bytes(32)
    folder = keys.directory("names", wave_id)
    keys.put(folder / SET, b"".join(sorted(_mark(key, word) for word in words)))
    # Last, so that a crash leaves no set that could be read.
    keys.put(folder / KEY, key)


def asked(wave_id: uuid.UUID) -> Callable[[str], bool] | None:
    """Tells of one word whether it is a name of the wave's people; ``None`` without a name set."""
    folder = keys.directory("names", wave_id)
    try:
        key, data = keys.get(folder / KEY), keys.get(folder / SET)
    except keys.MissingKey:
        return None
    known = frozenset(data[at : at + MARK_BYTES] for at in range(0, len(data), MARK_BYTES))

    def is_name(word: str) -> bool:
        return _mark(key, fold(word)) in known

    return is_name


def is_kept(wave_id: uuid.UUID) -> bool:
    """Whether anything of the set is still there."""
    return keys.directory("names", wave_id).exists()


def destroy(wave_id: uuid.UUID) -> None:
    """Destroy the set and its key. Safe to repeat."""
    keys.destroy_all("names", wave_id)


def _mark(key: bytes, word: str) -> bytes:
    return hmac.digest(key, word.encode(), "sha256")[:MARK_BYTES]


def _filled_up(words: frozenset[str]) -> frozenset[str]:
    """With names of the list, drawn by chance, up to a full thousand."""
    others = sorted(lists().names - words)
    missing = min(-len(words) % STEP, len(others))
    return words.union(secrets.SystemRandom().sample(others, missing))
