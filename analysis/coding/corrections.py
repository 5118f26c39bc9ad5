"""Codes that people gave, from a JSONL file, for a coder to learn from."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from analysis.coding.comments_file import Problems, objects
from analysis.text.direction import DIRECTIONS
from analysis.text.human_codes import OTHER, Code, HumanCode, Kind
from analysis.text.redact import Redactor

FUNCTIONS = ("enabler", "aspiration", "barrier", "offer", "unset")


def read_corrections(path: Path, themes: Collection[str], redactor: Redactor) -> list[HumanCode]:
    """People's codes, a comment a line: ``text``, ``codes`` and, if known, ``question`` in words.

    A code is ``[theme, direction, function, start, end]``, of which the first two are needed, or an
    object with these names, so that lines written by the command can be put right and given back
    (there they are called ``themes``). No codes means that no theme fits. Comments are redacted
    before anything is learnt. Raises :class:`~analysis.dataset.DataError` with the bad lines.
    """
    problems = Problems()
    found: list[HumanCode] = []
    for line, one in objects(path):
        text, given = one.get("text"), one.get("codes", one.get("themes"))
        kind = one.get("kind", "correction")
        where = f"{path.name}, line {line}"
        if not isinstance(text, str) or not isinstance(given, list):
            problems.add(f"{where}: it needs “text” and “codes”.")
            continue
        if kind not in get_args(Kind):
            problems.add(f"{where}: “kind” is audit or correction.")
            continue
        clean = redactor.redact(text).text
        codes = [_code(code, themes, len(clean)) for code in given]
        if None in codes:
            problems.add(
                f"{where}: a code is a theme of the codebook, a direction "
                f"({', '.join(DIRECTIONS)}), and if you like a function and a place."
            )
            continue
        found.append(
            HumanCode(
                comment=str(one.get("comment", one.get("id", line))),
                question=str(one.get("question") or ""),
                text=clean,
                codes=tuple(code for code in codes if code is not None),
                kind=kind,
                coder=str(one.get("coder") or ""),
                codebook=str(one.get("codebook") or ""),
                seen=str(one.get("seen") or ""),
            )
        )
    problems.refuse()
    return found


def _code(given: object, themes: Collection[str], length: int) -> Code | None:
    """A code, or ``None`` for what is none."""
    theme, direction, function, start, end = _parts(given, length)
    right = (
        (theme in themes or theme == OTHER)
        and direction in DIRECTIONS
        and function in FUNCTIONS
        and isinstance(start, int)
        and isinstance(end, int)
    )
    return Code(theme, direction, function, start, end) if right else None


def _parts(given: object, length: int) -> tuple[Any, Any, Any, Any, Any]:
    if isinstance(given, Mapping):
        span = given.get("span") or (0, length)
        start, end = span if isinstance(span, list | tuple) and len(span) == 2 else (None, None)
        function = given.get("function", "unset")
        return given.get("theme"), given.get("direction"), function, start, end
    if isinstance(given, Sequence) and not isinstance(given, str) and 2 <= len(given) <= 5:
        usual: list[Any] = [None, None, "unset", 0, length]
        theme, direction, function, start, end = [*given, *usual[len(given) :]]
        return theme, direction, function, start, end
    return None, None, None, None, None
