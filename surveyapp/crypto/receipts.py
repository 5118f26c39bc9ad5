"""Receipts: a hash that proves an answer was counted and shows nothing of it."""

import hashlib
from collections.abc import Mapping

from surveyapp.crypto.canonical import canonical
from surveyapp.crypto.tokens import grouped, short

NONCE_BYTES = 16
SHOWN = 15  # 75 bits


def of_response(nonce: bytes, ratings: Mapping[str, int]) -> bytes:
    """SHA-256("candour/resp/v1" ‖ nonce ‖ canonical(ratings)) (SECURITY 5)."""
    return hashlib.sha256(b"candour/resp/v1" + _sized(nonce) + canonical(dict(ratings))).digest()


def of_comment(nonce: bytes, question: str, text: str, use: str) -> bytes:
    """SHA-256("candour/cmt/v1" ‖ nonce ‖ canonical(comment)): its own nonce, so that checking one
    cannot rejoin a comment with the ratings sent beside it."""
    body = canonical({"question": question, "text": text, "use": use})
    return hashlib.sha256(b"candour/cmt/v1" + _sized(nonce) + body).digest()


def shown(receipt: bytes) -> str:
    """A receipt as people keep it: fifteen characters in three groups."""
    return grouped(short(receipt, SHOWN), 5, "-")


def _sized(nonce: bytes) -> bytes:
    if len(nonce) != NONCE_BYTES:
        raise ValueError("A receipt's nonce has 16 bytes.")
    return nonce
