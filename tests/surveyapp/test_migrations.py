"""The migrations make what the models say, on both databases, in every store."""

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from surveyapp import create_app
from surveyapp.extensions import db
from tests import factories

STORES = {"office": None, "who": "who", "box": "box", "answers": "answers"}


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def upgraded(request, tmp_path_factory):
    """An application whose empty stores the migrations filled, once for these tests."""
    settings = {"SECRET_KEY": "a secret that only tests know", "TESTING": True}
    if request.param == "postgres":
        settings["DATABASES"] = request.getfixturevalue("postgres").fresh()
    app = create_app(settings, instance_path=str(tmp_path_factory.mktemp("instance")))
    with app.app_context():
        flask_migrate.upgrade()
    yield app
    factories.dispose([app])


@pytest.fixture
def migrated(upgraded):
    with upgraded.app_context():
        yield upgraded


@pytest.mark.parametrize("store", STORES)
def test_the_models_need_no_further_migration(migrated, store):
    with db.engines[STORES[store]].connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadatas[STORES[store]]) == []


def test_each_store_holds_its_own_tables_only(migrated):
    for bind in STORES.values():
        there = set(sa.inspect(db.engines[bind]).get_table_names()) - {"alembic_version"}
        assert there == set(db.metadatas[bind].tables)


def test_upgrading_twice_is_harmless(migrated):
    flask_migrate.upgrade()


def test_going_back_leaves_nothing_behind_and_one_can_go_forth_again(migrated):
    flask_migrate.downgrade(revision="base")
    for bind in STORES.values():
        assert set(sa.inspect(db.engines[bind]).get_table_names()) <= {"alembic_version"}
    flask_migrate.upgrade()
    for bind in STORES.values():
        there = set(sa.inspect(db.engines[bind]).get_table_names())
        assert there >= set(db.metadatas[bind].tables)


def test_sqlite_keeps_no_order_of_arrival_in_the_box(migrated):
    engine = db.engines["box"]
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            made = connection.scalar(sa.text("SELECT sql FROM sqlite_master WHERE name = 'ballot'"))
        assert "WITHOUT ROWID" in made
