"""a diary phrase may be offered, and what it needs kept until the next pulse

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade(engine_name):
    {"office": office, "answers": answers}.get(engine_name, nothing)()


def downgrade(engine_name):
    {"office": undo_office, "answers": undo_answers}.get(engine_name, nothing)()


def nothing():
    """This store stays as it is."""


def office():
    op.add_column(
        "wave", sa.Column("diary", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def undo_office():
    op.drop_column("wave", "diary")


def answers():
    op.create_table(
        "pair_block",
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("wave_id", name=op.f("pk_pair_block")),
    )


def undo_answers():
    op.drop_table("pair_block")
