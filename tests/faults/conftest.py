"""A server that can be killed, on either kind of database."""

import pytest

from tests.faults import site

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def databases(request):
    """The addresses of four empty PostgreSQL databases, or nothing for SQLite files."""
    if request.param == "sqlite":
        return None
    return request.getfixturevalue("postgres").fresh()


@pytest.fixture
def serve(tmp_path):
    """Starts a server on the test's instance; gone with the test."""
    started = []

    def start(**how):
        started.append(site.Site(tmp_path / "instance", **how))
        return started[-1]

    yield start
    for one in started:
        one.stop()
