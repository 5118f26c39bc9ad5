"""changes that two people sign

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ONCE = sa.text("state = 'signed' AND change IN ('extend', 'hold')")


def upgrade(engine_name):
    {"office": office}.get(engine_name, nothing)()


def downgrade(engine_name):
    {"office": undo_office}.get(engine_name, nothing)()


def nothing():
    """The other stores stay as they are."""


def office():
    op.add_column("publication", sa.Column("withdrawn_on", sa.String(length=10), nullable=True))
    op.create_table(
        "amendment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("change", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("proposed_on", sa.String(length=10), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=False),
        sa.Column("signed_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "change IN ('freeze','rule','client','extend','hold','tombstone')",
            name=op.f("ck_amendment_change_known"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed','signed','withdrawn')", name=op.f("ck_amendment_state_known")
        ),
        sa.CheckConstraint(
            "(state = 'signed') = (signed_by_id IS NOT NULL)",
            name=op.f("ck_amendment_signed_by_one"),
        ),
        sa.CheckConstraint(
            "signed_by_id IS NULL OR signed_by_id <> proposed_by_id",
            name=op.f("ck_amendment_two_people"),
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_amendment_wave_id_wave")),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["account.id"], name=op.f("fk_amendment_proposed_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["signed_by_id"], ["account.id"], name=op.f("fk_amendment_signed_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment")),
    )
    op.create_index(
        "ix_amendment_once",
        "amendment",
        ["wave_id", "change"],
        unique=True,
        sqlite_where=ONCE,
        postgresql_where=ONCE,
    )


def undo_office():
    op.drop_index("ix_amendment_once", "amendment")
    op.drop_table("amendment")
    op.drop_column("publication", "withdrawn_on")
