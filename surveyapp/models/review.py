"""The reviewers' desk (office store): comments that may be read, already masked, while they are
checked. Each row is sealed under the wave's review key, which lies outside the databases; when the
results are out the rows go and the key is destroyed."""

import uuid

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.extensions import db


class ReviewSheet(db.Model):
    """What is to be read of one wave: its questions, seeds, themes and how many comments."""

    __tablename__ = "review_sheet"

    wave_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ReviewComment(db.Model):
    """One comment. ``place`` is its turn at the desk, drawn by chance."""

    __tablename__ = "review_comment"
    __table_args__ = (
        ForeignKeyConstraint(["wave_id"], ["review_sheet.wave_id"]),
        CheckConstraint("place > 0", name="place_counts_from_one"),
    )

    wave_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ReviewReading(db.Model):
    """What one reviewer decided of a sheaf of comments, a hundred places one after the other.
    ``reader`` is an HMAC of their account under the review key: it keeps two of them apart and,
    once the key is gone, tells nobody who they were."""

    __tablename__ = "review_reading"
    __table_args__ = (
        ForeignKeyConstraint(["wave_id"], ["review_sheet.wave_id"]),
        CheckConstraint("length(reader) = 16", name="reader_is_a_mark"),
    )

    wave_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    sheaf: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reader: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ReviewSubjects(db.Model):
    """The new subjects that software found among one wave's comments, all in one row."""

    __tablename__ = "review_subjects"
    __table_args__ = (ForeignKeyConstraint(["wave_id"], ["review_sheet.wave_id"]),)

    wave_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ReviewNaming(db.Model):
    """What one reviewer makes of a wave's new subjects. ``reader`` is as in their readings."""

    __tablename__ = "review_naming"
    __table_args__ = (
        ForeignKeyConstraint(["wave_id"], ["review_subjects.wave_id"]),
        CheckConstraint("length(reader) = 16", name="reader_is_a_mark"),
    )

    wave_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    reader: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
