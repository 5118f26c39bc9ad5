"""The ballot: what is said in it, and the record that carries it sealed.

The record is canonical JSON, the same whether a browser or the server made it. Its ballot key is
new for every ballot and known to nobody; the credential is the class's blind signature on it.
"""

import hashlib
import re
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from surveyapp.crypto import base64url, blind, diary, envelope, receipts
from surveyapp.crypto.canonical import NotCanonical, canonical, parse

VERSION = 1
USES = ("publish", "board", "themes")
PURPOSE = b"candour/v1/ballot\0"
COUNTER_LIMIT = 2**31 - 1
TEXT_LIMIT = 400  # characters of a comment
_SIGNED_BY = ec.ECDSA(hashes.SHA256())
_WAVE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def not_given(larger: str) -> str:
    """What a ballot says instead of its class when its author wants to be counted in the larger
    group only. Its credential is still that of the class, like everybody's there.

    >>> not_given("Riverside")
    'Riverside, unit not given'
    """
    return f"{larger}, unit not given"


class BallotError(ValueError):
    """A ballot that cannot be accepted. ``reason`` is one word, counted publicly."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Comment:
    """What somebody wrote to one question, and how it may be used."""

    question: str
    text: str
    use: str


@dataclass(frozen=True)
class Plaintext:
    """What a ballot says. ``class_key`` is a class, or :func:`not_given` of a larger group. An item
    that was not answered is absent. One nonce for the ratings and one for each comment. ``tags``:
    two where the author keeps a diary phrase (:mod:`surveyapp.crypto.diary`), mostly none."""

    class_key: str
    ratings: Mapping[str, int]
    comments: tuple[Comment, ...]
    nonce: bytes
    comment_nonces: tuple[bytes, ...]
    tags: tuple[bytes, ...] = ()

    def to_bytes(self) -> bytes:
        comments = [
            {"question": c.question, "text": c.text, "use": c.use, "nonce": base64url.encode(nonce)}
            for c, nonce in zip(self.comments, self.comment_nonces, strict=True)
        ]
        return canonical(
            {
                "v": VERSION,
                "class": self.class_key,
                "ratings": dict(self.ratings),
                "nonce": base64url.encode(self.nonce),
                "comments": comments,
            }
            | ({"tags": [base64url.encode(tag) for tag in self.tags]} if self.tags else {})
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "Plaintext":
        """Raises :class:`BallotError`. A comment without a choice counts as ``themes`` only."""
        names = {"v", "class", "ratings", "nonce", "comments"}
        raw = _object(data, names, "answers", may={"tags"})
        ratings, comments = raw["ratings"], raw["comments"]
        if not isinstance(ratings, dict) or not isinstance(comments, list):
            raise BallotError("answers")
        if not set(map(type, ratings.values())) <= {int}:
            raise BallotError("answers")
        read = [_comment(part) for part in comments]
        return cls(
            class_key=_text(raw["class"], "answers"),
            ratings=ratings,
            comments=tuple(comment for comment, _ in read),
            nonce=_sized(raw["nonce"], receipts.NONCE_BYTES, "answers"),
            comment_nonces=tuple(nonce for _, nonce in read),
            tags=_tags(raw["tags"]) if "tags" in raw else (),
        )

    def receipt(self) -> bytes:
        return self._receipt

    @cached_property
    def _receipt(self) -> bytes:
        return receipts.of_response(self.nonce, self.ratings)

    def comment_receipts(self) -> tuple[bytes, ...]:
        return tuple(
            receipts.of_comment(nonce, c.question, c.text, c.use)
            for c, nonce in zip(self.comments, self.comment_nonces, strict=True)
        )


@dataclass(frozen=True)
class Record:
    """A sealed ballot as cast: nothing in it says whose, when, or what. ``spelled`` is the record
    as it was read, and the signature's text in it; nothing for one that is being made."""

    wave: str
    class_key: str
    prefix: bytes
    credential: bytes
    public_key: bytes
    counter: int
    outer: tuple[bytes, ...]
    signature: bytes = b""
    spelled: tuple[bytes, str] | None = field(default=None, init=False, repr=False, compare=False)

    @cached_property
    def key_sha256(self) -> bytes:
        return hashlib.sha256(self.public_key).digest()

    @property
    def wave_id(self) -> uuid.UUID:
        return uuid.UUID(self.wave)

    def to_bytes(self) -> bytes:
        return canonical(self._body() | {"signature": base64url.encode(self.signature)})

    def signed_bytes(self) -> bytes:
        """What the ballot key signs: everything else, with its purpose in front."""
        if self.spelled is None:
            return PURPOSE + canonical(self._body())
        data, signature = self.spelled
        # A quote within a text has a backslash before it, so this stands in the record once.
        return PURPOSE + data.replace(f'"signature":"{signature}",'.encode(), b"", 1)

    def _body(self) -> dict[str, Any]:
        return {
            "v": VERSION,
            "wave": self.wave,
            "class": self.class_key,
            "prefix": base64url.encode(self.prefix),
            "credential": base64url.encode(self.credential),
            "public_key": base64url.encode(self.public_key),
            "counter": self.counter,
            "outer": [base64url.encode(sealed) for sealed in self.outer],
        }

    @classmethod
    def from_bytes(cls, data: bytes) -> "Record":
        """Read a record; only its one canonical spelling. Raises :class:`BallotError`."""
        names = {
            "v", "wave", "class", "prefix", "credential", "public_key", "counter", "outer",
            "signature",
        }  # fmt: skip
        raw = _object(data, names, "form")
        if not isinstance(raw["outer"], list) or not 1 <= len(raw["outer"]) <= 4:
            raise BallotError("form")
        if type(raw["counter"]) is not int or not 1 <= raw["counter"] <= COUNTER_LIMIT:
            raise BallotError("form")
        found = cls(
            wave=_wave(raw["wave"]),
            class_key=_text(raw["class"], "form"),
            prefix=_sized(raw["prefix"], blind.PREFIX_BYTES, "form"),
            credential=_unb64(raw["credential"], "form"),
            public_key=_sized(raw["public_key"], 65, "form"),
            counter=raw["counter"],
            outer=tuple(_unb64(part, "form") for part in raw["outer"]),
            signature=_sized(raw["signature"], 64, "form"),
        )
        object.__setattr__(found, "spelled", (data, raw["signature"]))
        return found


def seal(
    plaintext: bytes,
    wave: str,
    ballot_key_sha256: bytes,
    *,
    inner: ec.EllipticCurvePublicKey,
    outer: Sequence[ec.EllipticCurvePublicKey],
    size: int,
) -> tuple[bytes, ...]:
    """Pad, seal to the platform, then once to each outer key (SECURITY 4, step 4)."""
    inside = envelope.seal(envelope.pad(plaintext, size), inner, envelope.inner_info(wave))
    info = envelope.outer_info(wave, ballot_key_sha256)
    return tuple(envelope.seal(inside, key, info) for key in outer)


def pad_size(ratings: Sequence[str], texts: Sequence[str], groups: Collection[str]) -> int:
    """The smallest envelope that holds every possible answer to these questions, whichever of the
    groups the ballot names, or leaves its unit out of."""
    longest = max((len(item) for item in ratings), default=0) + len('"":-32768,')
    # A character takes at most four bytes; names, nonce, tags and use take the rest.
    named = max(len(canonical(not_given(key))) for key in groups)
    needed = 300 + named + longest * len(ratings) + (4 * TEXT_LIMIT + 150) * len(texts)
    for size in envelope.PADS:
        if needed + envelope.LENGTH_BYTES <= size:
            return size
    raise ValueError("There are more comment boxes than an envelope holds.")


def sealed_size(size: int) -> int:
    """Bytes of a padded text of ``size`` in its two envelopes."""
    return size + 2 * envelope.ADDED


def sign(record: Record, key: ec.EllipticCurvePrivateKey) -> Record:
    """The record with the ballot key's signature: ECDSA P-256, SHA-256, r ‖ s as in WebCrypto."""
    r, s = decode_dss_signature(key.sign(record.signed_bytes(), _SIGNED_BY))
    return replace(record, signature=r.to_bytes(32) + s.to_bytes(32))


def credential_message(record: Record) -> bytes:
    """What the class signed: the randomiser, then SHA-256 of the ballot's public key."""
    return record.prefix + record.key_sha256


def verify(record: Record, class_key: blind.PublicKey, *, envelopes: int, size: int) -> None:
    """Raises :class:`BallotError` unless sizes, credential and signature are right."""
    if len(record.outer) != envelopes:
        raise BallotError("size")
    if any(len(part) != sealed_size(size) for part in record.outer):
        raise BallotError("size")
    if not blind.verify(class_key, credential_message(record), record.credential):
        raise BallotError("credential")
    half = len(record.signature) // 2
    der = encode_dss_signature(
        int.from_bytes(record.signature[:half]), int.from_bytes(record.signature[half:])
    )
    try:
        envelope.load_public(record.public_key).verify(der, record.signed_bytes(), _SIGNED_BY)
    except (InvalidSignature, envelope.EnvelopeError) as error:
        raise BallotError("signature") from error


def peel(record: Record, outer: ec.EllipticCurvePrivateKey) -> bytes:
    """The inner envelope, from whichever outer one this key opens. Raises :class:`BallotError`."""
    info = envelope.outer_info(record.wave, record.key_sha256)
    for sealed in record.outer:
        try:
            return envelope.unseal(sealed, outer, info)
        except envelope.EnvelopeError:
            continue
    raise BallotError("envelope")


def unseal(inside: bytes, wave: str, inner: ec.EllipticCurvePrivateKey) -> Plaintext:
    """What the ballot says. Raises :class:`BallotError`."""
    try:
        padded = envelope.unseal(inside, inner, envelope.inner_info(wave))
        return Plaintext.from_bytes(envelope.unpad(padded))
    except envelope.EnvelopeError as error:
        raise BallotError("envelope") from error


def _object(data: bytes, names: set[str], reason: str, may: Collection[str] = ()) -> dict[str, Any]:
    try:
        raw = parse(data)
    except NotCanonical as error:
        raise BallotError(reason) from error
    if not isinstance(raw, dict) or set(raw) - set(may) != names or raw["v"] != VERSION:
        raise BallotError(reason)
    return raw


def _comment(raw: object) -> tuple[Comment, bytes]:
    if not isinstance(raw, dict) or set(raw) - {"use"} != {"question", "text", "nonce"}:
        raise BallotError("answers")
    use = raw.get("use")
    comment = Comment(
        _text(raw["question"], "answers"),
        _text(raw["text"], "answers"),
        use if use in USES else "themes",
    )
    return comment, _sized(raw["nonce"], receipts.NONCE_BYTES, "answers")


def _tags(raw: object) -> tuple[bytes, ...]:
    if not isinstance(raw, list) or len(raw) != 2:
        raise BallotError("answers")
    return tuple(_sized(tag, diary.TAG_BYTES, "answers") for tag in raw)


def _text(value: object, reason: str) -> str:
    if not isinstance(value, str):
        raise BallotError(reason)
    return value


def _wave(value: object) -> str:
    if isinstance(value, str) and _WAVE.fullmatch(value):
        return value
    raise BallotError("form")


def _unb64(value: object, reason: str) -> bytes:
    if not isinstance(value, str):
        raise BallotError(reason)
    try:
        return base64url.decode(value)
    except ValueError as error:
        raise BallotError(reason) from error


def _sized(value: object, size: int, reason: str) -> bytes:
    data = _unb64(value, reason)
    if len(data) != size:
        raise BallotError(reason)
    return data
