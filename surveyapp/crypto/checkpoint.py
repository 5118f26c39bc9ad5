"""Signed checkpoints of the noticeboard, in the form of C2SP ``tlog-checkpoint``.

A checkpoint says how long the board is and what its Merkle root is. Whoever keeps one, or only its
twelve words, can tell later whether the board still begins with the same lines.
"""

import base64
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from surveyapp.crypto import words

WORDS = 12  # 132 bits
_ED25519 = b"\x01"
_NOTE = re.compile(r"(\S+)\n(\d+)\n(\S+)\n\n— (\S+) (\S+)\n")


class BadCheckpoint(ValueError):
    """The text is no checkpoint of this key."""


@dataclass(frozen=True)
class Checkpoint:
    """The board at one length. ``root`` is the Merkle root over its lines (RFC 9162)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed: origin, size and root, a line each."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def words(self) -> list[str]:
        """Twelve words: the first 132 bits of the SHA-256 of :attr:`text`."""
        return words.of(hashlib.sha256(self.text.encode()).digest(), WORDS)

    def signed(self, key: Ed25519PrivateKey) -> str:
        """The whole checkpoint with its signature line. The same each time."""
        signature = key_id(self.origin, key.public_key()) + key.sign(self.text.encode())
        return f"{self.text}\n— {self.origin} {base64.b64encode(signature).decode()}\n"


def key_id(origin: str, public: Ed25519PublicKey) -> bytes:
    """The four bytes that name a key in a signature line (C2SP ``signed-note``)."""
    named = origin.encode() + b"\n" + _ED25519 + public.public_bytes_raw()
    return hashlib.sha256(named).digest()[:4]


def read(signed: str, public: Ed25519PublicKey) -> Checkpoint:
    """A checkpoint whose signature is this key's. Raises :class:`BadCheckpoint`."""
    match = _NOTE.fullmatch(signed)
    if match is None:
        raise BadCheckpoint("This is not a checkpoint.")
    origin, size, root, name, signature = match.groups()
    try:
        found = Checkpoint(origin, int(size), base64.b64decode(root, validate=True))
        raw = base64.b64decode(signature, validate=True)
        public.verify(raw[4:], found.text.encode())
    except (ValueError, InvalidSignature) as error:
        raise BadCheckpoint("This checkpoint was not signed with that key.") from error
    if name != origin or raw[:4] != key_id(origin, public) or not signed.startswith(found.text):
        raise BadCheckpoint("This checkpoint was not signed with that key.")
    return found
