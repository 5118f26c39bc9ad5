"""JSON at the respondents' doors: small, strict, and answered with one word when it is refused."""

import base64
import json
from typing import NoReturn

from flask import abort, jsonify, make_response, request
from werkzeug.exceptions import UnsupportedMediaType


def body(limit: int) -> bytes:
    """The JSON that was posted, at most ``limit`` bytes. Spaces behind it only even out sizes."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    request.max_content_length = limit
    return request.get_data(cache=False).rstrip(b" ")


def texts(limit: int, *names: str) -> list[str]:
    """The texts of these names, which the posted object must have and no others."""
    try:
        said = json.loads(body(limit))
    except (ValueError, RecursionError):
        refuse("form", 400)
    if not isinstance(said, dict) or set(said) != set(names):
        refuse("form", 400)
    values = [said[name] for name in names]
    if not all(isinstance(one, str) and one.isascii() for one in values):
        refuse("form", 400)
    return values


def refuse(word: str, status: int) -> NoReturn:
    """Answer ``{"error": word}`` and end the request."""
    abort(make_response(jsonify(error=word), status))


def pack(data: bytes) -> str:
    """Bytes as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unpack(text: str) -> bytes:
    """The bytes of :func:`pack`; any other text is refused as ``form``."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        refuse("form", 400)
