"""Sealed ballots (``box`` store): no name, no time, no address, no running number."""

import uuid

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.extensions import db


class Ballot(db.Model):
    """A sealed ballot under the SHA-256 of its ballot key. ``counter``: the higher one stays.
    ``envelope_sha256``: of its first outer envelope, so that none lies under two keys."""

    __bind_key__ = "box"
    __tablename__ = "ballot"
    # A SQLite rowid would keep the order of arrival for good. The pages of the file still tell it
    # until opening, which empties them: what protects until then is the seal.
    __table_args__ = {"sqlite_with_rowid": False}

    key_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    wave_id: Mapped[uuid.UUID] = mapped_column(index=True)
    class_key: Mapped[str] = mapped_column(String(300))
    counter: Mapped[int]
    envelope_sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True, index=True)
    record: Mapped[bytes] = mapped_column(LargeBinary)


class Poll(db.Model):
    """Whether a wave's box is open. The box asks no other store."""

    __bind_key__ = "box"
    __tablename__ = "poll"
    __table_args__ = {"sqlite_with_rowid": False}

    wave_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    open: Mapped[bool]
