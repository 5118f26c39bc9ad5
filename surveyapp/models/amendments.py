"""Changes of a wave's promises that two people sign (office store)."""

import uuid

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.extensions import db
from surveyapp.models.accounts import Account
from surveyapp.models.surveys import Wave

ONCE = "state = 'signed' AND change IN ('extend', 'hold')"


class Amendment(db.Model):
    """A change that one person proposed and another, in another role, may sign. ``wanted`` is what
    was asked for; what counts stands on the noticeboard."""

    __tablename__ = "amendment"
    __table_args__ = (
        CheckConstraint(
            "change IN ('freeze','rule','client','extend','hold','tombstone')", name="change_known"
        ),
        CheckConstraint("state IN ('proposed','signed','withdrawn')", name="state_known"),
        CheckConstraint("(state = 'signed') = (signed_by_id IS NOT NULL)", name="signed_by_one"),
        CheckConstraint(
            "signed_by_id IS NULL OR signed_by_id <> proposed_by_id", name="two_people"
        ),
        Index(
            "ix_amendment_once",
            "wave_id",
            "change",
            unique=True,
            sqlite_where=text(ONCE),
            postgresql_where=text(ONCE),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    wave_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("wave.id"))
    change: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(20))
    wanted: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(10), default="proposed")
    proposed_on: Mapped[str] = mapped_column(String(10))
    proposed_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    signed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    @property
    def wave(self) -> Wave:
        return db.session.get_one(Wave, self.wave_id)

    @property
    def proposed_by(self) -> Account:
        return db.session.get_one(Account, self.proposed_by_id)
