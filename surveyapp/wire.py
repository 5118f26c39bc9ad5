"""JSON at the respondents' doors: small, strict, and answered with one word when it is refused."""

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
