"""Where the real survey data lies: beside the repository, never in it."""

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared"


@pytest.fixture(scope="session")
def shared():
    """The folder of specifications and real data; its absence is a failure under CI."""
    if not SHARED.is_dir():
        reason = f"the real data is not at {SHARED}"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return SHARED
