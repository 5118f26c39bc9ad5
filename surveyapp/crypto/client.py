"""The respondent's side of the protocol, for a device that runs no script.

On the Basic way the server takes these steps in memory, in one request, and the record it casts
has the same form as a browser's. Everything a ballot needs is derived by HKDF (RFC 5869) from 32
random bytes, the *seed*, which the person's own form carries: the same form sent twice blinds the
same value, so gets the same credential, and casts under the same ballot key. Whoever holds the
seed could recognise the ballot, so it is never stored or logged and differs for every form.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from surveyapp.crypto import ballot, blind, envelope, receipts

SEED_BYTES = 32
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def new_seed() -> bytes:
    """Fresh random bytes for one form."""
    return secrets.token_bytes(SEED_BYTES)


class Derived:
    """A stream of bytes for one purpose, the same for the same seed: stands in for chance."""

    def __init__(self, seed: bytes, purpose: str) -> None:
        if len(seed) != SEED_BYTES:
            raise ValueError("A seed has 32 bytes.")
        self.seed, self.purpose, self.drawn = seed, purpose, 0

    def __call__(self, size: int) -> bytes:
        info = f"candour/v1/basic/{self.purpose}/{self.drawn}".encode()
        self.drawn += 1
        return HKDFExpand(hashes.SHA256(), size, info).derive(self.seed)


@dataclass(frozen=True)
class Wish:
    """A ballot key and its blinded message, before the registrar has signed."""

    seed: bytes
    class_key: str
    class_public: blind.PublicKey
    key: ec.EllipticCurvePrivateKey
    public_key: bytes
    prepared: bytes
    blinded: bytes
    inverse: int

    @property
    def key_sha256(self) -> bytes:
        return hashlib.sha256(self.public_key).digest()


@dataclass(frozen=True)
class Lid:
    """What seals a wave's ballots: its public envelope keys and the size all are padded to."""

    wave: str
    inner: ec.EllipticCurvePublicKey
    outer: tuple[ec.EllipticCurvePublicKey, ...]
    size: int


def begin(seed: bytes, wave: str, class_key: str, class_public: blind.PublicKey) -> Wish:
    """Make the ballot key and blind it (SECURITY 4, step 3). The class is part of the derivation,
    so that one seed never gives the same blinding under two keys."""
    scope = f"{wave}/{class_public.sha256()}/{class_key}"
    number = int.from_bytes(Derived(seed, f"key/{scope}")(48)) % (_P256_ORDER - 1) + 1
    key = ec.derive_private_key(number, ec.SECP256R1())
    public_key = envelope.public_bytes(key.public_key())
    message = hashlib.sha256(public_key).digest()
    prepared = blind.prepare(message, Derived(seed, f"prefix/{scope}"))
    blinded, inverse = blind.blind(class_public, prepared, Derived(seed, f"blind/{scope}"))
    return Wish(seed, class_key, class_public, key, public_key, prepared, blinded, inverse)


def fill_in(
    seed: bytes,
    class_key: str,
    ratings: Mapping[str, int],
    comments: Sequence[ballot.Comment],
    tags: tuple[bytes, ...] = (),
) -> ballot.Plaintext:
    """The answers with their nonces. ``class_key`` is what they say of their group: the class, or
    :func:`ballot.not_given` of the group above it. ``tags``: of a diary phrase."""
    draw = Derived(seed, "nonce")
    return ballot.Plaintext(
        class_key=class_key,
        ratings=dict(ratings),
        comments=tuple(comments),
        nonce=draw(receipts.NONCE_BYTES),
        comment_nonces=tuple(draw(receipts.NONCE_BYTES) for _ in comments),
        tags=tags,
    )


def finish(
    wish: Wish, signed: bytes, said: ballot.Plaintext, lid: Lid, *, counter: int
) -> ballot.Record:
    """Unblind the credential, seal the answers and sign the record (SECURITY 4, steps 3 and 4)."""
    credential = blind.finalize(wish.class_public, wish.prepared, signed, wish.inverse)
    sealed = ballot.seal(
        said.to_bytes(),
        lid.wave,
        wish.key_sha256,
        inner=lid.inner,
        outer=lid.outer,
        size=lid.size,
    )
    record = ballot.Record(
        wave=lid.wave,
        class_key=wish.class_key,
        prefix=wish.prepared[: blind.PREFIX_BYTES],
        credential=credential,
        public_key=wish.public_key,
        counter=counter,
        outer=sealed,
    )
    return ballot.sign(record, wish.key)
