"""The diary phrase: a secret that somebody keeps on paper, so that two pulses next to each other
can be told to be one person's, and no others can.

The phrase is twelve words: 128 random bits and a checksum of four, as in BIP-39, so that a slip of
the pen shows. Its tags are HMAC-SHA-256 under those bits. One tag belongs to one pair of pulses, so
a ballot's two tags share nothing with each other, nor with those of a pulse two further on. Nothing
is made of names or staff numbers: whoever holds the server could try every one.
"""

import hashlib
import hmac
import secrets

from surveyapp.crypto import words

SECRET_BYTES = 16
TAG_BYTES = 32
WORDS = 12


class PhraseError(ValueError):
    """These are not the words of a phrase. The message says what to put right."""


def new_secret() -> bytes:
    """Fresh random bytes for one person."""
    return secrets.token_bytes(SECRET_BYTES)


def phrase(secret: bytes) -> list[str]:
    """The twelve words of a secret.

    >>> " ".join(phrase(bytes(16)))
    'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about'
    """
    return words.of(secret + hashlib.sha256(secret).digest()[:1], WORDS)


def read(typed: str) -> bytes:
    """The secret of a phrase as typed: capitals and spaces do not matter, and four letters of a
    word are enough. Raises :class:`PhraseError`.

    >>> read(" ".join(phrase(b"\\x07" * 16)).upper()) == b"\\x07" * 16
    True
    """
    given = typed.lower().split()
    if len(given) != WORDS:
        raise PhraseError(f"A diary phrase has {WORDS} words. You typed {len(given)}.")
    places = [words.place(word) for word in given]
    unknown = [at for at, place in enumerate(places, start=1) if place is None]
    if unknown:
        raise PhraseError(f"Word {unknown[0]} is not one that a phrase can have. Check it.")
    number = 0
    for place in places:
        number = number << words.BITS | (place or 0)
    data = (number << 4).to_bytes(SECRET_BYTES + 1)
    secret = data[:SECRET_BYTES]
    if phrase(secret)[-1] != words.listed()[places[-1] or 0]:
        raise PhraseError("These words do not fit together. Check each one, and their order.")
    return secret


def tag(secret: bytes, series: str, wave: int) -> bytes:
    """What a ballot of pulse ``wave`` and one of the next carry alike, and no other."""
    message = f"{series}/pair/{wave}".encode()
    return hmac.digest(secret, message, "sha256")


def tags(secret: bytes, series: str, wave: int) -> tuple[bytes, bytes]:
    """A ballot's two tags: with the pulse before, and with the one after."""
    return tag(secret, series, wave - 1), tag(secret, series, wave)
