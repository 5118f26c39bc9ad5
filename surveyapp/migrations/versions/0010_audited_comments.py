"""what reviewers found in a wave's comments is counted, and kept beside the answers

Revision ID: 0010
Revises: 0009
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KNOWN = "ck_answer_block_kind_known"


def upgrade(engine_name):
    if engine_name == "answers":
        allow("kind IN ('responses','comments','tally','review','text')")


def downgrade(engine_name):
    if engine_name == "answers":
        op.execute("DELETE FROM answer_block WHERE kind = 'text'")
        allow("kind IN ('responses','comments','tally','review')")


def allow(kinds):
    with op.batch_alter_table("answer_block") as table:
        table.drop_constraint(op.f(KNOWN), type_="check")
        table.create_check_constraint(op.f(KNOWN), kinds)
