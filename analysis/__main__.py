"""Survey results from files: python -m analysis --help."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from analysis import report_files, simulate, simulated_files
from analysis.attack import command as attack
from analysis.attack.files import AttackError
from analysis.coding import command as coding
from analysis.counting.shards import ShardError
from analysis.dataset import DataError, PulseData
from analysis.disclosure import HARD_FLOOR, Rule, RuleError
from analysis.engine import ENGINES, tally_shards, to_bytes
from analysis.importers import load
from analysis.instrument import BUNDLED, Instrument, InstrumentError, bundled, read
from analysis.models import command as models
from analysis.reference.compare import compare
from analysis.reference.folder import Folder, ReferenceError
from analysis.reliability import check_keys
from analysis.report_parts import ReportError
from analysis.summarise import summarise
from analysis.summary import Summary
from analysis.tally import Counted, TallyError, count

WRONG = 2

_EXAMPLES = """\
examples:
  python -m analysis instruments
  python -m analysis check answers.csv --instrument candour-core
  python -m analysis report answers.csv --instrument candour-core --out results
  python -m analysis simulate --out made-up
  python -m analysis report 2025.csv 2026.csv --instrument ours.toml --out results --k 12
  python -m analysis reference figures-from-r
  python -m analysis attack results
  python -m analysis models answers.csv --instrument candour-core --out models.json
  python -m analysis code comments.csv --text comment --out codes.jsonl
"""
_REPORT = """\
Reads answers, scores every theme by pulse and group, hides what could point to a person, and
writes into the folder given:

  report.html   the report, with its charts beside it in charts/
  report.pdf    the same report for paper, tagged for screen readers
  figures.csv   every figure shown, one a line
  figures.xlsx  the same as a workbook
  summary.json  the same figures for programs

The same answers always give the same files.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0, or 2 after saying in a sentence what is wrong; an attack that
    found something returns 1."""
    given = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int | None] = given.run
    try:
        return run(given) or 0
    except (DataError, InstrumentError) as error:
        for problem in error.problems:
            say(problem)
        return WRONG
    except (AttackError, ReferenceError, ReportError, RuleError, ShardError, TallyError) as error:
        say(str(error))
        return WRONG
    except OSError as error:
        say(f"{error.filename or 'A file'} could not be used: {error.strerror or error}.")
        return WRONG


def say(sentence: str) -> None:
    """Progress and problems go to standard error, so that output can be piped."""
    sys.stderr.write(f"{sentence}\n")


def report(given: argparse.Namespace) -> None:
    """Make charts, tables and the report from a file of answers."""
    report_files.refuse_strangers(given.out)
    rule = Rule(k=given.k, headcount=max(given.k, given.headcount))
    data = _read(given)
    counted = _count(data)
    summaries: list[Summary] = []
    for place, now in enumerate(counted):
        say(f"Working out {now.head.label} …")
        earlier = [(before, data.instrument) for before in counted[:place]]
        name = given.programme or data.instrument.title
        summaries.append(summarise(now, data.instrument, rule, earlier, programme=name))
    say("Drawing charts and setting the report …")
    files, lacking = report_files.make(summaries)
    report_files.write(files, given.out)
    for sentence in lacking:
        say(sentence)
    say(f"Done. Open {given.out / 'report.html'}")


def fit_models(given: argparse.Namespace) -> None:
    """Work on the models that need rows of answers, and write their figures."""
    rule = Rule(k=given.k, headcount=max(given.k, given.headcount))
    data = _read(given)
    _count(data)
    models.models(data, rule, out=given.out, workers=given.workers)


def check(given: argparse.Namespace) -> None:
    """Read a file of answers and say what is in it, without results."""
    data = _read(given)
    counted = _count(data)
    for now in counted:
        say(f"{now.head.label}: {int(now.tally.responses.sum())} answers, {len(now.units)} groups.")
    say("The files fit the instrument.")


def instruments(_: argparse.Namespace) -> None:
    """List the instruments of the bank."""
    for path in sorted(BUNDLED.glob("*.toml")):
        one = read(path)
        ratings, texts = len(one.ratings), len(one.texts)
        sys.stdout.write(
            f"{path.stem:18} {one.title} "
            f"({len(one.scales)} themes, {ratings} questions, {texts} open; {one.source.licence})\n"
        )


def simulated(given: argparse.Namespace) -> None:
    """Write a made-up organisation's answers and its instrument."""
    say("Making up an organisation …")
    files = simulated_files.make(simulate.organisation(given.seed))
    report_files.write(files, given.out, ours=frozenset(files))
    answers, instrument = (given.out / name for name in simulated_files.REPORTED)
    say(f"Done. Try: python -m analysis report {answers} --instrument {instrument} --out results")


def reference(given: argparse.Namespace) -> None:
    """Work out again what another program worked out, and say where we differ."""
    outcomes = []
    for outcome in compare(Folder(given.folder)):
        outcomes.append(outcome)
        sys.stdout.write(f"{outcome.sentence()}\n")
    reproduced = sum(outcome.reproduced for outcome in outcomes)
    off = sum(bool(outcome.off) for outcome in outcomes)
    sys.stdout.write(
        f"{reproduced} of {len(outcomes)} analyses reproduced, {off} off, "
        f"{len(outcomes) - reproduced - off} do not apply.\n"
    )


def tally(given: argparse.Namespace) -> None:
    """Count shards of answers into one file of sums, or write nothing."""
    instrument = _instrument(given.instrument)
    found = tally_shards(
        given.shards,
        instrument,
        engine=given.engine,
        workers=given.workers,
        weight=given.weight,
        progress=lambda path, done, all: say(f"{path.name} ({done} of {all})"),
    )
    given.out.write_bytes(to_bytes(found, instrument))
    for wave, one in found.items():
        say(f"{wave}: {int(one.responses.sum())} answers, {len(one.units)} groups.")
    say("Keep this file as you keep answers: nothing in it is hidden for small groups.")


def _read(given: argparse.Namespace) -> PulseData:
    instrument = _instrument(given.instrument)
    say(f"Reading {', '.join(path.name for path in given.data)} …")
    data = load(given.data, instrument)
    for note in data.notes:
        say(note)
    return data


def _instrument(named: str) -> Instrument:
    """A file when there is one of that name, else one from the bank."""
    path = Path(named)
    return read(path) if path.suffix or path.is_file() else bundled(named)


def _count(data: PulseData) -> list[Counted]:
    """Every wave counted; a key that surely turns a question the wrong way stops everything."""
    counted = [count(wave, data.instrument) for wave in data.waves]
    problems = [
        problem for now in counted for problem in check_keys(now, data.instrument, surely=True)
    ]
    if problems:
        raise DataError(problems)
    for now in counted:
        for doubt in check_keys(now, data.instrument, surely=False):
            say(doubt)
    return counted


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m analysis",
        description="Survey results from files: scores, likely ranges, changes and reports.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    one = commands.add_parser(
        "report",
        help="read answers and write a report",
        description=_REPORT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _takes_data(one)
    one.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write into")
    one.add_argument("--programme", metavar="NAME", help="name on the report")
    _takes_rule(one)
    one.set_defaults(run=report)
    one = commands.add_parser(
        "models",
        help="do the questions measure what they should? A job for the night",
        description=models.HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _takes_data(one)
    one.add_argument("--workers", type=int, default=2, metavar="N", help="default %(default)s")
    one.add_argument("--out", type=Path, required=True, metavar="FILE", help="file to write")
    _takes_rule(one)
    one.set_defaults(run=fit_models)
    one = commands.add_parser(
        "check",
        help="only check that answers fit an instrument",
        description="Checks the files and writes nothing. Every problem is listed with its line.",
    )
    _takes_data(one)
    one.set_defaults(run=check)
    one = commands.add_parser("instruments", help="list the instruments that come with Candour")
    one.set_defaults(run=instruments)
    one = commands.add_parser(
        "simulate",
        help="write the files of a made-up organisation",
        description="Writes answers, their instrument and rosters of an organisation that does "
        "not exist, to try everything with. They are labelled as simulated wherever they go.",
    )
    one.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write into")
    one.add_argument("--seed", type=int, default=1, metavar="N", help="another organisation")
    one.set_defaults(run=simulated)
    one = commands.add_parser(
        "tally",
        help="count very many answers, in Parquet shards",
        description="Counts Parquet files with the columns wave, unit and one an item, and writes "
        "sums by pulse and group. One file that cannot be counted stops everything.",
    )
    one.add_argument("shards", nargs="+", type=Path, metavar="SHARD", help="Parquet file")
    _takes_instrument(one)
    one.add_argument("--engine", choices=ENGINES, default=ENGINES[0], help="default %(default)s")
    one.add_argument("--workers", type=int, default=2, metavar="N", help="default %(default)s")
    one.add_argument("--weight", metavar="COLUMN", help="column of weights")
    one.add_argument("--out", type=Path, required=True, metavar="FILE", help="file to write")
    one.set_defaults(run=tally)
    one = commands.add_parser(
        "reference",
        help="check our statistics against another program's figures",
        description="Reads a folder with values.json (calls and what came out) and data/, works "
        "every figure out again, and says for each analysis whether it was reproduced.",
    )
    one.add_argument("folder", type=Path, metavar="FOLDER", help="folder of reference figures")
    one.set_defaults(run=reference)
    attack.add(commands)
    coding.add(commands)
    return parser


def _takes_data(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "data", nargs="+", type=Path, metavar="DATA", help="CSV or TSV file, or a folder of them"
    )
    _takes_instrument(command)


def _takes_rule(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--k", type=int, default=Rule.k, metavar="N",
        help=f"answers behind every figure, {HARD_FLOOR} or more (default %(default)s)",
    )  # fmt: skip
    command.add_argument(
        "--headcount", type=int, default=Rule.headcount, metavar="N",
        help="people in every group shown (default %(default)s)",
    )  # fmt: skip


def _takes_instrument(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--instrument", required=True, metavar="NAME|FILE",
        help="an instrument of the bank, or a TOML file (see docs/instruments.md)",
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
