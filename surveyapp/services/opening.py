"""Opening: from sealed ballots to one shuffled, encrypted block of answers, in memory.

Run the steps in this order; each is safe to repeat after a crash, by whoever comes first:

    opening.open_wave(wave);   answers_session().commit()
    opening.let_go(wave);      box_session().commit()
    opening.scrub()

Nothing readable reaches a disk before the shuffle. What is destroyed is destroyed only after the
answers were committed and read back.
"""

import io
import json
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from random import SystemRandom
from typing import TYPE_CHECKING, Any, cast

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import delete, select, text

from analysis.instrument import PREFER_NOT_TO_SAY, Instrument, from_dict
from surveyapp import keys
from surveyapp.crypto import ballot, envelope, merkle
from surveyapp.errors import CandourError, NotNow
from surveyapp.extensions import box_session, engine_of
from surveyapp.models.ballots import Ballot
from surveyapp.models.surveys import Wave
from surveyapp.services import answer_blocks, terms

if TYPE_CHECKING:
    import polars as pl

INNER, OUTER = "inner.key", "outer.key"
FACTS = "candour.opened"
NUMBER_LIMIT = 32_767


class OpeningRefused(CandourError):
    """The ballots cannot be what they should be. Nothing was opened and nothing destroyed."""

    status = 409
    title = "The ballots were not opened"


@dataclass(frozen=True)
class Opened:
    """What may be said of an opening: how many answers count, why others do not, and the receipts,
    sorted, so that anybody can find their own and nobody can see who came when."""

    accepted: int
    rejected: Mapping[str, int]
    receipts: tuple[str, ...]
    comment_receipts: tuple[str, ...]

    @property
    def root(self) -> str:
        """The Merkle root over the sorted receipts."""
        return merkle.root([bytes.fromhex(receipt) for receipt in self.receipts]).hex()


def make_keys(wave: Wave) -> dict[str, Any]:
    """Make the wave's envelope keys; their public halves and the ballots' size, for the covenant.

    Without a witness the outer key is the platform's own. Repeated for a draft, starts afresh.
    """
    if wave.covenant is not None:
        raise NotNow("This pulse has its keys already. They are part of our promises.")
    keys.destroy_all("opener", wave.id)
    inner, outer = envelope.new_key(), envelope.new_key()
    for name, key in ((INNER, inner), (OUTER, outer)):
        keys.put(keys.directory("opener", wave.id) / name, envelope.private_bytes(key))
    instrument = _instrument(wave)
    public = {
        "inner": envelope.public_bytes(inner.public_key()).hex(),
        "outer": [envelope.public_bytes(outer.public_key()).hex()],
        "size": ballot.pad_size(
            [item.id for item in instrument.ratings], [item.id for item in instrument.texts]
        ),
    }
    terms.publish_envelopes(wave.id, public)
    return public


def open_wave(wave: Wave) -> Opened:
    """Decrypt, check and shuffle a closed wave's ballots, and write the answers, once.

    A wave that is opened already gives the same facts again. Raises :class:`OpeningRefused` when
    a class holds more ballots than people.
    """
    done = _facts(wave.id)
    if done is not None:
        return done
    if wave.state != "closed":
        raise NotNow("Ballots are opened after the pulse has closed.")
    try:
        inner, outer = (_private(wave.id, name) for name in (INNER, OUTER))
    except keys.MissingKey as error:
        raise OpeningRefused("The key to this pulse’s ballots is missing.") from error
    peeled, rejected = _peel(wave, outer)
    said = _unseal(wave, peeled, inner, rejected)
    opened = Opened(
        accepted=len(said),
        rejected=dict(sorted(rejected.items())),
        receipts=tuple(sorted(one.receipt().hex() for one in said)),
        comment_receipts=tuple(sorted(r.hex() for one in said for r in one.comment_receipts())),
    )
    # First the responses: of two openers at once only one writes them, and that one writes both.
    if answer_blocks.write(wave.id, "responses", _responses(said, _instrument(wave), opened)):
        answer_blocks.write(wave.id, "comments", _comments(said, _directorates(wave)))
        return opened
    return cast(Opened, _facts(wave.id))


def let_go(wave: Wave) -> None:
    """Read the answers back, then destroy the ballots and their keys. Only after the answers'
    commit."""
    if _facts(wave.id) is None or answer_blocks.read(wave.id, "comments") is None:
        raise OpeningRefused("The answers could not be read back, so the ballots were kept.")
    box_session().execute(
        delete(Ballot).where(Ballot.wave_id == wave.id),
        execution_options={"synchronize_session": False},
    )
    keys.destroy_all("opener", wave.id)


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


def _peel(
    wave: Wave, outer: ec.EllipticCurvePrivateKey
) -> tuple[list[tuple[str, bytes]], Counter[str]]:
    """The inner envelopes of the sound ballots, each with its class, shuffled."""
    conditions = terms.of(wave.id)
    peeled: list[tuple[str, bytes]] = []
    rejected: Counter[str] = Counter()
    seen: set[bytes] = set()
    for raw in box_session().scalars(select(Ballot.record).where(Ballot.wave_id == wave.id)):
        try:
            record = ballot.Record.from_bytes(raw)
            if record.class_key not in conditions.classes or record.wave != str(wave.id):
                raise ballot.BallotError("class")
            ballot.verify(
                record,
                conditions.classes[record.class_key],
                envelopes=len(conditions.lid.outer),
                size=conditions.lid.size,
            )
            inside = ballot.peel(record, outer)
            if inside in seen:
                raise ballot.BallotError("repeated")
            seen.add(inside)
        except ballot.BallotError as error:
            rejected[error.reason] += 1
        else:
            peeled.append((record.class_key, inside))
    _check_headcounts(wave, Counter(class_key for class_key, _ in peeled))
    SystemRandom().shuffle(peeled)
    return peeled, rejected


def _check_headcounts(wave: Wave, cast_by_class: Counter[str]) -> None:
    people = class_sizes(wave)
    over = sorted(key for key, number in cast_by_class.items() if number > people.get(key, 0))
    if over:
        raise OpeningRefused(
            "There are more ballots than people, so the pulse was not opened. Nothing was "
            "destroyed. Ask an outside expert to look at the server.",
            [f"{key}: more ballots than people" for key in over],
        )


def class_sizes(wave: Wave) -> dict[str, int]:
    """How many people vote in each class: its group's, less those of classes directly below."""
    standing = {unit.key: unit for unit in wave.units if unit.class_key == unit.key}
    sizes = {key: unit.headcount or 0 for key, unit in standing.items()}
    for unit in standing.values():
        if unit.parent_key in sizes:
            sizes[unit.parent_key] -= unit.headcount or 0
    return sizes


def _unseal(
    wave: Wave,
    peeled: Sequence[tuple[str, bytes]],
    inner: ec.EllipticCurvePrivateKey,
    rejected: Counter[str],
) -> list[ballot.Plaintext]:
    """What the ballots say, as far as they answer this wave's questions under their own class."""
    allowed = _allowed(_instrument(wave))
    texts = {item.id for item in _instrument(wave).texts}
    said: list[ballot.Plaintext] = []
    for class_key, inside in peeled:
        try:
            one = ballot.unseal(inside, str(wave.id), inner)
            if one.class_key != class_key:
                raise ballot.BallotError("class")
            if any(code not in allowed.get(item, ()) for item, code in one.ratings.items()):
                raise ballot.BallotError("answers")
            asked = [comment.question for comment in one.comments]
            if not texts.issuperset(asked) or len(asked) != len(set(asked)):
                raise ballot.BallotError("answers")
        except ballot.BallotError as error:
            rejected[error.reason] += 1
        else:
            said.append(one)
    return said


def _allowed(instrument: Instrument) -> dict[str, frozenset[int] | range]:
    codes: dict[str, frozenset[int] | range] = {}
    for item in instrument.ratings:
        if item.kind == "number":
            codes[item.id] = range(PREFER_NOT_TO_SAY, NUMBER_LIMIT + 1)
        else:
            codes[item.id] = frozenset(instrument.response_set(item).codes()) | {PREFER_NOT_TO_SAY}
    return codes


def _responses(said: Sequence[ballot.Plaintext], instrument: Instrument, opened: Opened) -> bytes:
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
    return _parquet(pl.DataFrame(columns), {FACTS: json.dumps(asdict(opened))})


def _comments(said: Sequence[ballot.Plaintext], directorates: Mapping[str, str]) -> bytes:
    """The comments as Parquet, in a random order of their own and with no finer group than a
    directorate, so that nothing joins them to ratings or to one another."""
    import polars as pl  # noqa: PLC0415

    rows = [
        {**asdict(comment), "unit": directorates[one.class_key]}
        for one in said
        for comment in one.comments
    ]
    SystemRandom().shuffle(rows)
    names = ("question", "text", "use", "unit")
    return _parquet(pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String)), {})


def _parquet(frame: "pl.DataFrame", metadata: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, metadata=metadata)
    return buffer.getvalue()


def _directorates(wave: Wave) -> dict[str, str]:
    """For each group the one just below the top that it lies in; the top for itself."""
    parents = {unit.key: unit.parent_key for unit in wave.units}
    found: dict[str, str] = {}
    for key in parents:
        step = key
        while (above := parents[step]) is not None and parents[above] is not None:
            step = above
        found[key] = step
    return found


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
    )


def _private(wave_id: uuid.UUID, name: str) -> ec.EllipticCurvePrivateKey:
    return envelope.load_private(keys.get(keys.directory("opener", wave_id) / name))


def _instrument(wave: Wave) -> Instrument:
    return from_dict(json.loads(wave.instrument_json), "instrument")
