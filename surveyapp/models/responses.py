"""A wave's opened answers (``answers`` store): encrypted blocks, each written once."""

import uuid

from sqlalchemy import CheckConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.extensions import db


class AnswerBlock(db.Model):
    """One wave's responses, comments, tally, review, or what was counted of its text, under the
    wave's data key, ``wrapped_key``, itself wrapped by a key that lies outside the databases."""

    __bind_key__ = "answers"
    __tablename__ = "answer_block"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('responses','comments','tally','review','text')", name="kind_known"
        ),
    )

    wave_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class PairBlock(db.Model):
    """One wave's pair records, for those who keep a diary phrase: a tag and one rough score each.
    Kept until the next wave of the programme is opened; its wrapping key goes then too."""

    __bind_key__ = "answers"
    __tablename__ = "pair_block"

    wave_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
