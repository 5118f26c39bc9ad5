"""What is in the inner envelopes: ballots that answer the wave's questions, and no others."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric import ec

from analysis.instrument import PREFER_NOT_TO_SAY, Instrument
from surveyapp import progress
from surveyapp.crypto import ballot, peeled
from surveyapp.models.surveys import Wave
from surveyapp.services import covenants

NUMBER_LIMIT = 32_767


def unseal(
    wave: Wave,
    instrument: Instrument,
    given: peeled.Peeled,
    inner: ec.EllipticCurvePrivateKey,
) -> tuple[list[ballot.Plaintext], Counter[str], list[list[str]]]:
    """What the ballots say, as far as they answer this wave's questions under a class they may
    claim; how many were rejected, by reason; and the classes of each group with no unit given."""
    allowed = _allowed(instrument)
    texts = {item.id for item in instrument.texts}
    rejected = Counter(given.rejected)
    shown: set[bytes] = set()
    claims: dict[str, list[tuple[bytes, ballot.Plaintext]]] = {}
    for inside in progress.along(given.inner, "Opening ballots"):
        try:
            one = ballot.unseal(inside, given.wave, inner)
            _must_answer(one, allowed, texts)
            # Two who agreed on one receipt would make the published list look forged.
            if one.receipt() in shown:
                raise ballot.BallotError("repeated")
        except ballot.BallotError as error:
            rejected[error.reason] += 1
        else:
            shown.add(one.receipt())
            # Nobody could choose this before closing, so nobody can choose who gives way below.
            turn = hashlib.sha256(bytes.fromhex(given.closed_root) + inside).digest()
            claims.setdefault(one.class_key, []).append((turn, one))
    said: list[ballot.Plaintext] = []
    left = dict(given.classes)
    for class_key in sorted(left):
        kept = _first(claims.pop(class_key, []), left[class_key], rejected)
        left[class_key] -= len(kept)
        said += kept
    # Whoever leaves the unit out was cast under one of the classes just below the larger group.
    below: dict[str, list[str]] = {}
    for class_key, larger in covenants.larger_groups(covenants.of(wave)).items():
        below.setdefault(larger, []).append(class_key)
    loose = []
    for larger, class_keys in sorted(below.items()):
        room = sum(left.get(class_key, 0) for class_key in class_keys)
        kept = _first(claims.pop(ballot.not_given(larger), []), room, rejected)
        said += [replace(one, class_key=larger) for one in kept]
        if kept:
            loose.append([key for key in (larger, *class_keys) if key in given.classes])
    for strangers in claims.values():
        rejected["class"] += len(strangers)
    return said, rejected, loose


def _must_answer(
    one: ballot.Plaintext, allowed: Mapping[str, frozenset[int] | range], texts: set[str]
) -> None:
    """Raises :class:`BallotError` for answers that this wave's questions do not have."""
    for item, code in one.ratings.items():
        if code not in allowed.get(item, ()):
            raise ballot.BallotError("answers")
    asked = [comment.question for comment in one.comments]
    if not texts.issuperset(asked) or len(asked) != len(set(asked)):
        raise ballot.BallotError("answers")


def _first(
    claimed: list[tuple[bytes, ballot.Plaintext]], room: int, rejected: Counter[str]
) -> list[ballot.Plaintext]:
    """As many as were cast. After the shuffle nobody knows which of too many does not belong, so
    chance decides."""
    if len(claimed) > room:
        rejected["class"] += len(claimed) - room
    return [one for _, one in sorted(claimed, key=lambda pair: pair[0])[:room]]


def _allowed(instrument: Instrument) -> dict[str, frozenset[int] | range]:
    codes: dict[str, frozenset[int] | range] = {}
    for item in instrument.ratings:
        if item.kind == "number":
            codes[item.id] = range(PREFER_NOT_TO_SAY, NUMBER_LIMIT + 1)
        else:
            codes[item.id] = frozenset(instrument.response_set(item).codes()) | {PREFER_NOT_TO_SAY}
    return codes
