"""A witness's two keys: P-256, which takes the outer envelopes off, and Ed25519, which signs.

The private file never leaves the witness. With a passphrase its keys lie under AES-256-GCM and a
key from PBKDF2-HMAC-SHA-256, which a browser knows as well; the file says how many rounds.
"""

import hashlib
import os
import re
import textwrap
from base64 import b32encode
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from surveyapp.crypto import envelope
from surveyapp.crypto.canonical import NotCanonical, canonical, parse

PUBLIC, PRIVATE = "candour/witness/1", "candour/witness-key/1"
ROUNDS = 600_000
MOST_ROUNDS = 10_000_000
SALT_BYTES, NONCE_BYTES = 16, 12
NAME = re.compile(r"[^\x00-\x1f\x7f\"<>\\]{1,80}")


class KeyFileError(ValueError):
    """This is no key file, or its passphrase is wrong; the message says which."""


@dataclass(frozen=True)
class PublicWitness:
    """What a witness gives to whoever sets a wave up: both public keys, as hex."""

    name: str
    key: str
    signs: str

    def entry(self) -> dict[str, str]:
        """The witness as the covenant lists them."""
        return {"name": self.name, "key": self.key, "signs": self.signs}

    def to_bytes(self) -> bytes:
        return canonical({"format": PUBLIC, **self.entry()}) + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> "PublicWitness":
        """Raises :class:`KeyFileError`, above all for a private file sent by mistake."""
        raw = _read(data)
        if raw.get("format") == PRIVATE:
            raise KeyFileError(
                "This is the private file. It must never leave the witness. Ask the witness to "
                "make new keys, and to send the public file."
            )
        try:
            found = cls(str(raw["name"]), str(raw["key"]), str(raw["signs"]))
            envelope.load_public(bytes.fromhex(found.key))
            ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(found.signs))
        except (ValueError, KeyError) as error:
            raise KeyFileError("This is not a witness’s public file.") from error
        if raw["format"] != PUBLIC or not NAME.fullmatch(found.name):
            raise KeyFileError("This is not a witness’s public file.")
        return found

    def seal(self, wave: str, summary: bytes) -> bytes:
        """A wave's results, as drawn up, for this witness alone to open."""
        to = envelope.load_public(bytes.fromhex(self.key))
        return envelope.seal(summary, to, _summary_info(wave))

    def fingerprint(self) -> str:
        """Five groups of four letters, to compare over the telephone."""
        digest = hashlib.sha256(canonical(self.entry())).digest()
        return " ".join(textwrap.wrap(b32encode(digest)[:20].decode(), 4))


@dataclass(frozen=True)
class WitnessKey:
    """Both private keys with the witness's name."""

    name: str
    outer: ec.EllipticCurvePrivateKey
    signs: ed25519.Ed25519PrivateKey

    @classmethod
    def new(cls, name: str) -> "WitnessKey":
        """Fresh keys. Raises :class:`KeyFileError` for a name that cannot be printed plainly."""
        if not NAME.fullmatch(name) or name != name.strip():
            raise KeyFileError("Give a name of 1 to 80 letters, without quotes or < and >.")
        return cls(name, envelope.new_key(), ed25519.Ed25519PrivateKey.generate())

    def public(self) -> PublicWitness:
        return PublicWitness(
            self.name,
            envelope.public_bytes(self.outer.public_key()).hex(),
            self.signs.public_key().public_bytes_raw().hex(),
        )

    def unseal(self, wave: str, sealed: bytes) -> bytes:
        """What :meth:`PublicWitness.seal` sealed. Raises :class:`envelope.EnvelopeError`."""
        return envelope.unseal(sealed, self.outer, _summary_info(wave))

    def to_bytes(self, passphrase: str = "") -> bytes:
        """The private file; without a passphrase whoever has the file has the keys."""
        numbers = envelope.private_bytes(self.outer) + self.signs.private_bytes_raw()
        raw: dict[str, Any] = {"format": PRIVATE, **self.public().entry()}
        if passphrase:
            salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
            under = _stretched(passphrase, salt, ROUNDS)
            sealed = AESGCM(under).encrypt(nonce, numbers, PRIVATE.encode())
            raw |= {"rounds": ROUNDS, "salt": salt.hex(), "sealed": (nonce + sealed).hex()}
        else:
            raw["keys"] = numbers.hex()
        return canonical(raw) + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes, passphrase: str = "") -> "WitnessKey":
        """Raises :class:`KeyFileError`."""
        raw = _read(data)
        if raw.get("format") != PRIVATE:
            raise KeyFileError("This is not a witness’s private file.")
        try:
            if "sealed" in raw:
                sealed, rounds = bytes.fromhex(raw["sealed"]), int(raw["rounds"])
                if not 0 < rounds <= MOST_ROUNDS:
                    raise KeyFileError("This is not a witness’s private file.")
                under = _stretched(passphrase, bytes.fromhex(raw["salt"]), rounds)
                numbers = AESGCM(under).decrypt(
                    sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], PRIVATE.encode()
                )
            else:
                numbers = bytes.fromhex(raw["keys"])
            found = cls(
                str(raw["name"]),
                envelope.load_private(numbers[:32]),
                ed25519.Ed25519PrivateKey.from_private_bytes(numbers[32:]),
            )
            if found.public().entry() != {name: raw[name] for name in ("name", "key", "signs")}:
                raise KeyFileError("This is not a witness’s private file.")
            return found
        except InvalidTag as error:
            raise KeyFileError("The passphrase does not open this file.") from error
        except (ValueError, KeyError, TypeError) as error:
            raise KeyFileError("This is not a witness’s private file.") from error


def _summary_info(wave: str) -> bytes:
    return f"candour/v1/summary/{wave}".encode()


def is_locked(data: bytes) -> bool:
    """Whether a private file wants a passphrase."""
    return "sealed" in _read(data)


def _stretched(passphrase: str, salt: bytes, rounds: int) -> bytes:
    return PBKDF2HMAC(hashes.SHA256(), 32, salt, rounds).derive(passphrase.encode())


def _read(data: bytes) -> dict[str, Any]:
    try:
        raw = parse(data.strip())
    except NotCanonical as error:
        raise KeyFileError("This is not a key file of a witness.") from error
    if not isinstance(raw, dict):
        raise KeyFileError("This is not a key file of a witness.")
    return raw
