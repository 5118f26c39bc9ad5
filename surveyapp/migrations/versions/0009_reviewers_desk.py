"""comments that may be read have a desk of their own, and its record a place beside the answers

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KNOWN = "ck_answer_block_kind_known"


def upgrade(engine_name):
    {"office": office, "answers": answers}.get(engine_name, nothing)()


def downgrade(engine_name):
    {"office": undo_office, "answers": undo_answers}.get(engine_name, nothing)()


def nothing():
    """This store stays as it is."""


def office():
    op.create_table(
        "review_sheet",
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("wave_id", name=op.f("pk_review_sheet")),
    )
    op.create_table(
        "review_comment",
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("place > 0", name=op.f("ck_review_comment_place_counts_from_one")),
        sa.ForeignKeyConstraint(
            ["wave_id"],
            ["review_sheet.wave_id"],
            name=op.f("fk_review_comment_wave_id_review_sheet"),
        ),
        sa.PrimaryKeyConstraint("wave_id", "place", name=op.f("pk_review_comment")),
    )
    op.create_table(
        "review_reading",
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("sheaf", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reader", sa.LargeBinary(length=16), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(reader) = 16", name=op.f("ck_review_reading_reader_is_a_mark")),
        sa.ForeignKeyConstraint(
            ["wave_id"],
            ["review_sheet.wave_id"],
            name=op.f("fk_review_reading_wave_id_review_sheet"),
        ),
        sa.PrimaryKeyConstraint("wave_id", "sheaf", "reader", name=op.f("pk_review_reading")),
    )


def undo_office():
    op.drop_table("review_reading")
    op.drop_table("review_comment")
    op.drop_table("review_sheet")


def answers():
    allow("kind IN ('responses','comments','tally','review')")


def undo_answers():
    op.execute("DELETE FROM answer_block WHERE kind = 'review'")
    allow("kind IN ('responses','comments','tally')")


def allow(kinds):
    with op.batch_alter_table("answer_block") as table:
        table.drop_constraint(op.f(KNOWN), type_="check")
        table.create_check_constraint(op.f(KNOWN), kinds)
