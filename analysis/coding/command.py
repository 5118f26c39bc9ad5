"""The command: python -m analysis code FILE --text COLUMN --out CODES.jsonl"""

import argparse
import os
import stat
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from analysis.coding.asked import questions_that_go_on
from analysis.coding.comments_file import Columns, comments, count
from analysis.coding.corrections import read_corrections
from analysis.coding.engines import write_lines
from analysis.coding.lines import LineWriter, batches, shares
from analysis.coding.roster_names import RosterNames, read_names
from analysis.dataset import DataError
from analysis.engine import ENGINES
from analysis.text.codebook import CodebookError, load
from analysis.text.coder import Coder, first_coder
from analysis.text.fusion import fused_coder
from analysis.text.human_codes import HumanCode
from analysis.text.minilm import WrongModelError, installed
from analysis.text.own_codebook import NONE as NO_OWN
from analysis.text.own_codebook import OwnCodebook
from analysis.text.own_codebook_check import parse
from analysis.text.own_coder import with_own
from analysis.text.own_codes import LEAST_CODED, Learnt, learn
from analysis.text.own_directions import LEAST_CODES, Ways
from analysis.text.redact import Redactor, nobody

HELP = """\
Reads comments, takes out what could point to a person, and writes a line of JSON a comment:

  id         as in the file, or the number of the comment
  themes     each with theme, direction, function, probability, state (sure or check), the place of
             its evidence in the text (span) and the words that stand there
  flags      escalate (tells of harm), quasi_identifier (may point to one person), sarcasm,
             has_suggestion, cut (longer than 5,000 words), empty, other_language
  text       the comment after redaction; masks says what was taken out by which rule
  coder      which software coded it: name, version, codebook and hash

CODES.jsonl is written when all is done, or not at all. The same files give the same bytes, with
every engine. What the software says of one comment may be wrong: docs/text-model.md says how often.
"""
PATIENCE = 5.0


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to a parser's."""
    one = commands.add_parser(
        "code",
        help="find the themes of written comments",
        description=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    one.add_argument("file", type=Path, metavar="FILE", help="CSV, TSV or JSONL file of comments")
    one.add_argument("--text", required=True, metavar="COLUMN", help="the column of comments")
    one.add_argument(
        "--id", default="", metavar="COLUMN", help="copied as it is: give no names or e-mails"
    )
    one.add_argument(
        "--question", default="", metavar="COLUMN",
        help="what was asked, in words: it helps to understand short answers",
    )  # fmt: skip
    one.add_argument(
        "--names", type=Path, metavar="FILE",
        help="names to take out: one a line, or a CSV file with headings such as “Surname”",
    )  # fmt: skip
    one.add_argument(
        "--corrections", type=Path, metavar="FILE",
        help="JSONL with text and codes that people gave, to learn from",
    )  # fmt: skip
    one.add_argument(
        "--codebook", type=Path, metavar="FILE",
        help="TOML file of your own titles and themes, laid over the shipped codebook",
    )  # fmt: skip
    one.add_argument(
        "--second", action="store_true",
        help="a small language model scores too: more right, much slower; needs the extra "
        "“embeddings” (docs/text-model.md). Keep to one way within a trend",
    )  # fmt: skip
    one.add_argument("--engine", choices=ENGINES, default=ENGINES[0], help="default %(default)s")
    one.add_argument("--workers", type=int, default=2, metavar="N", help="default %(default)s")
    one.add_argument("--out", type=Path, required=True, metavar="FILE", help="file to write")
    one.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Check everything first, then code, then put the file in place."""
    _refuse(given)
    columns = Columns(given.text, given.id, given.question)
    total = count(given.file, columns)
    names = RosterNames(read_names(given.names)) if given.names else None
    own = _own_codebook(given.codebook) if given.codebook else NO_OWN
    _say(f"{_comments(total)} in {given.file.name}. Getting the coder ready …")
    coder = _with_second() if given.second else first_coder()
    if given.corrections:
        coder = _taught(coder, given.corrections, Redactor(names or nobody), own)
    asked = questions_that_go_on(given.file, columns, coder, Redactor(names or nobody))
    writer = LineWriter(with_own(coder, own), names, own, asked)
    counts: Counter[str] = Counter()
    said, done = time.monotonic(), 0
    with _put_in_place(given.out) as file:
        made = batches(comments(given.file, columns))
        for lines in write_lines(made, writer, given.engine, given.workers):
            file.write(lines.written)
            counts += lines.counts
            done += lines.written.count(b"\n")
            if time.monotonic() - said > PATIENCE:
                said = time.monotonic()
                _say(f"{done:,} of {total:,} comments coded")
    for sentence in shares(counts, total):
        _say(sentence)
    _say(f"Done: {given.out}. Keep it as you keep comments: each line is what one person wrote.")


def _with_second() -> Coder:
    if not installed():
        raise DataError(["--second needs the extra: tools/setup web embeddings"])
    try:
        return fused_coder()
    except WrongModelError as error:
        raise DataError([str(error)]) from error


def _refuse(given: argparse.Namespace) -> None:
    if given.workers < 1:
        raise DataError(["--workers takes 1 or more."])
    if not given.text.strip():
        raise DataError(
            ["There is no column without a name. Say with --text which holds the comments."]
        )
    folder = given.out.parent
    if not folder.is_dir():
        raise DataError([f"There is no folder {folder}. Make it first, or name another."])
    if not given.out.exists():
        return
    if not stat.S_ISREG(given.out.stat().st_mode):
        raise DataError([f"{given.out} is no file. Name a file to write."])
    read = (given.file, given.names, given.corrections, given.codebook)
    if any(one and one.exists() and one.samefile(given.out) for one in read):
        raise DataError([f"{given.out} is a file to be read. Name another one to write."])


def _own_codebook(path: Path) -> OwnCodebook:
    """An own codebook, whole, or every problem in it with its line."""
    try:
        own = parse(path.read_text(encoding="utf-8-sig"), path.name, load())
    except UnicodeDecodeError as error:
        raise DataError([f"{path.name} is not text in UTF-8."]) from error
    except CodebookError as error:
        raise DataError(error.problems) from error
    if own.used:
        _say("Your own themes are found by their phrases alone. Nobody has proved how well.")
    return own


def _taught(coder: Coder, path: Path, redactor: Redactor, own: OwnCodebook) -> Coder:
    """The coder after learning, or as it was where it would not code better; which, is said. It
    learns nothing of own themes."""
    known = (*coder.themes, *own.fingerprints)
    human = read_corrections(path, known, redactor)
    asked = {one.question: coder.question(one.question) for one in human}
    learnt = learn(coder, human, asked)
    for sentence in told(learnt, human):
        _say(sentence)
    return learnt.coder


def told(learnt: Learnt, human: list[HumanCode]) -> list[str]:
    """What came of learning, and by which rule it was accepted or not."""
    texts = len({one.text for one in human})
    if texts < LEAST_CODED:
        return [
            f"Nothing was learnt: {_comments(texts, 'coded ')} {'is' if texts == 1 else 'are'} "
            f"fewer than {LEAST_CODED}."
        ]
    rule = (
        f"Squared error on comments that it had not seen: {learnt.before:.4f} before, "
        f"{learnt.after:.4f} after."
    )
    if learnt.accepted:
        said = [f"Learnt from {texts:,} coded comments.", rule]
    else:
        why = "these codes do not show that it would be right more often"
        if learnt.losses:
            themes = ", ".join(learnt.losses)
            why = f"what it is sure of would have been right less than 9 times in 10 ({themes})"
        said = [f"It finds themes as it did: {why}.", rule]
    return [*said, *_told_of_directions(learnt.ways)]


def _told_of_directions(ways: Ways | None) -> list[str]:
    """What came of learning directions, where enough were coded."""
    if ways is None or ways.codes < LEAST_CODES:
        return [f"Directions: nothing was learnt from fewer than {LEAST_CODES} codes."]
    figures = (
        f"of {ways.codes:,} that it had not seen {ways.before:.1%} were right before, "
        f"{ways.after:.1%} after."
    )
    if ways.accepted:
        return [f"Directions were learnt too: {figures}"]
    return [f"It reads directions as it did: {figures}"]


@contextmanager
def _put_in_place(path: Path) -> Iterator[IO[bytes]]:
    """A file that only its owner may read, put in place whole at the end or not at all."""
    path = path.resolve()
    with tempfile.NamedTemporaryFile(
        dir=path.parent, prefix=f".{path.name}-", delete=False
    ) as fresh:
        try:
            yield fresh
            fresh.flush()
            os.fsync(fresh.fileno())
            os.replace(fresh.name, path)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(fresh.name)
            raise


def _comments(number: int, which: str = "") -> str:
    return f"{number:,} {which}comment{'' if number == 1 else 's'}"


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
