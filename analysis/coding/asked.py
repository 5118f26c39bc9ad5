"""Questions of a file that go on from one the file does not hold, such as "Why or why not?"."""

from collections.abc import Mapping
from hashlib import sha256
from heapq import heappush, heappushpop
from pathlib import Path

from analysis.coding.comments_file import Columns, comments
from analysis.text.asked import Question, goes_on
from analysis.text.coder import Coder
from analysis.text.redact import Redactor

MOST = 400


def questions_that_go_on(
    path: Path, columns: Columns, coder: Coder, redactor: Redactor
) -> Mapping[str, Question]:
    """Such questions by their words, each about the theme that its answers show, if they show one.

    Read from 400 answers at most, drawn by their words alone, so that the order of the file
    changes nothing. Every answer to the question is then read with it.
    """
    if not columns.question:
        return {}
    drawn: dict[str, list[tuple[int, str]]] = {}
    for one in comments(path, columns):
        if goes_on(one.question) and one.text:
            lot = -int.from_bytes(sha256(one.text.encode()).digest()[:8])
            kept = drawn.setdefault(one.question, [])
            (heappush if len(kept) < MOST else heappushpop)(kept, (lot, one.text))
    found = {}
    for words, kept in drawn.items():
        texts = [redactor.redact(text).text for _, text in sorted(kept)]
        found[words] = coder.question(words, about=coder.subject(texts))
    return found
