"""Bytes as text in JSON: base64url without padding (RFC 4648 section 5), one spelling a value."""

import binascii

_TO_URL = bytes.maketrans(b"+/", b"-_")
# The other way round, and what only plain base64 has becomes what no base64 has.
_FROM_URL = bytes.maketrans(b"-_+/=", b"+/~~~")
# What the last character may be where it holds four or two bits that belong to no byte: all zero.
_LAST = {0: "", 2: "AQgw", 3: "AEIMQUYcgkosw048"}


def encode(data: bytes) -> str:
    """
    >>> encode(b"\\xff\\xfe")
    '__4'
    """
    text = binascii.b2a_base64(data, newline=False).rstrip(b"=")
    return text.translate(_TO_URL).decode()


def decode(text: str) -> bytes:
    """The bytes of :func:`encode`; raises :class:`ValueError` for every other spelling."""
    over = len(text) % 4
    if over and (over == 1 or text[-1] not in _LAST[over]):
        raise ValueError("This is not in its one spelling.")
    plain = text.encode("ascii").translate(_FROM_URL) + b"=" * (-over % 4)
    return binascii.a2b_base64(plain, strict_mode=True)
