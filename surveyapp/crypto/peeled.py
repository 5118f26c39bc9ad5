"""What a witness hands back: the inner envelopes in shuffled order, under a signed statement.

Two signatures: one on the statement, which the noticeboard shows, and one on the statement with
the counts of each class, which it does not (small counts are nobody's business).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from surveyapp.crypto import base64url, bundle, merkle
from surveyapp.crypto.canonical import NotCanonical, canonical, parse

FORMAT = "candour/peeled/1"
STATEMENT = b"candour/v1/opening\0"
COUNTS = b"candour/v1/opening-counts\0"
# What only a witness sees: that an envelope does not open, or holds what another one holds.
HIDDEN = frozenset({"envelope", "repeated"})


class PeeledError(ValueError):
    """The file is not what a named witness made of this wave's ballots; the message says why."""


@dataclass(frozen=True)
class Peeled:
    """``witness`` is a name from the covenant; empty, and nothing is signed, where the platform
    holds the outer key itself."""

    wave: str
    closed_root: str
    witness: str
    inner: tuple[bytes, ...]
    classes: Mapping[str, int]
    rejected: Mapping[str, int]
    signed: str = ""
    signature: str = ""
    statement: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        said = {
            "wave": self.wave,
            "closed_root": self.closed_root,
            "witness": self.witness,
            "ballots": len(self.inner),
            "rejected": dict(self.rejected),
            "inner_root": merkle.root(self.inner).hex(),
        }
        object.__setattr__(self, "statement", said)

    def to_bytes(self) -> bytes:
        return canonical(
            {
                "format": FORMAT,
                "wave": self.wave,
                "closed_root": self.closed_root,
                "witness": self.witness,
                "inner": [base64url.encode(one) for one in self.inner],
                "classes": [[key, number] for key, number in self.classes.items()],
                "statement": self.statement,
                "signed": self.signed,
                "signature": self.signature,
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "Peeled":
        """Raises :class:`PeeledError`."""
        try:
            raw = parse(data.strip())
            found = cls(
                wave=str(raw["wave"]),
                closed_root=str(raw["closed_root"]),
                witness=str(raw["witness"]),
                inner=tuple(base64url.decode(one) for one in raw["inner"]),
                classes={str(key): int(number) for key, number in raw["classes"]},
                rejected={
                    str(key): int(value) for key, value in raw["statement"]["rejected"].items()
                },
                signed=str(raw["signed"]),
                signature=str(raw["signature"]),
            )
            sound = raw["format"] == FORMAT and raw["statement"] == found.statement
        except (ValueError, TypeError, KeyError, AttributeError, NotCanonical) as error:
            raise PeeledError("This is not a file that a witness made.") from error
        if not sound:
            raise PeeledError("What the file says of itself is not what it holds.")
        return found

    def check(self, made_of: bundle.Bundle) -> None:
        """Raises :class:`PeeledError` unless a witness of the covenant made this of the bundle."""
        if (self.wave, self.closed_root) != (made_of.wave, made_of.root):
            raise PeeledError("This file is about other ballots.")
        if len(self.inner) + sum(self.rejected.values()) != len(made_of.records):
            raise PeeledError("The file does not account for every ballot.")
        if len(set(self.inner)) != len(self.inner):
            raise PeeledError("An envelope stands in the file twice.")
        sound, seen = made_of.sifted
        cast = Counter(record.class_key for record in sound)
        numbers = [*self.classes.values(), *self.rejected.values()]
        # A number below nothing would make room for ballots that nobody cast.
        if (
            min(numbers, default=1) < 1
            or sum(self.classes.values()) != len(self.inner)
            or any(number > cast[key] for key, number in self.classes.items())
        ):
            raise PeeledError("The file counts more ballots for a group than were sent.")
        for reason in {*self.rejected, *seen}:
            more = self.rejected.get(reason, 0) - seen.get(reason, 0)
            if more < 0 or (more and reason not in HIDDEN):
                raise PeeledError("The file sets ballots aside that are sound.")
        witnesses = {one["name"]: one["signs"] for one in made_of.terms.get("witnesses", ())}
        if not witnesses and not self.witness:
            return
        if self.witness not in witnesses:
            raise PeeledError("Whoever made this file is not a witness of this pulse.")
        public = ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(witnesses[self.witness]))
        try:
            public.verify(bytes.fromhex(self.signed), STATEMENT + canonical(self.statement))
            public.verify(bytes.fromhex(self.signature), COUNTS + _counts(self))
        except (InvalidSignature, ValueError) as error:
            raise PeeledError("The witness’s signature does not fit the file.") from error


def make(
    of: bundle.Bundle,
    outer: ec.EllipticCurvePrivateKey,
    witness: str = "",
    signs: ed25519.Ed25519PrivateKey | None = None,
) -> Peeled:
    """Peel a bundle and sign what came of it. Raises :class:`bundle.BundleError` when the bundle
    must not be opened."""
    wrong = bundle.problems(of)
    if wrong:
        raise bundle.BundleError("\n".join(wrong))
    inside = bundle.peel(of, outer)
    plain = Peeled(of.wave, of.root, witness, inside.inner, inside.classes, inside.rejected)
    if signs is None:
        return plain
    return Peeled(
        plain.wave, plain.closed_root, witness, plain.inner, plain.classes, plain.rejected,
        signed=signs.sign(STATEMENT + canonical(plain.statement)).hex(),
        signature=signs.sign(COUNTS + _counts(plain)).hex(),
    )  # fmt: skip


def unlike(said: Mapping[str, Any], mine: Peeled) -> str:
    """How what another witness said of the same ballots differs from one's own; empty if not."""
    if said["inner_root"] == mine.statement["inner_root"]:
        return ""
    own, other = sum(mine.rejected.values()), sum(said["rejected"].values())
    return (
        f"{said['witness']} signed another outcome of the same ballots: {said['ballots']} opened "
        f"and {other} set aside. In your file {len(mine.inner)} are opened and {own} set aside."
    )


def _counts(peeled: Peeled) -> bytes:
    classes = [[key, number] for key, number in peeled.classes.items()]
    return canonical({"statement": peeled.statement, "classes": classes})
