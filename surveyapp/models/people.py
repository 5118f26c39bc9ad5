"""The roster: who is invited (``who`` store). No answer is ever near it."""

import uuid

from sqlalchemy import JSON, CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.extensions import db


class Person(db.Model):
    """Somebody on a programme's roster. ``unit_key`` is a path such as ``Children/Duty/East``."""

    __bind_key__ = "who"
    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("programme_id", "email"),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    programme_id: Mapped[uuid.UUID] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    unit_key: Mapped[str] = mapped_column(String(300))
    attributes: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    active: Mapped[bool] = mapped_column(default=True)
