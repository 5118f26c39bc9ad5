"""What tests cannot make for themselves: a tool, a built file, real data beside the repository.

Without it a test is left out with the reason; under CI it fails, for there nothing may be missing.
"""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def need(*paths: Path) -> None:
    """Leave the test out, or fail it under CI, unless all these are here."""
    missing = [str(path) for path in paths if not path.exists()]
    if not missing:
        return
    reason = f"this needs {', '.join(missing)}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def shared(name: str = "") -> Path:
    """A file or folder of the specifications and real data beside the repository."""
    path = SHARED / name
    need(path)
    return path


def need_packages(*names: str) -> None:
    """Leave the test file out, or fail it under CI, unless these packages can be imported."""
    missing = [name for name in names if find_spec(name) is None]
    if missing and os.environ.get("CI"):
        pytest.fail(f"this needs {', '.join(missing)}", pytrace=False)
    if missing:
        pytest.skip(f"this needs {', '.join(missing)}: make setup-test", allow_module_level=True)
