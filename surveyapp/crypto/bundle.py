"""The bundle: a closed wave's sealed ballots, with all that it takes to check them unaided.

JSON lines: the ``CLOSED`` line of the noticeboard, the covenant, the classes' public keys with how
many credentials each class was issued, then every record, sorted by its SHA-256. Whoever holds an
outer key checks the bundle (:func:`problems`) and takes the outer envelopes off (:func:`peel`):
the witness on a machine of their own, or the platform for a wave without one.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from surveyapp import progress
from surveyapp.crypto import ballot, base64url, blind, merkle
from surveyapp.crypto.canonical import NotCanonical, canonical, parse

SPOILED = "spoiled"


class BundleError(ValueError):
    """This file is no bundle."""


@dataclass(frozen=True)
class Bundle:
    """``notice`` is the ``CLOSED`` line as it stands on the board, ``covenant`` its exact bytes."""

    notice: Mapping[str, Any]
    covenant: bytes
    classes: Mapping[str, blind.PublicKey]
    issued: Mapping[str, int]
    records: tuple[bytes, ...]

    @cached_property
    def terms(self) -> Mapping[str, Any]:
        """The covenant, read."""
        return dict(parse(self.covenant))

    @cached_property
    def sifted(self) -> tuple[list[ballot.Record], Mapping[str, int]]:
        """The records with a right form, size, credential and signature; the others by reason."""
        return _sift(self)

    @property
    def wave(self) -> str:
        return str(self.notice["body"]["wave"])

    @property
    def root(self) -> str:
        """The Merkle root that ``CLOSED`` made public."""
        return str(self.notice["body"]["root"])

    @property
    def name(self) -> str:
        """The organisation and the wave, for people."""
        return f"{self.terms['programme']['organisation']}, {self.terms['wave']['label']}"

    def beyond(self, cast: Mapping[str, int]) -> list[str]:
        """The classes with more ballots than codes used, unless all such ballots together are no
        more than the ``doubles`` that a restored backup made possible and the board announced."""
        over = {key: number - self.issued.get(key, 0) for key, number in cast.items()}
        over = {key: number for key, number in over.items() if number > 0}
        return sorted(over) if sum(over.values()) > self.notice["body"].get("doubles", 0) else []

    def to_bytes(self) -> bytes:
        classes = [
            {"class": key, "der": base64url.encode(public.der), "issued": self.issued.get(key, 0)}
            for key, public in sorted(self.classes.items())
        ]
        head = [canonical(dict(self.notice)), self.covenant, canonical(classes)]
        records = sorted(self.records, key=lambda record: hashlib.sha256(record).digest())
        return b"".join(line + b"\n" for line in [*head, *map(_line, records)])

    @classmethod
    def from_bytes(cls, data: bytes) -> "Bundle":
        """Raises :class:`BundleError`."""
        try:
            notice, covenant, classes, *lines = data.removesuffix(b"\n").split(b"\n")
            listed = parse(classes)
            found = cls(
                notice=parse(notice),
                covenant=covenant,
                classes={
                    one["class"]: blind.PublicKey.from_der(base64url.decode(one["der"]))
                    for one in listed
                },
                issued={one["class"]: int(one["issued"]) for one in listed},
                records=tuple(_record(line) for line in lines),
            )
            str(found.wave + found.root + found.name)
        except (ValueError, TypeError, KeyError, NotCanonical) as error:
            raise BundleError("This file is not a bundle of sealed ballots.") from error
        return found


@dataclass(frozen=True)
class Inside:
    """The inner envelopes, sorted by their SHA-256; how many came from each class; and how many
    records were set aside, by reason."""

    inner: tuple[bytes, ...]
    classes: Mapping[str, int]
    rejected: Mapping[str, int]


def problems(bundle: Bundle) -> list[str]:
    """Why nobody should open this bundle, a sentence each; empty when it is whole and lawful."""
    body, covenant = bundle.notice["body"], bundle.terms
    found = []
    if bundle.notice["type"] != "CLOSED" or covenant["wave"]["id"] != bundle.wave:
        found.append("The closing notice and the promises are not about the same pulse.")
    if hashlib.sha256(bundle.covenant).hexdigest() != body.get("covenant_sha256"):
        found.append("The promises are not those that the noticeboard names.")
    leaves = sorted(hashlib.sha256(record).hexdigest() for record in bundle.records)
    root = merkle.root([bytes.fromhex(leaf) for leaf in leaves]).hex()
    if leaves != body["leaves"] or root != bundle.root or len(leaves) != body["ballots"]:
        found.append("The ballots are not those that were in the box when the pulse closed.")
    return found + _class_problems(bundle)


def weak(bundle: Bundle) -> list[str]:
    """The groups whose key somebody could break or has chosen oddly, a sentence each. For a
    witness: ballots could be made up under such a key."""
    names = {one["key"]: one["name"] for one in bundle.terms["groups"]}
    return [
        f"{names.get(key, key)}: the key of this group is too weak."
        for key, public in bundle.classes.items()
        if public.n.bit_length() < blind.SMALLEST or public.e != blind.E
    ]


def peel(bundle: Bundle, outer: ec.EllipticCurvePrivateKey) -> Inside:
    """Take the outer envelopes off. Ask :func:`problems` first.

    A record that is not sound costs itself and no other: it is set aside and counted. Sorting by
    hash shuffles: an inner envelope looks random, so its place says nothing of where its record
    lay, and both witnesses, and a repeat after a crash, give the same list.
    """
    sound, set_aside = bundle.sifted
    rejected = Counter(set_aside)
    outside = Counter(sealed for record in sound for sealed in record.outer)
    taken: dict[bytes, str] = {}
    for record in progress.along(sound, "Taking off envelopes"):
        try:
            inside = ballot.peel(record, outer)
        except ballot.BallotError as error:
            copied = any(outside[sealed] > 1 for sealed in record.outer)
            rejected["repeated" if copied else error.reason] += 1
            continue
        if inside in taken:
            rejected["repeated"] += 1
            continue
        taken[inside] = record.class_key
    return Inside(
        inner=tuple(sorted(taken, key=lambda inside: hashlib.sha256(inside).digest())),
        classes=dict(sorted(Counter(taken.values()).items())),
        rejected=dict(sorted(rejected.items())),
    )


def _sift(bundle: Bundle) -> tuple[list[ballot.Record], Counter[str]]:
    keys = bundle.terms["keys"]
    sound: dict[bytes, ballot.Record] = {}
    rejected: Counter[str] = Counter()
    for raw in progress.along(bundle.records, "Checking ballots"):
        try:
            record = ballot.Record.from_bytes(raw)
            if record.class_key not in bundle.classes or record.wave != bundle.wave:
                raise ballot.BallotError("class")
            ballot.verify(
                record,
                bundle.classes[record.class_key],
                envelopes=len(keys["outer"]),
                size=keys["size"],
            )
        except ballot.BallotError as error:
            rejected[error.reason] += 1
            continue
        earlier = sound.get(record.key_sha256)
        if earlier is not None:
            rejected["repeated"] += 1
        if earlier is None or earlier.counter < record.counter:
            sound[record.key_sha256] = record
    return list(sound.values()), rejected


def _class_problems(bundle: Bundle) -> list[str]:
    """Class by class: the key is the promised one, and ballots ≤ issued ≤ people."""
    promised = {one["key"]: one for one in bundle.terms["classes"]}
    names = {one["key"]: one["name"] for one in bundle.terms["groups"]}
    found = []
    if set(bundle.classes) != set(promised):
        found.append("The groups are not those that were promised.")
    beyond = bundle.beyond(Counter(record.class_key for record in bundle.sifted[0]))
    for key, public in bundle.classes.items():
        if key not in promised:
            continue
        name, issued = names.get(key, key), bundle.issued.get(key, 0)
        if public.sha256() != promised[key]["public_key_sha256"]:
            found.append(f"{name}: the key of this group is not the promised one.")
        if issued > promised[key]["people"]:
            found.append(f"{name}: more codes were used than there are people.")
        if key in beyond:
            found.append(f"{name}: there are more ballots than codes were used.")
    if sum(bundle.issued.values()) != bundle.notice["body"]["issued"]:
        found.append("The codes used in the groups do not add up to what the noticeboard says.")
    return found


def _line(record: bytes) -> bytes:
    """A record as it is; one that is no record any more, spelled so that it stays on its line."""
    try:
        ballot.Record.from_bytes(record)
    except ballot.BallotError:
        return canonical({SPOILED: base64url.encode(record)})
    return record


def _record(line: bytes) -> bytes:
    if line.startswith(b'{"%s":' % SPOILED.encode()):
        return base64url.decode(parse(line)[SPOILED])
    return line
