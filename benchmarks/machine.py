"""What a figure was measured on: printed above every table."""

import os
import platform
import sqlite3
from importlib.metadata import version


def describe(*packages: str) -> str:
    """Processor, cores, memory, system and versions, a line each."""
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in _lines("/proc/cpuinfo")
            if "model name" in line
        ),
        platform.machine(),
    )
    memory = next((line for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), "")
    gigabytes = int(memory.split()[1]) / 2**20 if memory else 0
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{cpu}, {os.cpu_count()} cores, {gigabytes:.0f} GiB, load before {load}\n"
        f"{platform.platform()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {versions}"
    )


def _lines(path: str) -> list[str]:
    try:
        with open(path) as file:
            return file.readlines()
    except OSError:
        return []
