"""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade(engine_name):
    {"office": office, "who": who, "box": box, "answers": answers}[engine_name]()


def downgrade(engine_name):
    undo = {
        "office": undo_office, "who": undo_who, "box": undo_box, "answers": undo_answers,
    }
    undo[engine_name]()
% for store in ("office", "who", "box", "answers"):


def ${store}():
    ${context.get("%s_upgrades" % store, "pass")}


def undo_${store}():
    ${context.get("%s_downgrades" % store, "pass")}
% endfor
