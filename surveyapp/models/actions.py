"""What was promised in answer to a finding, and what came of it (office store)."""

import uuid

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveyapp.extensions import db


class Commitment(db.Model):
    """An answer to a finding: we will, or we won’t, because.

    Work starts only once ``effect`` says what it should move, which way, for whom and how it will
    be checked. Whether it is late is computed, never stored.
    """

    __tablename__ = "commitment"
    __table_args__ = (
        CheckConstraint("answer IN ('will','wont')", name="answer_known"),
        CheckConstraint("answer = 'will' OR length(because) > 0", name="refusal_has_reason"),
        CheckConstraint("answer = 'wont' OR (due IS NOT NULL AND owner <> '')", name="will_owned"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    programme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programme.id"))
    publication_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("publication.id"))
    theme: Mapped[str] = mapped_column(String(60))
    you_said: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(String(5))
    text: Mapped[str] = mapped_column(Text)
    because: Mapped[str] = mapped_column(Text, default="")
    owner: Mapped[str] = mapped_column(String(120), default="")
    due: Mapped[str | None] = mapped_column(String(10))
    made_on: Mapped[str] = mapped_column(String(10))
    effect: Mapped[dict[str, str] | None] = mapped_column(JSON)
    steps: Mapped[list["CommitmentStep"]] = relationship(order_by="CommitmentStep.number")


class CommitmentStep(db.Model):
    """A dated line under a commitment; lines are added, never changed."""

    __tablename__ = "commitment_step"
    __table_args__ = (
        CheckConstraint("kind IN ('doing','done','note','stopped')", name="kind_known"),
    )

    commitment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("commitment.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    date: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text, default="")
