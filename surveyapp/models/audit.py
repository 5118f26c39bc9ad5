"""What staff did (office store). Respondents leave no line here."""

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.extensions import db


class AuditLine(db.Model):
    """One act of staff or of the scheduler; each line holds the hash of the one before."""

    __tablename__ = "audit_line"
    __table_args__ = (CheckConstraint("length(prev) = 64 AND length(sha256) = 64", name="hashed"),)

    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    prev: Mapped[str] = mapped_column(String(64), unique=True)
    date: Mapped[str] = mapped_column(String(10))
    actor: Mapped[str] = mapped_column(String(254))
    verb: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200))
    detail: Mapped[str] = mapped_column(Text, default="")
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
