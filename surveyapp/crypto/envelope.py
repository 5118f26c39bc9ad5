"""Envelopes: HPKE base mode (RFC 9180) with P-256, HKDF-SHA256 and AES-256-GCM.

On the wire: the 65-byte encapsulated key, then the ciphertext. A ballot lies in two envelopes,
the platform's inside and the witness's outside; all of a wave have one size.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
ADDED = 65 + 16  # encapsulated key and tag
PADS = (4096, 8192, 16384)
LENGTH_BYTES = 4


class EnvelopeError(ValueError):
    """An envelope that this key does not open, or a text that does not fit."""


def new_key() -> ec.EllipticCurvePrivateKey:
    """A fresh P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def public_bytes(key: ec.EllipticCurvePublicKey) -> bytes:
    """The 65-byte uncompressed point."""
    return key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


def load_public(data: bytes) -> ec.EllipticCurvePublicKey:
    """A public key from its 65-byte point. Raises :class:`EnvelopeError`."""
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data)
    except ValueError as error:
        raise EnvelopeError("This is no P-256 public key.") from error


def private_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The private number, 32 bytes."""
    return key.private_numbers().private_value.to_bytes(32)


def load_private(data: bytes) -> ec.EllipticCurvePrivateKey:
    """A private key from its 32-byte number."""
    return ec.derive_private_key(int.from_bytes(data), ec.SECP256R1())


def inner_info(wave: str) -> bytes:
    """Binds the platform's envelope to the wave."""
    return f"candour/v1/inner/{wave}".encode()


def outer_info(wave: str, ballot_key_sha256: bytes) -> bytes:
    """Binds the witness's envelope to the wave and to one ballot key, so that a copied envelope
    opens under no other credential."""
    return f"candour/v1/outer/{wave}/{ballot_key_sha256.hex()}".encode()


def audit_info(wave: str) -> bytes:
    """Binds the auditor's file to the wave."""
    return b"candour/v1/audit/" + wave.encode()


def seal(plaintext: bytes, to: ec.EllipticCurvePublicKey, info: bytes) -> bytes:
    """SealBase (RFC 9180 section 6.1): encapsulated key ‖ ciphertext."""
    return SUITE.encrypt(plaintext, to, info)


def unseal(sealed: bytes, key: ec.EllipticCurvePrivateKey, info: bytes) -> bytes:
    """OpenBase (RFC 9180 section 6.1). Raises :class:`EnvelopeError`."""
    try:
        return SUITE.decrypt(sealed, key, info)
    except (InvalidTag, ValueError) as error:
        raise EnvelopeError("This envelope does not open.") from error


def pad(plaintext: bytes, size: int) -> bytes:
    """Four bytes of length, the text, then zeros up to ``size``."""
    if len(plaintext) + LENGTH_BYTES > size:
        raise EnvelopeError("The text is too long for this wave's envelope.")
    return (len(plaintext).to_bytes(LENGTH_BYTES) + plaintext).ljust(size, b"\0")


def unpad(padded: bytes) -> bytes:
    """The text of :func:`pad`; anything but zeros behind it is refused."""
    length = int.from_bytes(padded[:LENGTH_BYTES])
    text, rest = padded[LENGTH_BYTES : LENGTH_BYTES + length], padded[LENGTH_BYTES + length :]
    if len(text) != length or rest != bytes(len(rest)):
        raise EnvelopeError("The padding is not as it should be.")
    return text
