"""Opening: from sealed ballots to one shuffled, encrypted block of answers, in memory.

Run the steps in this order; each is safe to repeat after a crash, by whoever comes first:

    opening.open_wave(wave);   answers_session().commit()
    opening.read_back(wave);   the noticeboard says OPENED, and its commit
    opening.let_go(wave);      box_session().commit()
    opening.scrub()
    opening.destroy_keys(wave)

Nothing readable reaches a disk before the shuffle. What is destroyed is destroyed only after the
answers were committed and read back.
"""

import io
import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from random import SystemRandom
from typing import TYPE_CHECKING, Any, cast

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import delete, select, text

from analysis.instrument import Instrument, from_dict
from surveyapp import keys
from surveyapp.crypto import ballot, envelope, merkle, peeled
from surveyapp.crypto import bundle as bundles
from surveyapp.crypto.canonical import parse
from surveyapp.errors import CandourError, NotNow
from surveyapp.extensions import box_session, engine_of
from surveyapp.models.ballots import Ballot
from surveyapp.models.surveys import Wave
from surveyapp.services import (
    answer_blocks,
    audits,
    covenants,
    groups,
    noticeboard,
    opening_progress,
    pairs,
    redacting,
    terms,
    unsealing,
)

if TYPE_CHECKING:
    import polars as pl

INNER, OUTER = "inner.key", "outer.key"
HANDOVER = "handover.json"  # what the registrar counted at closing
FACTS = "candour.opened"


class OpeningRefused(CandourError):
    """The ballots cannot be what they should be. Nothing was opened and nothing destroyed."""

    status = 409
    title = "The ballots were not opened"


@dataclass(frozen=True)
class Opened:
    """What may be said of an opening: how many answers count, why others do not, and the receipts,
    sorted, so that anybody can find their own and nobody can see who came when. ``statement`` is
    what a witness says of the peeling; without a witness nobody has ``signed`` it."""

    accepted: int
    rejected: Mapping[str, int]
    receipts: tuple[str, ...]
    comment_receipts: tuple[str, ...]
    statement: Mapping[str, Any]
    signed: str

    @property
    def root(self) -> str:
        """The Merkle root over the sorted receipts."""
        return merkle.root([bytes.fromhex(receipt) for receipt in self.receipts]).hex()

    @property
    def comments_root(self) -> str:
        """The same over the comments' receipts, which are not listed: how many is not told."""
        return merkle.root([bytes.fromhex(one) for one in self.comment_receipts]).hex()

    def facts(self) -> dict[str, Any]:
        """What the noticeboard says of it."""
        said = {"statement": dict(self.statement), "signature": self.signed}
        return {
            "accepted": self.accepted,
            "rejected": dict(self.rejected),
            "receipts_root": self.root,
            "receipts": list(self.receipts),
            "comments_root": self.comments_root,
            **({"witness": said} if self.signed else {}),
        }


def make_keys(wave: Wave, groups: Collection[str]) -> dict[str, Any]:
    """Make the wave's envelope keys; their public halves and the ballots' size, for the covenant.

    The outer keys are the witnesses'; without a witness there is one, the platform's own.
    Repeated for a draft, starts afresh.
    """
    if wave.covenant is not None:
        raise NotNow("This pulse has its keys already. They are part of our promises.")
    keys.destroy_all("opener", wave.id)
    inner = envelope.new_key()
    keys.put(keys.directory("opener", wave.id) / INNER, envelope.private_bytes(inner))
    outer = [witness["key"] for witness in wave.witnesses]
    if not outer:
        own = envelope.new_key()
        keys.put(keys.directory("opener", wave.id) / OUTER, envelope.private_bytes(own))
        outer = [envelope.public_bytes(own.public_key()).hex()]
    instrument = _instrument(wave)
    ratings, texts = ([one.id for one in two] for two in (instrument.ratings, instrument.texts))
    public = {
        "inner": envelope.public_bytes(inner.public_key()).hex(),
        "outer": outer,
        "size": ballot.pad_size(ratings, texts, groups),
    }
    terms.publish_envelopes(wave.id, public)
    return public


def bundle(wave: Wave) -> bytes:
    """The sealed ballots of a closed wave with all that a witness needs to check and peel them."""
    return _bundle(wave).to_bytes()


def open_wave(wave: Wave, given: peeled.Peeled | None = None) -> Opened:
    """Decrypt, check and shuffle a closed wave's ballots, and write the answers, once.

    ``given`` is what a witness made of the bundle; without witnesses the platform peels by itself.
    A wave that is opened already gives the same facts again. Raises :class:`OpeningRefused` when
    the ballots are not those that closed, or ``given`` was not made of them by a witness.
    """
    done = _facts(wave.id)
    if done is not None:
        if given is not None and given.statement["inner_root"] != done.statement["inner_root"]:
            raise OpeningRefused("These ballots were opened already, and with another outcome.")
        return done
    if wave.state != "closed":
        raise NotNow("Ballots are opened after the pulse has closed.")
    # Each ballot is checked, peeled unless a witness did, and opened.
    with opening_progress.told(wave.id, passes=3 if given is None else 2):
        sealed, given, inner = _peeled(wave, given)
        said, rejected, loose = unsealing.unseal(wave, _instrument(wave), given, inner)
    opened = Opened(
        accepted=len(said),
        rejected=dict(sorted(rejected.items())),
        receipts=tuple(sorted(one.receipt().hex() for one in said)),
        comment_receipts=tuple(sorted(r.hex() for one in said for r in one.comment_receipts())),
        statement=given.statement,
        signed=given.signed,
    )
    homes, kept = groups.directorates(wave.units), redacting.kept(wave, said)
    audits.keep(wave, said, given, sealed.issued, homes, kept, loose)
    # First the responses: of two openers at once only one writes them, and that one writes both.
    instrument = _instrument(wave)
    facts = {FACTS: json.dumps(asdict(opened))}
    paired = pairs.measured(wave, said, instrument)
    if paired is not None:
        facts[pairs.PAIRED] = json.dumps(paired.to_dict())
    if answer_blocks.write(wave.id, "responses", _responses(said, instrument, facts)):
        answer_blocks.write(
            wave.id, "comments", _comments(said, homes, kept, redacting.facts(wave))
        )
        pairs.keep(wave, said, instrument)
        return opened
    return cast(Opened, _facts(wave.id))


def read_back(wave: Wave) -> Opened:
    """What was opened, as it stands in the store after the commit.

    Raises :class:`OpeningRefused` when the answers cannot be read.
    """
    opened = _facts(wave.id)
    if opened is None or answer_blocks.read(wave.id, "comments") is None:
        raise OpeningRefused("The answers could not be read back, so the ballots were kept.")
    return opened


def is_left(wave: Wave) -> bool:
    """Whether a crash left anything of an opened wave to be destroyed: its keys go last."""
    return keys.directory("opener", wave.id).exists()


def let_go(wave: Wave) -> None:
    """Read the answers back, then destroy the ballots. Only after the answers' commit."""
    read_back(wave)
    box_session().execute(
        delete(Ballot).where(Ballot.wave_id == wave.id),
        execution_options={"synchronize_session": False},
    )


def scrub() -> None:
    """Leave no copy of a deleted ballot in the box's file or its journal. Run after the commit.

    PostgreSQL keeps its own files; what lies in them is sealed under a key that is gone.
    """
    engine = engine_of("box")
    if engine.dialect.name != "sqlite":
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        connection.execute(text("VACUUM"))
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))


def destroy_keys(wave: Wave) -> None:
    """Destroy name set and envelope keys: the last step, by which a crash before it is noticed.

    With it goes the word of how far the opening was.
    """
    pairs.forget_earlier(wave)
    redacting.forget(wave)
    opening_progress.forget(wave.id)
    keys.destroy_all("desk", wave.id)
    keys.destroy_all("opener", wave.id)


def _bundle(wave: Wave) -> bundles.Bundle:
    closed = next((one for one in noticeboard.about(wave.id) if one.type == "CLOSED"), None)
    try:
        issued = parse(keys.get(keys.directory("desk", wave.id) / HANDOVER))["by_class"]
        classes = terms.of(wave.id).classes
    except keys.MissingKey as error:
        raise OpeningRefused("The key to this pulse’s ballots is missing.") from error
    if closed is None or wave.covenant is None:
        raise OpeningRefused("The noticeboard does not say what was in the box at closing.")
    return bundles.Bundle(
        notice={name: getattr(closed, name) for name in ("n", "prev", "type", "body", "date")},
        covenant=wave.covenant.encode(),
        classes=classes,
        issued=dict(issued),
        records=tuple(
            box_session().scalars(select(Ballot.record).where(Ballot.wave_id == wave.id))
        ),
    )


def _peeled(
    wave: Wave, given: peeled.Peeled | None
) -> tuple[bundles.Bundle, peeled.Peeled, ec.EllipticCurvePrivateKey]:
    """The ballots as they closed, what was made of them by whoever may, and the inner key."""
    sealed = _bundle(wave)
    wrong = bundles.problems(sealed)
    if wrong:
        raise OpeningRefused(
            "The ballots are not as they should be, so the pulse was not opened. Nothing was "
            "destroyed. Ask an outside expert to look at the server.",
            wrong,
        )
    try:
        inner = _private(wave.id, INNER)
        if given is None:
            given = _peeled_here(wave, sealed)
        given.check(sealed)
    except keys.MissingKey as error:
        raise OpeningRefused("The key to this pulse’s ballots is missing.") from error
    except peeled.PeeledError as error:
        raise OpeningRefused(str(error)) from error
    return sealed, given, inner


def _peeled_here(wave: Wave, sealed: bundles.Bundle) -> peeled.Peeled:
    if covenants.of(wave).get("witnesses"):
        raise NotNow("This pulse waits for its witness. Nobody else can open it.")
    return peeled.make(sealed, _private(wave.id, OUTER))


def _responses(
    said: Sequence[ballot.Plaintext], instrument: Instrument, facts: dict[str, str]
) -> bytes:
    """The responses as Parquet: ``unit`` and one small whole number an item, in random order."""
    import polars as pl  # noqa: PLC0415  180 MB that a web worker never needs

    rows = list(said)
    SystemRandom().shuffle(rows)
    columns: dict[str, pl.Series] = {
        "unit": pl.Series("unit", [one.class_key for one in rows], dtype=pl.String)
    }
    for item in instrument.ratings:
        kind = pl.Int16 if item.kind == "number" else pl.Int8
        codes = [one.ratings.get(item.id) for one in rows]
        columns[item.id] = pl.Series(item.id, codes, dtype=kind)
    return _parquet(pl.DataFrame(columns), facts)


def _comments(
    said: Sequence[ballot.Plaintext],
    homes: Mapping[str, str],
    kept: Mapping[str, str],
    facts: dict[str, str],
) -> bytes:
    """The redacted comments as Parquet, in a random order of their own and with no finer group than
    a directorate, so that nothing joins them to ratings or to one another."""
    import polars as pl  # noqa: PLC0415

    rows = [
        (comment.question, kept[comment.text], comment.use, homes[one.class_key])
        for one in said
        for comment in one.comments
    ]
    SystemRandom().shuffle(rows)
    names = ("question", "text", "use", "unit")
    schema = dict.fromkeys(names, pl.String)
    return _parquet(pl.DataFrame(rows, schema=schema, orient="row"), facts)


def _parquet(frame: "pl.DataFrame", metadata: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, metadata=metadata)
    return buffer.getvalue()


def _facts(wave_id: uuid.UUID) -> Opened | None:
    import polars as pl  # noqa: PLC0415

    block = answer_blocks.read(wave_id, "responses")
    if block is None:
        return None
    raw = json.loads(pl.read_parquet_metadata(io.BytesIO(block))[FACTS])
    return Opened(
        accepted=raw["accepted"],
        rejected=raw["rejected"],
        receipts=tuple(raw["receipts"]),
        comment_receipts=tuple(raw["comment_receipts"]),
        statement=raw["statement"],
        signed=raw["signed"],
    )


def _private(wave_id: uuid.UUID, name: str) -> ec.EllipticCurvePrivateKey:
    return envelope.load_private(keys.get(keys.directory("opener", wave_id) / name))


def _instrument(wave: Wave) -> Instrument:
    return from_dict(json.loads(wave.instrument_json), "instrument")
