"""Where the real survey data lies: beside the repository, never in it."""

import pytest

from tests import needed


@pytest.fixture(scope="session")
def shared():
    """The folder of specifications and real data."""
    return needed.shared()
