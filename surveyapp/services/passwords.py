"""Staff passwords: long, not a common one, hashed with argon2id."""

import threading
import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from surveyapp.errors import CandourError

SHORTEST = 15
LONGEST = 200
COMMON = Path(__file__).with_name("common_passwords.txt")
RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")

# Each hash takes 64 MiB: two at once keep a flood of sign-ins from filling the memory.
_turn = threading.BoundedSemaphore(2)
_WAIT_SECONDS = 20
_HASHER = PasswordHasher(time_cost=8, memory_cost=64 * 1024, parallelism=1)
_TEST_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Busy(CandourError):
    """Too many people are signing in at this moment."""

    status = 503
    title = "We are busy"


def problem(password: str, *, about: tuple[str, ...] = ()) -> str | None:
    """Why this cannot be a password, or ``None``. ``about``: words others could guess."""
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters. Four or five unrelated words work well."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    plain = "".join(password.casefold().split())
    known = {"".join(word.casefold().split()) for word in about if len(word) >= 4}
    if any(word in plain and len(plain) - len(word) < 8 for word in known):
        return "This is mostly your name or address, which others know. Choose unrelated words."
    if _guessable(plain):
        return "Many people use a password like this one. Choose four or five unrelated words."
    return None


def _guessable(plain: str) -> bool:
    common = _common()
    pieces = (plain[:cut] for cut in range(1, len(plain) // 2 + 1))
    repeated = any((piece * len(plain))[: len(plain)] == plain for piece in pieces)
    run = any(plain in (row * len(plain)) or plain in (row[::-1] * len(plain)) for row in RUNS)
    two = any(plain[:cut] in common and plain[cut:] in common for cut in range(4, len(plain) - 3))
    return plain in common or repeated or run or two


@cache
def _common() -> frozenset[str]:
    lines = COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def _hasher() -> PasswordHasher:
    return _TEST_HASHER if current_app.testing else _HASHER


def _with_turn() -> None:
    if not _turn.acquire(timeout=_WAIT_SECONDS):
        raise Busy("Many people are signing in. Nothing was lost. Try again in a minute.")


def _same(password: str) -> str:
    """One form for letters that keyboards spell in several ways (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def make_hash(password: str) -> str:
    """The argon2id hash to store."""
    _with_turn()
    try:
        return _hasher().hash(_same(password))
    finally:
        _turn.release()


def matches(stored: str, password: str) -> bool:
    """Whether this is the password. Without a stored hash the same work is done for nothing, so
    that the time taken does not tell who has an account."""
    _with_turn()
    try:
        if not stored:
            _hasher().hash(_same(password))
            return False
        return _hasher().verify(stored, _same(password))
    except (VerificationError, InvalidHashError):
        return False
    finally:
        _turn.release()
