"""The respondents' own script: its files, and the hashes that the covenant and the pages list.

A browser runs none of these files unless it has the hash on the page; and the script itself stops
when a hash on the page is not in the covenant.
"""

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
# Each file comes after those that it imports, so that a page names its hash before anything
# asks for it.
FILES = (
    "client/bytes.js",
    "client/canonical.js",
    "client/blind.js",
    "client/hpke.js",
    "client/ballot.js",
    "client/checks.js",
    "client/courier.js",
    "client/hints.js",
    "client/pages.js",
    "client/questions.js",
    "build/qr.js",
    "client/phone.js",
    "client/diary.js",
    "client/place.js",
    "client/change.js",
    "client/landing.js",
    "client/main.js",
)


def hashes() -> dict[str, str]:
    """Each file of the script with its SHA-256."""
    return {name: _digest(name).hex() for name in FILES}


def scripts() -> Sequence[tuple[str, str]]:
    """Each file with its integrity attribute (Subresource Integrity), in the order to name them."""
    return [(name, f"sha256-{base64.b64encode(_digest(name)).decode()}") for name in FILES]


@cache
def _digest(name: str) -> bytes:
    return hashlib.sha256((STATIC / name).read_bytes()).digest()
