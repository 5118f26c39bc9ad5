"""signed noticeboard

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade(engine_name):
    {"office": office}.get(engine_name, nothing)()


def downgrade(engine_name):
    {"office": undo_office}.get(engine_name, nothing)()


def nothing():
    """The other stores stay as they are."""


def office():
    op.create_table(
        "signed_checkpoint",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("checkpoint", sa.Text(), nullable=False),
        sa.Column("peaks", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_signed_checkpoint")),
    )
    with op.batch_alter_table("notice") as batch:
        batch.add_column(sa.Column("about", sa.String(length=36), nullable=True))
        batch.create_index(op.f("ix_notice_about"), ["about"])
    notice = sa.table(
        "notice", sa.column("n", sa.Integer), sa.column("body", sa.JSON), sa.column("about")
    )
    connection = op.get_bind()
    for n, body in connection.execute(sa.select(notice.c.n, notice.c.body)).all():
        if wave := body.get("wave"):
            connection.execute(sa.update(notice).where(notice.c.n == n).values(about=wave))


def undo_office():
    with op.batch_alter_table("notice") as batch:
        batch.drop_index(op.f("ix_notice_about"))
        batch.drop_column("about")
    op.drop_table("signed_checkpoint")
