"""Staff accounts and their sessions (office store). Respondents have none."""

import enum
import uuid
from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.extensions import db


class Role(enum.StrEnum):
    """What somebody may do; a person may have several."""

    HR = "hr"
    BOARD = "board"
    MANAGER = "manager"
    ADMIN = "admin"
    WITNESS = "witness"
    AUDITOR = "auditor"


class Account(db.Model):
    """Somebody who signs in. ``unit_key`` is a manager's own group; ``setup_sha256`` belongs to
    the one-time link with which they choose a password."""

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    role_names: Mapped[list[str]] = mapped_column(JSON, default=list)
    unit_key: Mapped[str | None] = mapped_column(String(300))
    password_hash: Mapped[str] = mapped_column(String(300))
    totp_secret: Mapped[str | None] = mapped_column(String(300))
    totp_last_step: Mapped[int] = mapped_column(default=0)
    recovery_hashes: Mapped[list[str]] = mapped_column(JSON, default=list)
    setup_sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    setup_until: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(default=True)

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(Role(name) for name in self.role_names)

    def has(self, *roles: Role) -> bool:
        return self.active and not self.roles.isdisjoint(roles)


class SignInFailure(db.Model):
    """Wrong tries for one address in the last quarter of an hour, whether it has an account or
    not: the answer must not tell which."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (CheckConstraint("failures > 0", name="counted"),)

    address_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    failures: Mapped[int]
    since: Mapped[datetime]


class StaffSession(db.Model):
    """A signed-in browser: the cookie holds a reference, here stands only its SHA-256."""

    __tablename__ = "staff_session"

    reference_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    data: Mapped[str] = mapped_column(default="{}")
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
