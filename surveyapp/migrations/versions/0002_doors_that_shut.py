"""doors that shut, and the group each person was invited in

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade(engine_name):
    {"office": nothing, "who": who, "box": box, "answers": nothing}[engine_name]()


def downgrade(engine_name):
    undo = {"office": nothing, "who": undo_who, "box": undo_box, "answers": nothing}
    undo[engine_name]()


def nothing():
    """This store stays as it is."""


def who():
    op.create_table(
        "desk",
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("wave_id", name=op.f("pk_desk")),
        sqlite_with_rowid=False,
    )
    op.add_column(
        "invitation",
        sa.Column("unit_key", sa.String(length=300), server_default="", nullable=False),
    )
    # Who was invited before this keeps the group that the roster has now.
    op.execute(
        "UPDATE invitation SET unit_key = "
        "(SELECT person.unit_key FROM person WHERE person.id = invitation.person_id)"
    )


def undo_who():
    op.drop_column("invitation", "unit_key")
    op.drop_table("desk")


def box():
    op.create_table(
        "poll",
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("wave_id", name=op.f("pk_poll")),
        sqlite_with_rowid=False,
    )


def undo_box():
    op.drop_table("poll")
