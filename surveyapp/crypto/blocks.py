"""Encrypted blocks at rest: AES-256-GCM under a wave's data key, itself wrapped by a key that lies
outside the databases. Destroy that one and every copy of the block is noise."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12


class BlockError(ValueError):
    """A block that was changed, or belongs to another key, wave or kind."""


def new_key() -> bytes:
    """A fresh 256-bit key."""
    return secrets.token_bytes(KEY_BYTES)


def seal(data: bytes, key: bytes, label: str) -> bytes:
    """Nonce ‖ AES-256-GCM ciphertext, bound to ``label``."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, label.encode())


def unseal(sealed: bytes, key: bytes, label: str) -> bytes:
    """What :func:`seal` sealed under the same key and label. Raises :class:`BlockError`."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], label.encode())
    except (InvalidTag, ValueError) as error:
        raise BlockError("This block does not open: it was changed or is another’s.") from error
