"""subjects that no theme covers are laid before reviewers, who say what they are

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade(engine_name):
    if engine_name != "office":
        return
    op.create_table(
        "review_subjects",
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["wave_id"],
            ["review_sheet.wave_id"],
            name=op.f("fk_review_subjects_wave_id_review_sheet"),
        ),
        sa.PrimaryKeyConstraint("wave_id", name=op.f("pk_review_subjects")),
    )
    op.create_table(
        "review_naming",
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("reader", sa.LargeBinary(length=16), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(reader) = 16", name=op.f("ck_review_naming_reader_is_a_mark")),
        sa.ForeignKeyConstraint(
            ["wave_id"],
            ["review_subjects.wave_id"],
            name=op.f("fk_review_naming_wave_id_review_subjects"),
        ),
        sa.PrimaryKeyConstraint("wave_id", "reader", name=op.f("pk_review_naming")),
    )


def downgrade(engine_name):
    if engine_name == "office":
        op.drop_table("review_naming")
        op.drop_table("review_subjects")
