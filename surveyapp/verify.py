#!/usr/bin/env python3
"""Check what an organisation promised and published with Candour, without asking its server.

    python3 verify.py RECORD                       a folder, or the zip as downloaded
    python3 verify.py RECORD --words "..."         twelve words typed from an old message
    python3 verify.py RECORD --receipt 7KQM4-...   is my receipt listed?

It needs Python 3.11 or newer and nothing else: no network and no other file. It reads from top to
bottom: tools, the noticeboard, one pulse, its results, the auditor's part, the command.
Ends with 0 sound, 1 tampered, 2 incomplete, 3 overdue; of several the lowest but 0.
"""

import argparse
import base64
import hashlib
import io
import json
import re
import sys
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

SOUND, TAMPERED, INCOMPLETE, OVERDUE = range(4)
VERDICTS = ("SOUND", "TAMPERED", "INCOMPLETE", "OVERDUE")
PLAIN = ("wrong", "wrong", "missing", "late")
WORDS_SHA256 = "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda"
RECEIPT_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ORDER = ("COMMITTED", "ROSTER", "OPEN", "CLOSED", "OPENED", "PUBLISHED")
PAIRS = {
    "HELD": ({"hr", "board"}, {"witness", "auditor"}),
    "rule": ({"hr"}, {"board", "witness"}),
    "client": ({"hr"}, {"board", "witness"}),
    "extend": ({"hr"}, {"board", "witness"}),
    "TOMBSTONE": ({"hr"}, {"witness", "board"}),
}
FEWEST_PAIRS = 30
TOLD_OF_COMMENTS = ("themes", "withheld", "audit", "subjects")
NO_THEMES = ("other", "none")  # counted among comments, and compared with nothing
MASK, MOST_WORDS = re.compile(r"\[(?:name|place|date|number|contact)\]"), 5_000
MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError)
CANNOT = (
    "that the people on the list are real, and that nobody real was left out;",
    "that answers were counted whose authors never looked for their receipt;",
    "what happened in the server's memory when answers were locked, opened and counted;",
    "that ballots came from many people: whoever controls the server while a pulse is open, with "
    "the keys that sign codes and the noticeboard, can fill a group with ballots of their own, so "
    "that what is left of it is one person's;",
    "that a witness handed back every envelope: one dropped as damaged looks like a damaged one;",
    "that every comment which two people cleared is printed, and every subject that they named, "
    "nor how many comments reviewers held back and why;",
    "that those who kept a diary phrase moved as told: nobody keeps who is whose pair;",
    "that report, tables and charts say what summary.json says: they were announced, but not read;",
    "that you were shown the same noticeboard as everybody else, unless you compare its twelve "
    "words with those in somebody's old message.",
)


# ---------------------------------------------------------------- tools


@dataclass
class Report:
    """What was found, as it will be printed; each problem under the number it counts for."""

    lines: list[str] = field(default_factory=list)
    problems: dict[int, list[str]] = field(default_factory=lambda: {1: [], 2: [], 3: []})

    def say(self, text: str) -> None:
        self.lines.append(text)

    def tampered(self, text: str) -> None:
        self._problem(TAMPERED, text)

    def incomplete(self, text: str) -> None:
        self._problem(INCOMPLETE, text)

    def overdue(self, text: str) -> None:
        self._problem(OVERDUE, text)

    def _problem(self, kind: int, text: str) -> None:
        self.problems[kind].append(text)
        self.lines.append(f"  {VERDICTS[kind]}: {text}")

    def expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.tampered(otherwise)

    def code(self) -> int:
        return min((kind for kind, found in self.problems.items() if found), default=SOUND)


def canonical(value: Any) -> bytes:
    """The one spelling of a value (RFC 8785 without fractions)."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def parse(raw: bytes) -> Any:
    """Read canonical JSON. Any other spelling of the same value is refused."""

    def refuse(text: str) -> Any:
        raise ValueError(text)

    value = json.loads(raw, parse_float=refuse, parse_constant=refuse)
    if canonical(value) != raw:
        raise ValueError("not canonical")
    return value


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def leaf_hash(entry: bytes) -> bytes:
    """RFC 9162, section 2.1.1."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def roots(entries: Sequence[bytes]) -> Iterator[bytes]:
    """The Merkle root of the first entry, of the first two, and so on. What is kept are the roots
    of the complete subtrees, the largest first."""
    peaks: list[bytes] = []
    for size, entry in enumerate(entries):
        peaks.append(leaf_hash(entry))
        while size & 1:
            right = peaks.pop()
            peaks[-1] = node(peaks[-1], right)
            size >>= 1
        found = peaks[-1]
        for left in reversed(peaks[:-1]):
            found = node(left, found)
        yield found


def root_of(entries: Sequence[bytes]) -> bytes:
    *_, found = hashlib.sha256(b"").digest(), *roots(entries)
    return found


def in_tree(entry: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the path leads from the entry to the root (RFC 9162, section 2.1.3.2)."""
    first, last, found = index, size - 1, leaf_hash(entry)
    for step in proof:
        if last == 0:
            return False
        if first & 1 or first == last:
            found = node(step, found)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            found = node(found, step)
        first, last = first >> 1, last >> 1
    return 0 <= index < size and last == 0 and found == root


# Ed25519 (RFC 8032, section 5.1): the curve, its base point, and points as (X, Y, Z, T).
P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int, int, int]


def _x(y: int, sign: int) -> int:
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise ValueError("no point")
    return P - x if x & 1 != sign else x


def _point(data: bytes) -> Point:
    number = int.from_bytes(data, "little")
    y, sign = number & (1 << 255) - 1, number >> 255
    x = _x(y, sign)
    return x, y, 1, x * y % P


def _add(one: Point, two: Point) -> Point:
    a = (one[1] - one[0]) * (two[1] - two[0]) % P
    b = (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(number: int, point: Point) -> Point:
    found = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = _add(found, point)
        point, number = _add(point, point), number >> 1
    return found


_BASE_Y = 4 * pow(5, -1, P) % P
BASE = (_x(_BASE_Y, 0), _BASE_Y, 1, _x(_BASE_Y, 0) * _BASE_Y % P)


def signed_by(public: str, message: bytes, signature: bytes) -> bool:
    """Whether this is the Ed25519 signature of the message under the key (64 hex digits)."""
    try:
        key = bytes.fromhex(public)
        a, r = _point(key), _point(signature[:32])
    except ValueError:
        return False
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or len(key) != 32 or s >= Q:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % Q
    left, right = _times(s, BASE), _add(r, _times(k, a))
    same_x = (left[0] * right[2] - right[0] * left[2]) % P == 0
    return same_x and (left[1] * right[2] - right[1] * left[2]) % P == 0


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)


def zone_of(covenant: Mapping[str, Any]) -> tzinfo:
    try:
        return ZoneInfo(covenant["timezone"])
    except (KeyError, ValueError, OSError):
        return UTC  # not every computer has a list of time zones


def in_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def read(record: Path) -> dict[str, bytes]:
    """Every file of the record by its name. Raises ``OSError`` or ``zipfile.BadZipFile``."""
    if record.is_dir():
        files = {
            path.relative_to(record).as_posix(): path.read_bytes()
            for path in sorted(record.rglob("*"))
            if path.is_file() and not path.name.startswith(".")
        }
    else:
        with zipfile.ZipFile(io.BytesIO(record.read_bytes())) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            if len(names) != len(set(names)):
                raise zipfile.BadZipFile("two files of one name")
            files = {name: archive.read(name) for name in names}
    boards = sorted((name for name in files if name.endswith("noticeboard.jsonl")), key=len)
    top = boards[0].removesuffix("noticeboard.jsonl") if boards else ""
    return {name.removeprefix(top): body for name, body in files.items() if name.startswith(top)}


# ---------------------------------------------------------------- the noticeboard


@dataclass
class Line:
    """A line of the noticeboard; ``raw`` are its bytes."""

    raw: bytes
    n: int
    prev: str
    type: str
    body: dict[str, Any]
    dated: str

    @property
    def day(self) -> date:
        return date.fromisoformat(self.dated)


def read_board(files: Mapping[str, bytes], report: Report) -> list[Line]:
    """The lines, with the chain, their numbers and their days checked."""
    raw = files.get("noticeboard.jsonl")
    if raw is None:
        report.incomplete("There is no noticeboard in this record (noticeboard.jsonl).")
        return []
    lines: list[Line] = []
    prev, latest = "0" * 64, ""
    report.expect(raw.endswith(b"\n"), "The noticeboard ends in the middle of a line.")
    for place, one in enumerate(raw.removesuffix(b"\n").split(b"\n")):
        try:
            value = parse(one)
            line = Line(one, *(value[key] for key in ("n", "prev", "type", "body", "date")))
            if (
                len(value) != 5
                or not isinstance(line.body, dict)
                or line.day.isoformat() != line.dated
            ):
                raise ValueError("form")
        except (*MALFORMED, RecursionError):
            report.tampered(f"Line {place} of the noticeboard is not a line.")
            prev = sha256(one)
            continue
        report.expect(line.n == place, f"Line {place} has the number {line.n}.")
        report.expect(
            line.prev == prev,
            f"Line {place} does not follow from the line before it: one of them was changed, moved "
            "or taken out.",
        )
        report.expect(line.dated >= latest, f"Line {place} is dated before the line above it.")
        prev, latest = sha256(one), max(latest, line.dated)
        lines.append(line)
    return lines


def key_after(lines: Sequence[Line], size: int) -> str:
    """The key that signs a board of so many lines."""
    return next((str(x.body["ed25519"]) for x in reversed(lines[:size]) if x.type == "KEY"), "")


def check_keys(lines: Sequence[Line], report: Report) -> None:
    """The first line announces the board's key; a later key is signed by the one before it."""
    if not lines or lines[0].type != "KEY" or "previous" in lines[0].body:
        report.tampered("The first line does not announce the noticeboard's key.")
    for line in lines[1:]:
        if line.type != "KEY":
            continue
        old = key_after(lines, line.n)
        body = {"ed25519": line.body["ed25519"], "n": line.n, "prev": line.prev, "previous": old}
        signature = bytes.fromhex(line.body["signature"])
        report.expect(
            line.body["previous"] == old
            and line.body["origin"] == lines[0].body["origin"]
            and signed_by(old, b"candour/key/1\n" + canonical(body), signature),
            f"Line {line.n} announces a new key that the old key did not sign.",
        )


NOTE = re.compile(r"((\S+)\n(\d+)\n(\S+)\n)\n— (\S+) (\S+)\n")


def check_checkpoint(
    what: str, note: bytes, lines: Sequence[Line], every_root: Sequence[bytes], report: Report
) -> int:
    """Hold a signed checkpoint against the board; how many lines it covers."""
    found = NOTE.fullmatch(note.decode("utf-8", "replace").replace("\r\n", "\n"))
    if found is None:
        report.tampered(f"{what} is not a checkpoint.")
        return 0
    text, origin, length, root, name, mark = found.groups()
    size, signature = int(length), base64.b64decode(mark, validate=True)
    if size > len(lines):
        report.tampered(
            f"{what} covers {size} lines, and the noticeboard has {len(lines)}: lines are gone."
        )
        return size
    public = key_after(lines, size)
    key_id = hashlib.sha256(origin.encode() + b"\n\x01" + bytes.fromhex(public)).digest()[:4]
    report.expect(
        origin == name == lines[0].body["origin"]
        and signature[:4] == key_id
        and signed_by(public, text.encode(), signature[4:]),
        f"{what} is not signed with the noticeboard's key.",
    )
    report.expect(
        size > 0 and base64.b64decode(root, validate=True) == every_root[size - 1],
        f"{what} does not fit the lines of this noticeboard: it was changed, or another one was "
        "shown.",
    )
    return size


def word_list(files: Mapping[str, bytes]) -> list[str]:
    """The 2,048 words, from the record or beside this program; none where there is no true list."""
    beside = Path(__file__).with_name("words.txt")
    for body in (files.get("words.txt"), beside.read_bytes() if beside.is_file() else None):
        if body is not None and sha256(body) == WORDS_SHA256:
            return body.decode().split()
    return []


def words_of(origin: str, size: int, root: bytes, listed: Sequence[str]) -> list[str]:
    """Twelve words: the first 132 bits of the SHA-256 of what a checkpoint signs."""
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    bits = int(sha256(text.encode()), 16) >> 256 - 132
    return [listed[bits >> 11 * place & 2047] for place in reversed(range(12))]


def check_words(
    typed: str, lines: Sequence[Line], every_root: Sequence[bytes], listed: Sequence[str],
    report: Report,
) -> None:  # fmt: skip
    """Find the beginning of the board that these words belong to."""
    wanted = [word[:4] for word in re.findall(r"[a-z]+", typed.lower())]
    if not listed:
        report.incomplete("The list of words (words.txt) is missing, so words cannot be checked.")
        return
    wrong = [word for word in wanted if word not in {one[:4] for one in listed}]
    if len(wanted) != 12 or wrong:
        report.incomplete("Type all twelve words as they stand in the message. " + " ".join(wrong))
        return
    origin = str(lines[0].body["origin"]) if lines else ""
    for size, root in enumerate(every_root, 1):
        if [word[:4] for word in words_of(origin, size, root, listed)] == wanted:
            report.say(
                f"Your twelve words belong to the first {size} lines, up to "
                f"{in_words(lines[size - 1].day)}. Nothing before that was changed since."
            )
            return
    report.tampered(
        "Your twelve words fit no beginning of this noticeboard. It was changed since your "
        "message, another one was shown to you, or a word is mistyped."
    )


# ---------------------------------------------------------------- one pulse


@dataclass
class Pulse:
    """One pulse: its lines, its promises, and what they come to with the changes made in public."""

    lines: list[Line]
    covenant: dict[str, Any] = field(default_factory=dict)
    rule: dict[str, int] = field(default_factory=dict)
    closes: datetime | None = None
    publishes: datetime | None = None
    held: str = ""

    @property
    def name(self) -> str:
        named = (line.body.get("name") for line in self.lines)
        return str(next((name for name in named if name), "A pulse without a name"))

    def of(self, kind: str) -> list[Line]:
        return [line for line in self.lines if line.type == kind]

    def first(self, kind: str) -> Line | None:
        return next(iter(self.of(kind)), None)

    def withdrawn(self) -> set[str]:
        return {line.body["sha256"] for line in self.of("TOMBSTONE")}

    def standing(self) -> Line | None:
        """The newest publication that was not taken back."""
        gone = self.withdrawn()
        return next(
            (x for x in reversed(self.of("PUBLISHED")) if x.body["sha256"] not in gone), None
        )


def two_signed(line: Line, kind: str, sealed: bool, report: Report) -> bool:
    """Whether two people with two fitting roles signed a change. Where there is a witness, the
    board cannot sign in their place when results are taken back."""
    roles = [one["role"] for one in line.body["signed"]]
    names = {one["name"] for one in line.body["signed"]}
    first, second = PAIRS[kind]
    if sealed and kind == "TOMBSTONE":
        second = {"witness"}
    fits = len(roles) == 2 and any(a in first and b in second for a, b in (roles, roles[::-1]))
    report.expect(
        fits and len(names) == 2,
        f"Line {line.n} needs the signatures of two people with two roles.",
    )
    return fits


def signers(line: Line) -> str:
    return " and ".join(f"{one['name']} ({one['role']})" for one in line.body["signed"])


def check_order(pulse: Pulse, report: Report) -> None:
    """The steps come once each, results too, in their order, and none is left out."""
    steps = [line.type for line in pulse.lines if line.type in ORDER]
    report.expect(
        steps == list(ORDER[: len(steps)]),
        f"{pulse.name}: its lines are not the steps of a pulse in their order: {', '.join(steps)}.",
    )


def check_promises(pulse: Pulse, by_hash: Mapping[str, bytes], report: Report) -> None:
    """The promises are those that were announced, and what the board repeats of them is true."""
    committed, listed, closed = (pulse.first(kind) for kind in ("COMMITTED", "ROSTER", "CLOSED"))
    if committed is None:
        report.tampered(f"{pulse.name}: nothing was promised before it began.")
        return
    wanted = committed.body["covenant_sha256"]
    raw = by_hash.get(wanted)
    if raw is None:
        report.incomplete(f"{pulse.name}: its promises are not in this record, or were changed.")
        return
    covenant = pulse.covenant = parse(raw)
    pulse.rule = dict(covenant["rule"])
    pulse.closes, pulse.publishes = (
        moment(covenant["dates"][at]) for at in ("closes", "publishes")
    )
    told = [covenant["wave"]["id"], covenant["dates"], covenant["rule"]]
    report.expect(
        told == [committed.body[key] for key in ("wave", "dates", "rule")]
        and committed.body["name"]
        == f"{covenant['programme']['slug']}/{covenant['wave']['number']}",
        f"{pulse.name}: the noticeboard gives other dates or another rule than the promises.",
    )
    if listed is not None:
        report.expect(
            listed.body["invited"] == covenant["invited"] == covenant["roster"]["size"]
            and listed.body["root"] == covenant["roster"]["root"],
            f"{pulse.name}: the list of people is not the one in the promises.",
        )
    if closed is not None and "covenant_sha256" in closed.body:
        report.expect(
            closed.body["covenant_sha256"] == wanted,
            f"{pulse.name}: its promises were others at closing than at the start.",
        )
    report.say(
        f"  Its promises are unchanged. Fewest answers behind any figure: {covenant['rule']['k']}."
    )


def check_changes(pulse: Pulse, report: Report) -> None:
    """Changes were signed by two, came in time, and lowered no protection."""
    zone, seen = zone_of(pulse.covenant), Counter[str]()
    sealed = bool(pulse.covenant.get("witnesses"))
    promised = {at: moment(pulse.covenant["dates"][at]) for at in ("closes", "publishes")}
    before: list[str] = []
    for line in pulse.lines:
        body, kind = line.body, line.type
        before.append(kind)
        if kind == "HELD":
            until, seen["HELD"] = moment(body["until"]), seen["HELD"] + 1
            latest = promised["publishes"] + timedelta(days=14)
            lawful = two_signed(line, kind, sealed, report) and (
                promised["publishes"] < until <= latest
                and line.day <= promised["publishes"].astimezone(zone).date()
                and seen["HELD"] == 1
            )
            report.expect(lawful, f"{pulse.name}: the results were held back against the rules.")
            if lawful:
                pulse.publishes = until
                pulse.held = (
                    f"HELD until {in_words(until.astimezone(zone).date())} by {signers(line)}. "
                    f"Reason: {body['reason']}."
                )
                report.say(f"  {pulse.held}")
        elif kind == "AMENDED":
            change = body["change"]
            two_signed(line, change, sealed, report)
            late = "OPENED" if change == "rule" else "CLOSED"
            report.expect(
                late not in before, f"{pulse.name}: line {line.n} changes a rule too late."
            )
            report.say(f"  Changed in public by {signers(line)}: {change}. {body['reason']}.")
            if change == "rule":
                lower = [key for key, old in pulse.rule.items() if body["rule"].get(key, 0) < old]
                report.expect(
                    not lower and body["rule"]["k"] > pulse.rule["k"],
                    f"{pulse.name}: line {line.n} lowers a protection: {', '.join(lower) or 'k'}.",
                )
                report.expect(
                    body["rule"]["k"] <= 2 * pulse.covenant["rule"]["k"],
                    f"{pulse.name}: line {line.n} asks for so many answers that it hides results.",
                )
                pulse.rule = {k: max(v, body["rule"].get(k, 0)) for k, v in pulse.rule.items()}
            elif change == "extend":
                closes, seen["extend"] = moment(body["closes"]), seen["extend"] + 1
                report.expect(
                    promised["closes"] < closes <= promised["closes"] + timedelta(days=7)
                    and closes < promised["publishes"]
                    and seen["extend"] == 1,
                    f"{pulse.name}: closing was moved further than the rules allow.",
                )
                pulse.closes = closes
        elif kind == "TOMBSTONE":
            two_signed(line, kind, sealed, report)
            known = {one.body["sha256"] for one in pulse.of("PUBLISHED")}
            report.expect(
                body["sha256"] in known,
                f"{pulse.name}: line {line.n} takes back what was never out.",
            )
            report.say(f"  Results were taken back by {signers(line)}. Reason: {body['reason']}.")


def check_counts(pulse: Pulse, report: Report) -> None:
    """Ballots, codes and people fit, and the published lists have the roots that were signed."""
    closed, opened = pulse.first("CLOSED"), pulse.first("OPENED")
    if closed is None:
        return
    body = closed.body
    people = pulse.covenant.get("invited", body["invited"])
    told = sum(line.body.get("doubles", 0) for line in pulse.of("RESTORED"))
    doubles = min(told, people)
    report.expect(
        body["issued"] <= people and body["invited"] == people,
        f"{pulse.name}: {body['issued']} codes were used, and {people} people were promised.",
    )
    report.expect(
        body["ballots"] <= body["issued"] + doubles,
        f"{pulse.name}: {body['ballots']} ballots came from {body['issued']} codes.",
    )
    _list(pulse, body, ("leaves", "root"), body["ballots"], "ballots", report)
    if doubles:
        report.say(f"  After a restored backup up to {doubles} people could answer twice.")
    if opened is None:
        report.say(f"  {body['ballots']} ballots are in. They are not opened yet.")
        return
    said = opened.body
    aside = sum(said["rejected"].values())
    report.expect(
        said["accepted"] + aside == body["ballots"]
        and min(said["rejected"].values(), default=1) > 0,
        f"{pulse.name}: {body['ballots']} ballots went in and {said['accepted'] + aside} came out.",
    )
    _list(pulse, said, ("receipts", "receipts_root"), said["accepted"], "receipts", report)
    report.say(
        f"  {people} people, {body['issued']} codes used, {body['ballots']} ballots, "
        f"{said['accepted']} counted, {aside} set aside {said['rejected'] or ''}".rstrip()
        + "."
    )
    if pulse.covenant.get("witnesses"):
        check_witness(pulse, closed, opened, report)


def _list(
    pulse: Pulse,
    body: Mapping[str, Any],
    keys: tuple[str, str],
    size: int,
    what: str,
    report: Report,
) -> None:
    entries = body[keys[0]]
    report.expect(
        entries == sorted(set(entries))
        and len(entries) == size
        and root_of([bytes.fromhex(one) for one in entries]).hex() == body[keys[1]],
        f"{pulse.name}: the list of {what} does not have the number or the root that was signed, "
        "or names one twice.",
    )


def check_witness(pulse: Pulse, closed: Line, opened: Line, report: Report) -> None:
    """A sealed pulse was opened by a witness of the promises, from the ballots at closing."""
    said = opened.body.get("witness")
    if not said:
        report.tampered(f"{pulse.name}: it was opened without a witness's signature.")
        return
    statement = said["statement"]
    keys = {one["name"]: one["signs"] for one in pulse.covenant["witnesses"]}
    known = statement["witness"] in keys and signed_by(
        keys[statement["witness"]],
        b"candour/v1/opening\0" + canonical(statement),
        bytes.fromhex(said["signature"]),
    )
    report.expect(
        known, f"{pulse.name}: the witness's signature is not that of a promised witness."
    )
    report.expect(
        statement["closed_root"] == closed.body["root"]
        and statement["wave"] == closed.body["wave"]
        and statement["ballots"] + sum(statement["rejected"].values()) == closed.body["ballots"]
        and opened.body["accepted"] <= statement["ballots"],
        f"{pulse.name}: the witness opened other ballots than those that were in at closing.",
    )
    if known:
        report.say(f"  {statement['witness']} signed that these very ballots were opened.")


def check_dates(pulse: Pulse, today: date, report: Report) -> None:
    """Results came on their day and no earlier, or are overdue."""
    if pulse.publishes is None:
        return
    zone, published = zone_of(pulse.covenant), pulse.first("PUBLISHED")
    due = pulse.publishes.astimezone(zone).date()
    closed = pulse.first("CLOSED")
    if closed is not None and pulse.closes is not None:
        gap = (closed.day - pulse.closes.astimezone(zone).date()).days
        if gap:
            report.say(
                f"  It closed {days(abs(gap))} {'later' if gap > 0 else 'earlier'} than promised."
            )
    if published is None:
        late = (today - due).days
        if late > 0:
            report.overdue(f"{pulse.name}: results were due on {in_words(due)}, {days(late)} ago.")
        else:
            report.say(f"  Results are due on {in_words(due)}.")
        return
    late = (published.day - due).days
    report.expect(late >= 0, f"{pulse.name}: results came out before their promised day.")
    on_time = "on the promised day" if late == 0 else f"{days(late)} late"
    report.say(f"  Results came out on {in_words(published.day)}, {on_time}.")


# ---------------------------------------------------------------- published results


def check_results(pulse: Pulse, by_hash: Mapping[str, bytes], report: Report) -> None:
    """The published results are the ones announced and hold all, and no more than, was promised."""
    line = pulse.standing()
    if line is None:
        return
    raw = by_hash.get(line.body["sha256"])
    if raw is None:
        report.incomplete(
            f"{pulse.name}: its results are not in this record, or were changed. Download the "
            "record from the page of the results, whose address is in your results message."
        )
        return
    results = json.loads(raw)
    if not pulse.covenant:
        report.say("  Its results are as published. They came from a file, without promises.")
        return
    before = report.code()
    check_heads(pulse, results, report)
    check_tables(pulse, results, report)
    check_pairs(pulse, results, report)
    check_comments(pulse, results, report)
    check_thresholds(pulse, results, report)
    if report.code() == before:
        report.say("  Its results are as published: every promised table, and no group too small.")


def check_heads(pulse: Pulse, results: Mapping[str, Any], report: Report) -> None:
    """The results speak of this pulse, of these groups, and of these questions in these words."""
    covenant, closed, opened = pulse.covenant, pulse.first("CLOSED"), pulse.first("OPENED")
    head, wave = results["wave"], covenant["wave"]
    report.expect(
        [head["id"], head["label"], head["date"]]
        == [str(wave["number"]), wave["label"], closed.dated if closed else ""]
        and results["instrument"] == covenant["instrument"]["id"],
        f"{pulse.name}: its results are about another pulse.",
    )
    report.expect(
        results["rule"] == pulse.rule,
        f"{pulse.name}: the results follow another rule than the one in force.",
    )
    promised = [(one["key"], one["name"], one["parent"] or None) for one in covenant["groups"]]
    units = [(unit["id"], unit["name"], unit["parent"]) for unit in results["units"]]
    people = [one["people"] for one in covenant["groups"]]
    report.expect(
        units == promised and [x["headcount"] for x in results["units"]] == people,
        f"{pulse.name}: the groups in its results are not the promised ones.",
    )
    asked = {one["id"]: (one["text"], one["reversed"]) for one in covenant["questions"]}
    titles = {one["id"]: one["title"] for one in covenant["themes"]}
    other = [
        one["id"]
        for theme in results["themes"]
        for one in theme["items"]
        if asked.get(one["id"]) != (one["text"], one["reversed"])
    ]
    other += [x["id"] for x in results["themes"] if titles.get(x["id"]) != x["title"]]
    other += [
        x["question"] for x in results["text"] if asked.get(x["question"], ("",))[0] != x["text"]
    ]
    report.expect(not other, f"{pulse.name}: other words than were asked: {', '.join(other)}.")
    told = next((x["answered"] for x in results["participation"] if x["unit"] == units[0][0]), None)
    if opened is not None and told is not None:
        low, high = about(told)
        report.expect(
            low <= opened.body["accepted"] <= high,
            f"{pulse.name}: results count {told} answers; {opened.body['accepted']} were accepted.",
        )


def check_tables(pulse: Pulse, results: Mapping[str, Any], report: Report) -> None:
    """Every table that was promised is there whole: each cell has a figure or says “Not shown”."""
    covenant = pulse.covenant
    groups = [one["key"] for one in covenant["groups"]]
    themes = [one["id"] for one in covenant["themes"]]
    rated = {item for one in covenant["themes"] for item in one["items"]}
    texts = {one["id"] for one in covenant["questions"] if one["kind"] == "text"}
    cells = {(row["theme"], row["unit"]) for row in results["rows"]}
    missing = {
        "themes-all": {(theme, groups[0]) for theme in themes} - cells,
        "themes-groups": {(theme, group) for theme in themes for group in groups} - cells,
        "questions-all": rated - {one["item"] for one in results["items"]},
        "participation": set(groups) - {one["unit"] for one in results["participation"]},
        "silence": set(themes) - {one["theme"] for one in results["silence"]},
        "comments-themes": texts - {one["question"] for one in results["text"]},
        "pairs-all": set(),  # nothing is owed: under the fewest pairs nothing may be told
        "comments-groups": uncompared(covenant["groups"], results["text"]),
        # Which comments two people cleared, and what they named, no other file says.
        "comments-quoted": set(),
        "comments-withheld": {
            one["question"]
            for one in results["text"]
            if one.get("comments", "Not shown") != "Not shown" and not one.get("withheld")
        },
        "comments-subjects": set(),
    }
    for table in covenant["tables"]:
        gone = missing.get(table["id"])
        if gone is None:
            report.say(f"  This program does not know the table “{table['words']}”.")
        elif gone:
            report.incomplete(
                f"{pulse.name}: promised and left out, wholly or in part: “{table['words']}”."
            )
    compared = any((one.get("audit") or {}).get("groups") for one in results["text"])
    report.expect(
        not compared or "comments-groups" in {table["id"] for table in covenant["tables"]},
        f"{pulse.name}: results compare what groups wrote, which was not promised.",
    )


def uncompared(
    groups: Sequence[Mapping[str, Any]], text: Sequence[Mapping[str, Any]]
) -> set[tuple[str, str, str]]:
    """Questions, themes and groups just below the whole of which no word is told, not even that
    it is not shown, though people checked the question and the theme has a figure."""
    below = [one["key"] for one in groups if one["parent"] == groups[0]["key"]]
    missing = set()
    for question in text:
        audit = question.get("audit")
        shares = audit["found"]["shares"] if audit else ()
        themes = [
            one["label"]
            for one in shares
            if not one["grey"] and "/" not in one["label"] and one["label"] not in NO_THEMES
        ]
        told = {(one["theme"], one["unit"]) for one in audit["groups"]} if audit else set()
        missing |= {
            (question["question"], *cell)
            for cell in ((theme, group) for theme in themes for group in below)
            if cell not in told
        }
    return missing


def check_pairs(pulse: Pulse, results: Mapping[str, Any], report: Report) -> None:
    """Of people who kept a diary phrase only what was promised, and only of enough of them."""
    pairs = results.get("pairs")
    if pairs is None:
        return
    report.expect(
        bool(pulse.covenant.get("diary")),
        f"{pulse.name}: results tell of diary phrases, which were not promised.",
    )
    report.expect(
        int(pairs["people"].split()[-1]) >= max(FEWEST_PAIRS, pulse.rule["k"]),
        f"{pulse.name}: results tell of {pairs['people']} people who kept a diary phrase.",
    )


def check_comments(pulse: Pulse, results: Mapping[str, Any], report: Report) -> None:
    """Of comments nothing is told from too few, and nobody read them who was not promised."""
    quoted = Counter(one["question"] for one in results.get("quotes", ()))
    told = [x for x in results["text"] if any(x.get(name) for name in TOLD_OF_COMMENTS)]
    shown = {one["question"] for one in results["text"] if one["comments"] != "Not shown"}
    read = quoted or results.get("not_quoted") or results.get("subjects")
    read = read or any(one.get("audit") or one.get("subjects") for one in told)
    report.expect(
        not read or bool(pulse.covenant.get("comment_readers")),
        f"{pulse.name}: people read comments, and nobody was promised to.",
    )
    few = {name for name, number in quoted.items() if number < pulse.rule["comments"]}
    few |= {*quoted, *(one["question"] for one in told)} - shown
    report.expect(
        not few,
        f"{pulse.name}: too few comments for what is told of them: {', '.join(sorted(few))}.",
    )


def about(words: str) -> tuple[int, int]:
    """The least and the most that a printed count can stand for: fives are rounded, tens to
    nineteen are one band."""
    numbers = [int(one) for one in re.findall(r"\d+", words)]
    if "–" in words:
        return numbers[0], numbers[1]
    return numbers[0] - 2, numbers[0] + 2


def check_thresholds(pulse: Pulse, results: Mapping[str, Any], report: Report) -> None:
    """No figure for too few answers or people, none of a hidden group, none finer than promised."""
    rule, covenant = pulse.rule, pulse.covenant
    parents = {one["key"]: one["parent"] for one in covenant["groups"]}
    people = {one["id"]: one["headcount"] for one in results["units"]}
    classes = {one["key"] for one in covenant["classes"]}
    sensitive = {one["id"] for one in covenant["questions"] if one["sensitive"]}
    counted = {key for key in parents if any(key in up(one, parents) for one in classes)}
    shown: dict[str, dict[str, str]] = {}
    hidden: dict[str, set[str]] = {}
    found: list[str] = []
    for row in results["rows"]:
        hidden.setdefault(row["theme"], set())
        if row["figure"] is None:
            hidden[row["theme"]].add(row["unit"])
        else:
            shown.setdefault(row["theme"], {})[row["unit"]] = row["figure"]["n"]
            if row["unit"] not in counted or people[row["unit"]] < rule["headcount"]:
                found.append(f"{row['unit']} is too small to be shown")
            found += too_fine(row["unit"], row["figure"], rule, rule["k"])
    for one in results["items"]:
        if one["figure"] is not None:
            least = rule["k_sensitive" if one["item"] in sensitive else "k"]
            found += too_fine(one["item"], one["figure"], rule, least)
    for one in results["participation"]:
        small = parents[one["unit"]] and people[one["unit"]] < rule["participation_headcount"]
        if one["answered"] is not None and small:
            found.append(f"{one['unit']}: how many answered is told of too small a group")
    for theme, figures in shown.items():
        found += complements(figures, hidden[theme], people, parents, rule)
    for problem in sorted(set(found)):
        report.tampered(f"{pulse.name}: {problem}.")


def too_fine(
    where: str, figure: Mapping[str, Any], rule: Mapping[str, int], least: int
) -> list[str]:
    """What is wrong with one figure: too few answers behind it, or more digits than promised."""
    low, high = about(figure["n"])
    banded, found = "–" in figure["n"], []
    if high < least or (banded and low < rule["k"]):
        found.append(f"{where}: fewer than {least} answers stand behind a figure")
    if banded and (figure["score"] is not None or figure["shares"] is not None):
        found.append(f"{where}: a number for fewer than {rule['banded_below']} answers")
    if figure["n"].startswith("about") and (figure["score"] or 0) % 5:
        found.append(f"{where}: a figure finer than steps of 5")
    return found


def up(key: str, parents: Mapping[str, str]) -> list[str]:
    """A group and all those above it."""
    found = [key]
    while parents[found[-1]]:
        found.append(parents[found[-1]])
    return found


def complements(
    shown: Mapping[str, str], hidden: set[str], people: Mapping[str, int],
    parents: Mapping[str, str], rule: Mapping[str, int],
) -> list[str]:  # fmt: skip
    """What taking shown groups from the shown group above them leaves. Only what is certain from
    rounded counts is a problem; a printed count may be up to k − 1 too high."""
    inside: dict[str, list[str]] = {unit: [] for unit in shown}
    problems = []
    for unit in shown:
        above = next((one for one in up(unit, parents)[1:] if one in shown), None)
        if above is not None:
            inside[above].append(unit)
        elif hidden & set(up(unit, parents)[1:]):
            problems.append(f"{unit} is shown without the whole")
    for unit, below in inside.items():
        left = people[unit] - sum(people[one] for one in below)
        low = about(shown[unit])[0] - rule["k"] + 1
        low -= sum(min(about(shown[one])[1], people[one]) for one in below)
        high = about(shown[unit])[1] - sum(about(shown[one])[0] - rule["k"] + 1 for one in below)
        if low > 0 and (left < rule["headcount"] or high < rule["k"]):
            problems.append(f"what is left of {unit} could be worked out by subtraction")
    return problems


# ---------------------------------------------------------------- the auditor's part


def check_deep(files: Sequence[Path], pulses: Sequence[Pulse], by_hash: Mapping[str, bytes],
               report: Report) -> None:  # fmt: skip
    """Count everything once more, from the answers themselves."""
    bundles = [json.loads(path.read_bytes()) for path in files]
    numbered: list[tuple[int, Pulse, dict[str, Any]]] = []
    for bundle in bundles:
        pulse = next((x for x in pulses if x.lines[0].body.get("wave") == bundle["wave"]), None)
        if pulse is None or not pulse.covenant or pulse.first("OPENED") is None:
            report.tampered(
                "An auditor's file is about a pulse that this record does not have open."
            )
            continue
        if any(pulse is other for _, other, _ in numbered):
            report.incomplete(f"Two of the auditor's files are about {pulse.name}. One is enough.")
            continue
        report.say(f"\n{pulse.name}, counted once more from {len(bundle['responses'])} answers")
        check_receipts(pulse, bundle, report)
        numbered.append((pulse.covenant["wave"]["number"], pulse, bundle))
    recount(sorted(numbered, key=lambda one: one[0]), by_hash, report)


def check_receipts(pulse: Pulse, bundle: Mapping[str, Any], report: Report) -> None:
    """Every answer gives a receipt of the published list, every comment one under its root, and no
    group has more answers than ballots, codes or people."""
    opened = pulse.first("OPENED")
    said = opened.body if opened else {}
    made = sorted(
        sha256(b"candour/resp/v1" + bytes.fromhex(one["nonce"]) + canonical(one["ratings"]))
        for one in bundle["responses"]
    )
    strange, empty = Counter(made), Counter(said["receipts"])
    report.expect(
        made == said["receipts"],
        f"{pulse.name}: {(strange - empty).total()} answers give no receipt of the published list, "
        f"and {(empty - strange).total()} receipts have no answer.",
    )
    keys = ("question", "text", "use")
    comments = sorted(
        hashlib.sha256(
            b"candour/cmt/v1"
            + bytes.fromhex(one["nonce"])
            + canonical({key: one[key] for key in keys})
        ).digest()
        for one in bundle["comments"]
    )
    report.expect(
        root_of(comments).hex() == said["comments_root"],
        f"{pulse.name}: the comments are not those that were in the ballots.",
    )
    changed = sum(not only_masked(one["text"], kept_text(one)) for one in bundle["comments"])
    report.expect(
        not changed, f"{pulse.name}: {changed} comments were changed beyond what is masked."
    )
    found = Counter(one["class"] for one in bundle["responses"])
    above = {one["key"]: one["parent"] for one in pulse.covenant["groups"]}
    people = {one["key"]: one["people"] for one in pulse.covenant["classes"]}
    cast, issued = dict(bundle["classes"]), dict(bundle["issued"])
    # Whoever asked to be counted in the larger group only was cast under a class just below it.
    loose = {key for key in found if any(above[one] == key for one in people)}
    together = bundle.get("together", [])
    pooled = {key for one in together for key in one["classes"]}
    for key in sorted(set(people) - pooled):
        few = key in loose or found[key] <= cast.get(key, 0)
        report.expect(
            few and cast.get(key, 0) <= issued.get(key, 0) <= people[key],
            f"{pulse.name}: {key} has more answers than ballots, codes or people.",
        )
    # Counted as one, so that no difference tells in which class somebody left their unit out.
    for one in together:
        listed = one["classes"]
        cast[", ".join(listed)], issued[", ".join(listed)] = one["ballots"], one["issued"]
        report.expect(
            sum(found[key] for key in listed if key not in loose) <= one["ballots"]
            and one["ballots"] <= one["issued"] <= sum(people[key] for key in listed),
            f"{pulse.name}: {', '.join(listed)} have more answers than ballots, codes or people.",
        )
    report.expect(
        set(found) <= set(people) | loose
        and sum(cast.values()) >= len(made)
        and sum(issued.values()) == pulse.of("CLOSED")[0].body["issued"],
        f"{pulse.name}: the counts by group do not add up to what was published.",
    )
    if together:
        report.say(
            "  Somebody asked to be counted in a larger group only, so some groups are counted as "
            "one and not held against the witness's signature."
        )
    elif pulse.covenant.get("witnesses") and said.get("witness"):
        statement = said["witness"]["statement"]
        signs = {one["name"]: one["signs"] for one in pulse.covenant["witnesses"]}
        counts = canonical({"statement": statement, "classes": bundle["classes"]})
        report.expect(
            signed_by(
                signs.get(statement["witness"], ""),
                b"candour/v1/opening-counts\0" + counts,
                bytes.fromhex(bundle["signature"]),
            ),
            f"{pulse.name}: the witness signed other counts by group.",
        )
    if report.code() == SOUND:
        report.say("  Every answer gives its published receipt, and every group's count fits.")


def kept_text(comment: Mapping[str, str]) -> str:
    """A comment as it is kept and counted: names and the like are masked."""
    return comment.get("kept", comment["text"])


def only_masked(text: str, kept: str) -> bool:
    """Whether what is kept is the text with marks such as [name] in places, cut short only when it
    is very long. Spaces and signs do not count: some cannot be seen, and those go too."""
    whole = re.sub(r"\W", "", unicodedata.normalize("NFC", text))
    pieces = [re.sub(r"\W", "", piece) for piece in MASK.split(kept)]
    place = 0
    for piece in pieces:
        found = whole.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    if len(text.split()) > MOST_WORDS:
        return whole.startswith(pieces[0])
    if len(pieces) == 1:
        return pieces == [whole]
    return whole.startswith(pieces[0]) and whole.endswith(pieces[-1])


def recount(
    numbered: Sequence[tuple[int, Pulse, dict[str, Any]]], by_hash: Mapping[str, bytes],
    report: Report,
) -> None:  # fmt: skip
    """Make the results anew from the answers with Candour's own ``analysis``, and compare."""
    try:
        import polars as pl  # noqa: PLC0415  nothing but --deep needs these

        from analysis import dataset, instrument, summarise, summary, tally  # noqa: PLC0415
        from analysis.disclosure import Rule  # noqa: PLC0415
        from analysis.text import own_codebook  # noqa: PLC0415
        from analysis.verdicts import Past  # noqa: PLC0415
    except ImportError:
        report.incomplete("To count results once more, run this where Candour is installed.")
        return
    earlier: list[tuple[Past, date | None]] = []
    for number, pulse, bundle in numbered:
        covenant, closed, line = pulse.covenant, pulse.first("CLOSED"), pulse.standing()
        asked = bundle["instrument"]
        if sha256(asked.encode()) != covenant["instrument"]["sha256"]:
            report.tampered(
                f"{pulse.name}: the auditor's file has other questions than were asked."
            )
            continue
        questions = instrument.from_dict(json.loads(asked), "instrument")
        columns = {"unit": pl.Series([x["class"] for x in bundle["responses"]], dtype=pl.String)}
        for item in questions.ratings:
            kind = pl.Int16 if item.kind == "number" else pl.Int8
            codes = [one["ratings"].get(item.id) for one in bundle["responses"]]
            columns[item.id] = pl.Series(codes, dtype=kind)
        said = (
            dataset.Comment(one["question"], kept_text(one), one["use"], one["unit"])
            for one in bundle["comments"]
        )
        wave = dataset.Wave(
            id=str(number),
            label=covenant["wave"]["label"],
            date=closed.dated if closed else "",
            responses=pl.DataFrame(columns),
            units=tuple(
                dataset.Unit(one["key"], one["name"], one["parent"] or None, one["people"])
                for one in covenant["groups"]
            ),
            comments=tuple(said),
            origin="ballots",
            simulated=covenant["programme"]["simulated"],
        )
        book = covenant.get("codebook", {}).get("own")
        own = own_codebook.OwnCodebook.from_dict(book) if book else own_codebook.NONE
        rule, counted = Rule.from_dict(pulse.rule), tally.count(wave, questions, own)
        # Whoever counted then could read only what was not past its time.
        opened = pulse.of("OPENED")[0].day
        kept = [past for past, until in earlier if until is None or opened < until]
        made = summarise.summarise(
            counted, questions, rule, kept, programme=covenant["programme"]["name"], own=own
        )
        raw = by_hash.get(line.body["sha256"]) if line else None
        if raw is None:
            report.say("  There are no published results in this record to compare with.")
            continue
        past = Past(counted, questions, rule, summary.Summary.from_json(raw.decode()))
        earlier.append((past, kept_until(pulse)))
        compare(pulse, json.loads(made.to_json()), json.loads(raw), len(earlier) == number, report)


def kept_until(pulse: Pulse) -> date | None:
    """The day on which the key to a pulse's answers was to be destroyed, where it was promised."""
    closed, months = pulse.first("CLOSED"), pulse.covenant.get("answers_kept_months")
    if closed is None or not months:
        return None
    year, month = divmod(closed.day.year * 12 + closed.day.month - 1 + months, 12)
    last = (date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(closed.day.day, last))


BY_PEOPLE = ("pairs", "quotes", "not_quoted", "subjects")
AUDITED = ("audited", "audit", "unchecked", "subjects")


def compare(
    pulse: Pulse, made: dict[str, Any], told: dict[str, Any], complete: bool, report: Report
) -> None:
    """Every published figure is the one that the answers give. Without the auditor's files of all
    pulses before, only the numbers of this pulse alone are compared, where both are shown."""
    cells = 0
    for table, names in (("rows", ("theme", "unit")), ("items", ("item",))):
        mine = {tuple(one[name] for name in names): one["figure"] for one in made[table]}
        for one in told[table]:
            where, figure = tuple(one[name] for name in names), one["figure"]
            # A band changes only when it must, so it may hang on the pulse before.
            beyond = figure and (mine.get(where) is None or figure["score"] is None)
            hidden = figure is None or (not complete and beyond)
            cells += not hidden
            report.expect(
                hidden or figure == mine.get(where),
                f"{pulse.name}: the figure of {', '.join(where)} is not what the answers give.",
            )
    report.say(f"  {cells} published figures were counted once more from the answers.")
    if complete:
        # Who is whose pair, and what reviewers read in comments, is in nobody's files, so neither
        # can be made again.
        for results in (made, told):
            results["text"] = [counted_by_software(one) for one in results["text"]]
        others = coded_otherwise(made["text"], told["text"])
        if others:
            for results in (made, told):
                results["text"] = [one for one in results["text"] if one["question"] not in others]
            report.incomplete(
                f"{pulse.name}: other software is said to have coded the comments: "
                f"{', '.join(sorted(set(others.values())))}. To count them once more, run this "
                "with the Candour that has it."
            )
        other = [
            name
            for name, value in made.items()
            if name not in BY_PEOPLE and told.get(name) != value
        ]
        report.expect(
            not other, f"{pulse.name}: the answers give other results: {', '.join(other)}."
        )
    else:
        report.say("  Changes since earlier pulses need the auditor's files of those as well.")


# ---------------------------------------------------------------- the command


def coded_otherwise(made: list[Any], told: list[Any]) -> dict[str, str]:
    """Questions of both whose comments, as the results say, were coded by other software than
    this, and by which."""
    here = {one["question"]: one["coder"] for one in made}
    said = {one["question"]: str(one.get("coder", "unknown")) for one in told}
    return {question: mark for question, mark in said.items() if here.get(question, mark) != mark}


def counted_by_software(text: Mapping[str, Any]) -> dict[str, Any]:
    """What a question's results say without what people coded."""
    return {name: value for name, value in text.items() if name not in AUDITED}


def check_files(files: Mapping[str, bytes], pulses: Mapping[str, Pulse], report: Report) -> None:
    """Every file is whole, and none pretends to be promises or results that nobody announced."""
    listed = files.get("sums.txt", b"\n").decode("utf-8", "replace")
    report.expect(listed.endswith("\n"), "The list of sums ends in the middle of a line.")
    for line in filter(None, listed.removesuffix("\n").split("\n")):
        total, _, name = line.partition("  ")
        if name not in files:
            report.incomplete(f"A file is missing from this record: {name}.")
        elif sha256(files[name]) != total:
            report.tampered(f"A file is not as it was downloaded: {name}.")
    lines = [line for pulse in pulses.values() for line in pulse.lines]
    known = {x.body.get("covenant_sha256") for x in lines if x.type == "COMMITTED"}
    out = {x.body.get("sha256") for x in lines if x.type == "PUBLISHED"}
    gone = {x.body.get("sha256") for x in lines if x.type == "TOMBSTONE"}
    for name, body in sorted(files.items()):
        total = sha256(body)
        if name.startswith("covenants/") and total not in known:
            report.tampered(f"The noticeboard knows no promises like those in {name}.")
        if name.endswith("summary.json") and total not in out:
            report.tampered(f"The noticeboard knows no results like those in {name}.")
        if total in gone:
            report.say(f"{name} was taken back. It should be in no record any more.")
    for pulse in pulses.values():
        standing = pulse.standing()
        if standing is not None and "files" in standing.body:
            said = standing.body
            check_made(pulse.name, said["sha256"], said["files"], files, report)


def check_made(
    pulse: str, results: str, made: Mapping[str, str], files: Mapping[str, bytes], report: Report
) -> None:
    """Beside results lie the files that were announced with them, and no others."""
    for place in [name for name in files if name.endswith("/summary.json")]:
        if sha256(files[place]) != results:
            continue
        folder = place.removesuffix("summary.json")
        ours = {place, f"{folder}index.html"}
        there = {x.removeprefix(folder) for x in files if x.startswith(folder) and x not in ours}
        for name in sorted(made.keys() | there):
            if name not in there:
                report.incomplete(f"{pulse}: {name} of its results is missing from this record.")
            else:
                report.expect(
                    sha256(files[folder + name]) == made.get(name),
                    f"{pulse}: {name} is not the file that was announced with its results.",
                )


def check_receipt(typed: str, pulses: Sequence[Pulse], report: Report) -> None:
    """Is a person's receipt in a published list? Fifteen characters are the first 75 bits."""
    letters = str.maketrans({"O": "0", "I": "1", "L": "1"})
    wanted = re.sub(r"[\s–-]", "", typed).upper().translate(letters)
    if len(wanted) != 15 or set(wanted) - set(RECEIPT_ALPHABET):
        report.incomplete("A receipt has 15 letters and numbers, such as 7KQM4-T9BX2-HW3R8.")
        return
    number = 0
    for one in wanted:
        number = number << 5 | RECEIPT_ALPHABET.index(one)
    waiting = False
    for pulse in pulses:
        opened = pulse.first("OPENED")
        waiting = waiting or (opened is None and pulse.first("COMMITTED") is not None)
        for receipt in opened.body["receipts"] if opened else ():
            if int(receipt, 16) >> 256 - 75 == number:
                report.say(f"\nYour receipt is listed: your answers were counted in {pulse.name}.")
                return
    if waiting:
        report.incomplete("Your receipt is not listed yet: a pulse has not been opened.")
    else:
        report.tampered(
            "Your receipt is in no published list. It is mistyped, you changed your answers after "
            "it, they were set aside, or they were taken out."
        )


def check_row(path: Path, pulses: Sequence[Pulse], report: Report) -> None:
    """Is a person's row under the published root? The file holds the row and its path."""
    row = json.loads(path.read_bytes())
    entry = canonical({key: row[key] for key in ("wave", "unit", "class", "salt")})
    proof = [bytes.fromhex(step) for step in row["proof"]]
    for pulse in pulses:
        for line in pulse.of("ROSTER"):
            root = bytes.fromhex(line.body["root"])
            if line.body["wave"] == row["wave"] and in_tree(
                entry, row["index"], row["size"], proof, root
            ):
                report.say(f"\nYour row is on the list of {pulse.name}.")
                return
    report.tampered("Your row is on no published list.")


def attempt(report: Report, what: str, check: Callable[..., Any], *parts: Any) -> Any:
    """Run a check. What has not the form that it must have is told, not stumbled over."""
    try:
        return check(*parts, report)
    except MALFORMED as error:
        report.tampered(f"{what} has not the form it must have ({type(error).__name__}).")
        return None


def check_board(
    files: Mapping[str, bytes], today: date, options: argparse.Namespace, report: Report
) -> list[Line]:
    """The noticeboard, its keys, its signed checkpoint, and what the reader kept of it."""
    lines: list[Line] = attempt(report, "The noticeboard", read_board, files) or []
    if not lines:
        return lines
    every_root = list(roots([line.raw for line in lines]))
    origin = str(lines[0].body.get("origin", ""))
    report.say(
        f"Noticeboard {origin}: {len(lines)} lines, {in_words(lines[0].day)} to "
        f"{in_words(lines[-1].day)}."
    )
    attempt(report, "A key", check_keys, lines)
    for what, note in (
        ("The checkpoint", files.get("checkpoint.txt")),
        ("Your old checkpoint", options.checkpoint.read_bytes() if options.checkpoint else None),
    ):
        if note is not None:
            size = attempt(report, what, check_checkpoint, what, note, lines, every_root) or 0
            report.say(f"{what} was held against the first {size} lines.")
        if what == "The checkpoint" and note is not None:
            check_unsigned(lines[size:], today, report)
    if "checkpoint.txt" not in files:
        report.incomplete("There is no signed checkpoint in this record (checkpoint.txt).")
    listed = word_list(files)
    if listed:
        words = " ".join(words_of(origin, len(lines), every_root[-1], listed))
        report.say(f"Its twelve words today: {words}.")
    if options.words:
        check_words(options.words, lines, every_root, listed, report)
    return lines


def check_unsigned(waiting: Sequence[Line], today: date, report: Report) -> None:
    """The newest lines may wait for the office's signature, but not for days."""
    if waiting and (today - waiting[0].day).days > 2:
        report.tampered(f"Line {waiting[0].n} and those after it were never signed.")
    elif waiting:
        report.say(f"The newest {len(waiting)} lines are not signed yet.")


def verify(files: Mapping[str, bytes], today: date, options: argparse.Namespace) -> Report:
    """Check a whole record."""
    report = Report()
    lines = check_board(files, today, options, report)
    pulses: dict[str, Pulse] = {}
    for line in lines:
        if wave := line.body.get("wave"):
            pulses.setdefault(str(wave), Pulse([])).lines.append(line)
    by_hash = {sha256(body): body for body in files.values()}
    attempt(report, "A file", check_files, files, pulses)
    for pulse in pulses.values():
        if options.pulse in (None, pulse.name):
            check_pulse(pulse, by_hash, today, report)
    if options.pulse and options.pulse not in {pulse.name for pulse in pulses.values()}:
        report.incomplete(f"This record knows no pulse {options.pulse}.")
    chosen = [pulse for pulse in pulses.values() if options.pulse in (None, pulse.name)]
    if options.receipt:
        attempt(report, "A list of receipts", check_receipt, options.receipt, chosen)
    if options.row:
        attempt(report, "The row", check_row, options.row, chosen)
    if options.deep:
        attempt(report, "The auditor's file", check_deep, options.deep, chosen, by_hash)
    return report


def check_pulse(pulse: Pulse, by_hash: Mapping[str, bytes], today: date, report: Report) -> None:
    """One pulse from its promises to its results."""
    steps = [line for line in pulse.lines if line.type in ORDER]
    alone = [line.type for line in steps] == ["PUBLISHED"]
    imported = alone and steps[0].body.get("imported") is True
    report.say(f"\n{pulse.name}")
    if not imported:
        attempt(report, f"{pulse.name}: a line", check_order, pulse)
        attempt(report, f"{pulse.name}: a promise", check_promises, pulse, by_hash)
    if pulse.covenant:
        attempt(report, f"{pulse.name}: a change", check_changes, pulse)
        attempt(report, f"{pulse.name}: a date", check_dates, pulse, today)
    attempt(report, f"{pulse.name}: a count", check_counts, pulse)
    for line in pulse.of("AUDIT"):
        by = line.body.get("by", {})
        report.say(
            f"  {in_words(line.day)}: {by.get('name')} ({by.get('role')}) fetched every answer, to "
            "count once more."
        )
    attempt(report, f"{pulse.name}: a result", check_results, pulse, by_hash)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Prints what was found and gives the exit code."""
    parser = argparse.ArgumentParser(
        description="Check what was promised and published with Candour.",
        epilog="Ends with 0 sound, 1 tampered, 2 incomplete, 3 overdue.",
    )
    parser.add_argument("record", type=Path, help="the folder or zip that you downloaded")
    parser.add_argument("--words", help="the twelve words of an old message, in quotes")
    parser.add_argument("--checkpoint", type=Path, help="a checkpoint that you kept")
    parser.add_argument("--receipt", help="your receipt: is it listed?")
    parser.add_argument("--row", type=Path, help="your row of the list of people, with its path")
    parser.add_argument("--pulse", help="only this pulse, such as staff-pulse/3")
    parser.add_argument("--today", type=date.fromisoformat, default=date.today())
    parser.add_argument("--deep", type=Path, action="append", help="the auditor's opened file")
    options = parser.parse_args(arguments)
    try:
        files = read(options.record)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:
        return ending(TAMPERED, [], f"this zip is damaged ({error}). Download it again.")
    except OSError as error:
        return ending(INCOMPLETE, [], f"the record cannot be read ({error}).")
    report = verify(files, options.today, options)
    code = report.code()
    count, word = len(report.problems.get(code, ())), PLAIN[code]
    found = {0: f"nothing is {word}", 1: f"one thing is {word}"}.get(
        count, f"{count} things are {word}"
    )
    cannot = ["\nWhat no check of a record can show:", *(f"  - {one}" for one in CANNOT)]
    said = [*report.lines, *cannot]
    return ending(code, said, f"as of {in_words(options.today)} {found}.")


def ending(code: int, said: Sequence[str], words: str) -> int:
    """Say it, with the verdict last."""
    sys.stdout.write("\n".join([*said, f"\n{VERDICTS[code]} ({code}): {words}\n"]))
    return code


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.exit(main())
