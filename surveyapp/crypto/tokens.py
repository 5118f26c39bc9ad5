"""Tokens in links, codes to type, and the short form of a receipt.

The alphabet is Crockford's base32: no I, L, O or U, so that nothing read aloud or copied by hand
is mistaken for something else.
"""

import hashlib
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TOKEN_LENGTH = 26  # 130 bits, in the link
CODE_LENGTH = 12  # 60 bits, to type; guarded by a cap on wrong tries
_LOOK_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_token() -> str:
    """A fresh token for a link: 130 random bits as 26 characters."""
    return _random(TOKEN_LENGTH)


def new_code() -> str:
    """A fresh code to type: 60 random bits as 12 characters; print it with :func:`grouped`."""
    return _random(CODE_LENGTH)


def grouped(text: str, size: int = 4, mark: str = " ") -> str:
    """The text in groups, as people read it.

    >>> grouped("7KQM4T9BX2HW")
    '7KQM 4T9B X2HW'
    """
    return mark.join(text[at : at + size] for at in range(0, len(text), size))


def normalise(text: str) -> str:
    """What was typed or pasted as it was issued: case, spaces, dashes, O for 0, I for 1, or the
    whole link, whose fragment begins with the token.

    >>> normalise(" 7kqm-4t9b x2hw ")
    '7KQM4T9BX2HW'
    >>> normalise("https://go.example/v/#OIL.8f3a.77")
    '011'
    """
    fragment = text.rpartition("#")[2].partition(".")[0]
    kept = "".join(fragment.replace("-", "").replace("–", "").split())
    return kept.upper().translate(_LOOK_ALIKE)


def is_code(text: str) -> bool:
    """Whether this has the length of a typed code and not of a link's token."""
    return len(normalise(text)) <= CODE_LENGTH


def digest(text: str) -> bytes:
    """SHA-256 of the normalised token or code: the only form that is ever stored."""
    return hashlib.sha256(normalise(text).encode()).digest()


def short(data: bytes, length: int) -> str:
    """The first ``5 × length`` bits of ``data`` in the same alphabet."""
    bits = int.from_bytes(data) >> (8 * len(data) - 5 * length)
    return "".join(ALPHABET[bits >> (5 * at) & 31] for at in reversed(range(length)))


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
