"""Programmes, waves and the frozen group tree of each wave (office store)."""

import uuid
from datetime import datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveyapp.extensions import db

STATES = ("draft", "committed", "open", "closed", "opened", "summarised", "published")


class Programme(db.Model):
    """A repeated survey of one organisation. ``own_codebook`` is what the next pulse's comments are
    coded with beside the shipped codebook, and all that it ever had; empty without any."""

    __tablename__ = "programme"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    organisation: Mapped[str] = mapped_column(String(200))
    simulated: Mapped[bool] = mapped_column(default=False)
    contact: Mapped[str] = mapped_column(String(300), default="")
    support: Mapped[str] = mapped_column(Text, default="")
    own_codebook: Mapped[str] = mapped_column(Text, default="", server_default="")
    waves: Mapped[list["Wave"]] = relationship(
        back_populates="programme", order_by="Wave.number", cascade="all, delete-orphan"
    )


class Wave(db.Model):
    """One round. Times are UTC. ``instrument_json`` and ``rule`` are what the covenant freezes;
    ``covenant`` is canonical JSON, set at commit and never changed. While open, ``ballots`` is the
    rounded total of the day ``counted_on``; from closing it is exact. ``reminded``: rounds sent.
    ``witnesses``: whoever holds an outer key, at most two, ``auditors``:
    whoever may count every answer once more; the covenant freezes both. ``diary``: whether people
    are offered a diary phrase."""

    __tablename__ = "wave"
    __table_args__ = (
        UniqueConstraint("programme_id", "number"),
        CheckConstraint(
            "state IN ('draft','committed','open','closed','opened','summarised','published')",
            name="state_known",
        ),
        CheckConstraint("origin IN ('ballots','imported')", name="origin_known"),
        CheckConstraint(
            "origin = 'imported' OR (opens_at < closes_at AND closes_at < publishes_at)",
            name="dates_in_order",
        ),
        CheckConstraint(
            "state = 'draft' OR origin = 'imported' OR covenant IS NOT NULL",
            name="covenant_when_committed",
        ),
        CheckConstraint("(covenant IS NULL) = (covenant_sha256 IS NULL)", name="covenant_hashed"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    programme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    label: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(12), default="draft")
    origin: Mapped[str] = mapped_column(String(10), default="ballots")
    phase: Mapped[str] = mapped_column(String(20), default="check")
    instrument_json: Mapped[str] = mapped_column(Text)
    rule: Mapped[dict[str, int]] = mapped_column(JSON)
    audience: Mapped[str] = mapped_column(String(10), default="invited")
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    publishes_at: Mapped[datetime | None]
    covenant: Mapped[str | None] = mapped_column(Text)
    covenant_sha256: Mapped[str | None] = mapped_column(String(64))
    results_key: Mapped[str] = mapped_column(String(40), unique=True)
    closed_on: Mapped[str | None] = mapped_column(String(10))
    ballots: Mapped[int | None]
    counted_on: Mapped[str | None] = mapped_column(String(10))
    reminded: Mapped[int] = mapped_column(default=0)
    witnesses: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list, server_default="[]")
    auditors: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list, server_default="[]")
    diary: Mapped[bool] = mapped_column(default=False, server_default=false())
    programme: Mapped[Programme] = relationship(back_populates="waves")
    units: Mapped[list["WaveUnit"]] = relationship(
        order_by="WaveUnit.position", cascade="all, delete-orphan"
    )


class WaveUnit(db.Model):
    """A group as frozen at commit. ``key`` is its path; ``class_key`` the group whose signing key
    its people use: itself, or the nearest one above with enough people. Only an imported wave may
    lack a ``headcount``, when its file does not say how many people there were."""

    __tablename__ = "wave_unit"
    __table_args__ = (
        UniqueConstraint("wave_id", "key"),
        CheckConstraint("headcount >= 0", name="headcount_natural"),
        Index("ix_wave_unit_wave_position", "wave_id", "position"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    wave_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("wave.id"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(300))
    name: Mapped[str] = mapped_column(String(200))
    parent_key: Mapped[str | None] = mapped_column(String(300))
    headcount: Mapped[int | None]
    class_key: Mapped[str] = mapped_column(String(300))
