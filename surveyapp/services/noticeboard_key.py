"""The key that signs the noticeboard: announced by the board's first line, rotated by a line that
the old key signs."""

import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from flask import current_app

from surveyapp import keys
from surveyapp.crypto.canonical import canonical
from surveyapp.errors import CandourError

FILE = "noticeboard.key"
_ROTATION = b"candour/key/1\n"


class KeyLost(CandourError):
    """The board has a key, and its file is not here."""

    status = 503
    title = "The noticeboard’s key is missing"

    def __init__(self) -> None:
        super().__init__("Put keys/office back from the backup. Until then nothing can be posted.")


def origin() -> str:
    """The name of a new board: ``candour/`` and the organisation, or the server's host."""
    settings = current_app.config
    name = settings["ORGANISATION"] or settings["BASE_URL"].partition("://")[2].partition("/")[0]
    return "candour/" + (re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-.") or "survey")


def new() -> Ed25519PrivateKey:
    """The key for a board that has none yet: the file that is there, or a fresh one."""
    path = keys.directory("office") / FILE
    try:
        return Ed25519PrivateKey.from_private_bytes(keys.get(path))
    except keys.MissingKey:
        made = Ed25519PrivateKey.generate()
        keys.put(path, made.private_bytes_raw())
        return made


def of(public: str) -> Ed25519PrivateKey:
    """The private half of the announced key. Raises :class:`KeyLost`."""
    for path in sorted(keys.directory("office").glob("noticeboard*.key")):
        found = Ed25519PrivateKey.from_private_bytes(keys.get(path))
        if shown(found) == public:
            return found
    raise KeyLost


def next_one() -> Ed25519PrivateKey:
    """A fresh key beside the present one, for a rotation."""
    made = Ed25519PrivateKey.generate()
    path = keys.directory("office") / f"noticeboard-{shown(made)[:16]}.key"
    keys.put(path, made.private_bytes_raw())
    return made


def forget_others(public: str) -> None:
    """Destroy every key of the board but the announced one. Only after the rotation's commit."""
    for path in sorted(keys.directory("office").glob("noticeboard*.key")):
        if shown(Ed25519PrivateKey.from_private_bytes(keys.get(path))) != public:
            keys.destroy(path)


def shown(key: Ed25519PrivateKey) -> str:
    """The public half as the board announces it, in hexadecimal."""
    return key.public_key().public_bytes_raw().hex()


def rotation(n: int, prev: str, old: str, new: str) -> bytes:
    """What the old key signs: the new key, and the place of its line, so that it fits no other."""
    return _ROTATION + canonical({"ed25519": new, "n": n, "prev": prev, "previous": old})


def signed_by_old(n: int, prev: str, body: dict[str, object]) -> bool:
    """Whether a KEY line that names a previous key carries that key's signature."""
    old, fresh, signature = (str(body.get(part)) for part in ("previous", "ed25519", "signature"))
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(old))
        public.verify(bytes.fromhex(signature), rotation(n, prev, old, fresh))
    except (ValueError, InvalidSignature):
        return False
    return True
