"""an organisation may have titles and themes of its own beside the shipped codebook

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade(engine_name):
    if engine_name == "office":
        op.add_column(
            "programme", sa.Column("own_codebook", sa.Text(), server_default="", nullable=False)
        )


def downgrade(engine_name):
    if engine_name == "office":
        op.drop_column("programme", "own_codebook")
