"""Frozen results and the noticeboard (office store)."""

import uuid

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.extensions import db


class Publication(db.Model):
    """A wave's summary as published, byte for byte. ``released_on`` is empty while only the board
    sees it. A correction is a further ``number``. What was taken back keeps its hash and loses its
    words: ``withdrawn_on``."""

    __tablename__ = "publication"
    __table_args__ = (
        UniqueConstraint("wave_id", "number"),
        CheckConstraint("length(sha256) = 64", name="hashed"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    wave_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("wave.id"))
    number: Mapped[int] = mapped_column(default=1)
    summary: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    released_on: Mapped[str | None] = mapped_column(String(10))
    withdrawn_on: Mapped[str | None] = mapped_column(String(10))


class PublishedFile(db.Model):
    """A file made with a publication: a chart, the report, an export."""

    __tablename__ = "published_file"

    publication_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("publication.id"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(80))
    body: Mapped[bytes] = mapped_column(LargeBinary)


class Notice(db.Model):
    """A line of the public noticeboard: each holds the hash of the one before. ``about``: the wave
    that its body names, to find it by."""

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint("n >= 0", name="n_natural"),
        CheckConstraint("length(prev) = 64 AND length(sha256) = 64", name="hashed"),
    )

    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    prev: Mapped[str] = mapped_column(String(64), unique=True)
    type: Mapped[str] = mapped_column(String(20))
    body: Mapped[dict[str, object]] = mapped_column(JSON)
    date: Mapped[str] = mapped_column(String(10))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    about: Mapped[str | None] = mapped_column(String(36), index=True)


class SignedCheckpoint(db.Model):
    """The noticeboard at its present length: the signed checkpoint, and the Merkle tree's peaks,
    with which the next line makes the next one."""

    __tablename__ = "signed_checkpoint"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    checkpoint: Mapped[str] = mapped_column(Text)
    peaks: Mapped[list[str]] = mapped_column(JSON)
