"""whoever may count every answer once more

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade(engine_name):
    {"office": office}.get(engine_name, nothing)()


def downgrade(engine_name):
    {"office": undo_office}.get(engine_name, nothing)()


def nothing():
    """The other stores stay as they are."""


def office():
    op.add_column("wave", sa.Column("auditors", sa.JSON(), server_default="[]", nullable=False))


def undo_office():
    op.drop_column("wave", "auditors")
