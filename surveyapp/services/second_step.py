"""The second step of signing in: six digits from an app (TOTP, RFC 6238) or a recovery code."""

import base64
import hashlib
import hmac
import secrets
import time
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from flask import current_app

from surveyapp import keys
from surveyapp.config import SettingsError
from surveyapp.models.accounts import Account

STEP_SECONDS = 30
RECOVERY_CODES = 10
# Letters and digits that cannot be mistaken for one another: 16 of 30 are 78 bits, so a plain
# hash is enough.
ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
CODE_LENGTH = 16


def key_path() -> Path:
    """Where the key lies that locks every account's app secret."""
    return keys.directory("office") / "second-step.key"


def make_key() -> None:
    """Make that key unless it is there: part of setting up an installation."""
    if not key_path().exists():
        keys.put(key_path(), secrets.token_bytes(32))


def _locker() -> AESGCM:
    try:
        return AESGCM(keys.get(key_path()))
    except keys.MissingKey as error:
        raise SettingsError("The sign-in key is missing. Run `surveyapp init`.") from error


def new_secret() -> bytes:
    """A fresh 160-bit secret for an authenticator app."""
    return secrets.token_bytes(20)


def lock(account: Account, secret: bytes) -> str:
    """The secret as stored, readable only with the key and only for this account."""
    nonce = secrets.token_bytes(12)
    return base64.b64encode(nonce + _locker().encrypt(nonce, secret, account.id.bytes)).decode()


def unlock(account: Account, stored: str) -> bytes:
    """The inverse of :func:`lock`."""
    raw = base64.b64decode(stored)
    try:
        return _locker().decrypt(raw[:12], raw[12:], account.id.bytes)
    except InvalidTag as error:
        raise SettingsError("The sign-in key does not fit the office database.") from error


def _totp(secret: bytes) -> TOTP:
    # Every authenticator app speaks SHA-1; HMAC does not need its collision resistance.
    return TOTP(secret, 6, SHA1(), STEP_SECONDS)  # noqa: S303  see above


def code_at(secret: bytes, step: int) -> str:
    """The six digits of a time step."""
    return _totp(secret).generate(step * STEP_SECONDS).decode()


def uri(account: Account, secret: bytes) -> str:
    """What the QR code says."""
    name = current_app.config["ORGANISATION"] or "Candour"
    return _totp(secret).get_provisioning_uri(account.email, f"Candour {name}".strip())


def spelled(secret: bytes) -> str:
    """The secret to type by hand, in groups of four."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def step_of(secret: bytes, typed: str, at: float | None = None) -> int | None:
    """The time step that the digits belong to, if it is the present one or a neighbour."""
    digits = "".join(typed.split()).encode()
    now = int((time.time() if at is None else at) // STEP_SECONDS)
    for step in (now, now - 1, now + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), digits):
            return step
    return None


def new_recovery_codes(account: Account) -> list[str]:
    """Ten fresh codes, shown once; only their hashes are kept and older ones end."""
    codes = [
        "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)) for _ in range(RECOVERY_CODES)
    ]
    account.recovery_hashes = [_code_hash(account, code) for code in codes]
    return ["-".join(code[at : at + 4] for at in range(0, CODE_LENGTH, 4)) for code in codes]


def use_recovery_code(account: Account, typed: str) -> bool:
    """Whether this is one of the account's codes; a code that was used is gone."""
    wanted = _code_hash(account, "".join(c for c in typed.lower() if c.isalnum()))
    left = [stored for stored in account.recovery_hashes if stored != wanted]
    found = len(left) < len(account.recovery_hashes)
    if found:
        account.recovery_hashes = left
    return found


def _code_hash(account: Account, code: str) -> str:
    return hashlib.sha256(account.id.bytes + code.encode()).hexdigest()
