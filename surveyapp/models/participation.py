"""Invitations and the mail waiting to go out (``who`` store)."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.extensions import db


class Invitation(db.Model):
    """One person's right to collect one credential in one wave. ``blinded_sha256`` is set when it
    was collected: the same blinded value gets the same answer again, any other is refused.
    ``unit_key`` is the person's group as the covenant's root over the list has it."""

    __bind_key__ = "who"
    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("wave_id", "person_id"),
        CheckConstraint("collected = (blinded_sha256 IS NOT NULL)", name="collected_once"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    wave_id: Mapped[uuid.UUID] = mapped_column(index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    unit_key: Mapped[str] = mapped_column(String(300), server_default="")
    class_key: Mapped[str] = mapped_column(String(300))
    collected: Mapped[bool] = mapped_column(default=False)
    blinded_sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    reported: Mapped[bool] = mapped_column(default=False)
    reminders: Mapped[bool] = mapped_column(default=True)


class Desk(db.Model):
    """Whether the registrar still gives out a wave's credentials."""

    __bind_key__ = "who"
    __tablename__ = "desk"
    __table_args__ = {"sqlite_with_rowid": False}

    wave_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    open: Mapped[bool]


class InvitationKey(db.Model):
    """A token or typed code that opens an invitation; only its SHA-256 is kept."""

    __bind_key__ = "who"
    __tablename__ = "invitation_key"

    sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    invitation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("invitation.id", ondelete="CASCADE"), index=True
    )


class OutboxMail(db.Model):
    """A message to send, once a person, kind and round; emptied 48 hours after sending."""

    __bind_key__ = "who"
    __tablename__ = "outbox_mail"
    __table_args__ = (
        UniqueConstraint("wave_id", "recipient", "kind", "round"),
        CheckConstraint("state IN ('waiting','claimed','sent','failed')", name="state_known"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    wave_id: Mapped[uuid.UUID] = mapped_column(index=True)
    recipient: Mapped[str] = mapped_column(String(254))
    kind: Mapped[str] = mapped_column(String(20))
    round: Mapped[int] = mapped_column(default=1)
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="waiting", index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]
