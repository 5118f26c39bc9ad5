"""The attackers work on real stores: SQLite files, and PostgreSQL where it matters."""

import pytest

from tests import voting


@pytest.fixture
def app(make_app, tmp_path):
    return make_app(**voting.on_files(tmp_path))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def shared_app(request, make_app, tmp_path):
    """An application whose stores many threads can use at once."""
    settings = voting.on_files(tmp_path)
    if request.param == "postgres":
        settings["DATABASES"] = request.getfixturevalue("postgres").fresh()
    return make_app(**settings)
