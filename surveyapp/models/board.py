"""The practitioners' board: what it says of each draft finding (office store)."""

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.extensions import db

VIEWS = ("rings_true", "partly", "not_ours", "missing")


class SenseCheck(db.Model):
    """One member's view of one finding. Printed word for word, unsigned unless they sign it."""

    __tablename__ = "sense_check"
    __table_args__ = (
        UniqueConstraint("publication_id", "theme", "account_id"),
        CheckConstraint("view IN ('rings_true','partly','not_ours','missing')", name="view_known"),
        CheckConstraint("view = 'rings_true' OR length(reason) > 0", name="dissent_has_reason"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    publication_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("publication.id"))
    theme: Mapped[str] = mapped_column(String(60))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    view: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text, default="")
    signed: Mapped[bool] = mapped_column(default=False)
