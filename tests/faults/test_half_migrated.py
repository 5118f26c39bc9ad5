"""F20 (SECURITY 10): an upgrade that fails half-way changes no store, and the old version runs."""

import shutil
import uuid
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import surveyapp
from surveyapp.extensions import db
from tests import factories, voting

STORES = {"office": None, "who": "who", "box": "box", "answers": "answers"}
# Every kind of change, and in the last store it fails: by then the others have made theirs.
STEP = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "9999", "{head}"
branch_labels = depends_on = None

def upgrade(engine_name):
    op.create_table("extra", sa.Column("id", sa.Integer, primary_key=True))
    if engine_name == "office":
        with op.batch_alter_table("wave") as batch:
            batch.alter_column("label", type_=sa.Text())
            batch.add_column(sa.Column("more", sa.Text()))
        op.execute("UPDATE wave SET label = 'changed'")
    if engine_name == "who":
        op.drop_table("desk")
    if engine_name == "{failing}":
        raise RuntimeError("the power went")

def downgrade(engine_name):
    pass
"""


def look(app):
    """Each store as it stands: its version, every table's columns, and what they hold."""
    found = {}
    with app.app_context():
        for name, bind in STORES.items():
            with db.engines[bind].connect() as connection:
                tables = sa.inspect(connection)
                held = {
                    table: (
                        [str(column["type"]) for column in tables.get_columns(table)],
                        sorted(
                            map(
                                repr,
                                connection.execute(
                                    sa.select(sa.text("*")).select_from(sa.table(table))
                                ),
                            )
                        ),
                    )
                    for table in tables.get_table_names()
                }
                version = MigrationContext.configure(connection).get_current_revision()
                found[name] = version, held
    return found


@pytest.mark.parametrize("failing", ["office", "answers"])
def test_an_upgrade_that_fails_half_way_leaves_the_old_version_running(
    tmp_path, databases, failing, record_figure
):
    (tmp_path / "instance").mkdir()
    folder = tmp_path / "migrations"
    shutil.copytree(Path(surveyapp.__file__).parent / "migrations", folder)
    settings = {**voting.SETTINGS, "DATABASES": databases or {}, "MIGRATIONS": str(folder)}
    app = factories.an_app(tmp_path / "instance", create=False, **settings)
    with app.app_context():
        flask_migrate.upgrade()
    wave = voting.open_voting(app, places=("Riverside/Days",) * 12)
    before = look(app)
    step = folder / "versions" / "9999_half_way.py"
    head = ScriptDirectory(str(folder)).get_current_head()
    step.write_text(STEP.format(head=head, failing=failing))
    with app.app_context(), pytest.raises(SystemExit):
        flask_migrate.upgrade()
    assert look(app) == before
    voting.vote(app, wave, wave.people[0], {"speak_1": 4})
    assert voting.ballots(app, wave) == 1
    # What failed can be tried again.
    step.write_text(STEP.format(head=head, failing=uuid.uuid4()))
    with app.app_context():
        flask_migrate.upgrade()
    assert {version for version, _ in look(app).values()} == {"9999"}
    factories.dispose([app])
    kind = "PostgreSQL" if databases else "SQLite"
    record_figure("F20", f"{kind}, failing in the first and in the last store: nothing changed")
