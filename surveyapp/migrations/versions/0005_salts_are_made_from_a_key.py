"""salts are made from a key, and no store holds them

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade(engine_name):
    {"office": nothing, "who": who, "box": nothing, "answers": nothing}[engine_name]()


def downgrade(engine_name):
    {"office": nothing, "who": undo_who, "box": nothing, "answers": nothing}[engine_name]()


def nothing():
    """This store stays as it is."""


def who():
    op.drop_column("person", "salt")


def undo_who():
    op.add_column(
        "person", sa.Column("salt", sa.LargeBinary(length=16), server_default="", nullable=False)
    )
