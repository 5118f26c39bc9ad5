"""A wave's encrypted blocks in the store of answers, each written once.

Only the opener and the publisher may import this.
"""

import uuid
from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from surveyapp import keys
from surveyapp.crypto import blocks
from surveyapp.extensions import answers_session
from surveyapp.models.responses import AnswerBlock, PairBlock

PAIRS = "pairs"


def read(wave_id: uuid.UUID, kind: str) -> bytes | None:
    """One of a wave's blocks in the clear, in memory; ``None`` when it was never written.

    Raises :class:`keys.MissingKey` when its time is over and its key destroyed.
    """
    row = (
        answers_session()
        .execute(
            select(AnswerBlock.wrapped_key, AnswerBlock.sealed).where(
                AnswerBlock.wave_id == wave_id, AnswerBlock.kind == kind
            )
        )
        .one_or_none()
    )
    if row is None:
        return None
    context = blocks.context(wave_id, kind)
    return blocks.unseal(keys.wrapping_key(wave_id), row.wrapped_key, row.sealed, context)


def write(wave_id: uuid.UUID, kind: str, plain: bytes) -> bool:
    """Seal a block and write it; False when one is there already, which stays as it is."""
    session = answers_session()
    wrapped, sealed = blocks.seal(
        keys.wrapping_key(wave_id, make=True), plain, blocks.context(wave_id, kind)
    )
    known = session.get_bind().dialect.name
    insert = postgresql.insert(AnswerBlock) if known == "postgresql" else sqlite.insert(AnswerBlock)
    statement = insert.values(wave_id=wave_id, kind=kind, wrapped_key=wrapped, sealed=sealed)
    # Not the row count: psycopg does not give one for this statement.
    written = session.execute(statement.on_conflict_do_nothing().returning(AnswerBlock.kind))
    return written.first() is not None


def read_pairs(wave_id: uuid.UUID) -> bytes | None:
    """A wave's pair records in the clear, in memory; ``None`` when there are none.

    Raises :class:`keys.MissingKey` when their key is gone.
    """
    kept = select(PairBlock.wrapped_key, PairBlock.sealed).where(PairBlock.wave_id == wave_id)
    row = answers_session().execute(kept).one_or_none()
    if row is None:
        return None
    context = blocks.context(wave_id, PAIRS)
    return blocks.unseal(keys.pairs_key(wave_id), row.wrapped_key, row.sealed, context)


def write_pairs(wave_id: uuid.UUID, plain: bytes) -> None:
    """Seal a wave's pair records under a new key that lies in no backup."""
    keys.destroy_pairs_key(wave_id)
    wrapped, sealed = blocks.seal(
        keys.pairs_key(wave_id, make=True), plain, blocks.context(wave_id, PAIRS)
    )
    answers_session().add(PairBlock(wave_id=wave_id, wrapped_key=wrapped, sealed=sealed))
    answers_session().flush()


def drop_pairs(wave_ids: Collection[uuid.UUID]) -> None:
    """Delete the pair records of these waves. Their keys go when that is committed."""
    answers_session().execute(
        delete(PairBlock).where(PairBlock.wave_id.in_(wave_ids)),
        execution_options={"synchronize_session": False},
    )
