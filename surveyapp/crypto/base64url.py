"""Bytes as text in JSON: base64url without padding (RFC 4648 section 5), one spelling a value."""

import base64


def encode(data: bytes) -> str:
    """
    >>> encode(b"\\xff\\xfe")
    '__4'
    """
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The bytes of :func:`encode`; raises :class:`ValueError` for every other spelling."""
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if encode(data) != text:
        raise ValueError("This is not in its one spelling.")
    return data
