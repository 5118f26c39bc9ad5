"""witnesses, and no envelope under two keys

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade(engine_name):
    {"office": office, "who": nothing, "box": box, "answers": nothing}[engine_name]()


def downgrade(engine_name):
    {"office": undo_office, "who": nothing, "box": undo_box, "answers": nothing}[engine_name]()


def nothing():
    """This store stays as it is."""


def office():
    op.add_column("wave", sa.Column("witnesses", sa.JSON(), server_default="[]", nullable=False))


def undo_office():
    op.drop_column("wave", "witnesses")


def box():
    # Added in place: rebuilding the table would lose its WITHOUT ROWID.
    op.add_column("ballot", sa.Column("envelope_sha256", sa.LargeBinary(length=32), nullable=True))
    op.create_index("ix_ballot_envelope_sha256", "ballot", ["envelope_sha256"], unique=True)


def undo_box():
    op.drop_index("ix_ballot_envelope_sha256", "ballot")
    op.drop_column("ballot", "envelope_sha256")
