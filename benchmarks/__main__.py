"""``python -m benchmarks NAME``: print one benchmark's table and ratios, then stop."""

import argparse
import importlib
import pkgutil
import sys
from pathlib import Path

import benchmarks


def names() -> list[str]:
    """The modules beside this one that have something to measure."""
    here = Path(__file__).parent
    found = (module.name for module in pkgutil.iter_modules([str(here)]))
    return sorted(
        name
        for name in found
        if "\ndef main(" in (here / f"{name}.py").read_text() and name != "__main__"
    )


def run() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=benchmarks.__doc__)
    parser.add_argument("name", choices=names())
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="options of that benchmark")
    given = parser.parse_args()
    code = importlib.import_module(f"benchmarks.{given.name}").main(given.rest)
    return int(code or 0)


if __name__ == "__main__":
    sys.exit(run())
