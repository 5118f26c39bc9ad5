"""The command: python -m analysis attack RELEASE…"""

import argparse
import sys
from pathlib import Path

from analysis.attack import columns
from analysis.attack.files import AttackError
from analysis.attack.findings import Limits
from analysis.attack.model import Range
from analysis.attack.suite import attack, read, summary, understood

_HELP = """\
Plays an outsider who holds published files and nothing else, and prints what could be worked out
about small groups. Give all that was published: every wave, audience, version and format. It reads
CSV, TSV, XLSX, JSON, HTML, SVG and PDF files, made by Candour or by anything else.

Returns 0 when nothing was found, 1 when something was, 2 when the files could not be read.
"""
NAMED_ROLES = ("group", *columns.ROLES)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to a parser's."""
    one = commands.add_parser(
        "attack",
        help="try to take published results apart",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    one.add_argument(
        "release", nargs="+", type=Path, metavar="RELEASE", help="a published file, or a folder"
    )
    one.add_argument(
        "--column", action="append", default=[], metavar="ROLE=NAME",
        help=f"what a column is, where its name does not say; roles: {', '.join(NAMED_ROLES)}",
    )  # fmt: skip
    one.add_argument(
        "--k", type=int, default=Limits.answers, metavar="N",
        help="answers under which a group counts as small (default %(default)s)",
    )  # fmt: skip
    one.add_argument(
        "--people", type=int, default=Limits.people, metavar="N",
        help="people under which a group counts as small (default %(default)s)",
    )  # fmt: skip
    one.add_argument(
        "--answers", metavar="LOW-HIGH", help="the answer scale that means are on, such as 1-5"
    )
    one.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Attack, print a line a finding and a summary; 1 when anything was found."""
    release = read(given.release, _named(given.column))
    for sentence in understood(release):
        _say(sentence)
    findings = attack(release, Limits(given.k, given.people), _scale(given.answers), _say)
    for finding in findings:
        sys.stdout.write(f"{finding.line()}\n")
    sys.stdout.write(f"{summary(findings)}\n")
    return 1 if findings else 0


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


def _named(pairs: list[str]) -> dict[str, str]:
    named = {}
    for pair in pairs:
        role, equals, name = pair.partition("=")
        if not equals or role not in NAMED_ROLES:
            raise AttackError(
                f"--column {pair}: write ROLE=NAME, with one of {', '.join(NAMED_ROLES)}."
            )
        named[columns.plain(name)] = role
    return named


def _scale(text: str | None) -> Range | None:
    if text is None:
        return None
    low, dash, high = text.partition("-")
    try:
        ends = float(low), float(high)
    except ValueError:
        ends = (0.0, 0.0)
    if not dash or ends[0] >= ends[1]:
        raise AttackError(f"--answers {text}: write the lowest and highest answer, such as 1-5.")
    return ends
