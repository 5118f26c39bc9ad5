"""Encrypted blocks at rest: AES-256-GCM under a key of their own, itself wrapped by a key that lies
outside the databases. Destroy that one and every copy of the block is noise."""

import secrets
import uuid

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12


class BlockError(ValueError):
    """A block that was changed, or belongs to another key, wave or kind."""


def new_key() -> bytes:
    """A fresh 256-bit key."""
    return secrets.token_bytes(KEY_BYTES)


def context(wave_id: uuid.UUID, kind: str) -> bytes:
    """What a block is bound to: it opens as no other wave's and as no other kind."""
    return f"candour/v1/block/{wave_id}/{kind}".encode()


def seal(wrapping_key: bytes, plain: bytes, context: bytes) -> tuple[bytes, bytes]:
    """Seal under a fresh data key. Gives the wrapped data key and the sealed block."""
    data_key = new_key()
    return (
        _encrypt(wrapping_key, data_key, b"key:" + context),
        _encrypt(data_key, plain, b"data:" + context),
    )


def unseal(wrapping_key: bytes, wrapped: bytes, sealed: bytes, context: bytes) -> bytes:
    """What :func:`seal` sealed, in memory. Raises :class:`BlockError`."""
    data_key = _decrypt(wrapping_key, wrapped, b"key:" + context)
    return _decrypt(data_key, sealed, b"data:" + context)


def _encrypt(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def _decrypt(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
    except (InvalidTag, ValueError) as error:
        raise BlockError("This block does not open: it was changed or is another’s.") from error
