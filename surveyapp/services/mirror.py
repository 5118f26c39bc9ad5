"""A copy of what is public as plain files, for any web server, or for nobody but a witness's disk.

It needs no server to be read, and the same board gives the same bytes on the same day. Results lie
under their secret key and no page links to them: whoever has the link of the results message finds
them, as on the server. The same files, zipped, are the record that anybody may download and check
with ``verify.py``, which lies in it.
"""

import hashlib
import io
import secrets
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select

from surveyapp import verify
from surveyapp.extensions import db
from surveyapp.models.publications import PublishedFile
from surveyapp.models.surveys import Wave
from surveyapp.services import authoring, covenants, noticeboard, noticeboard_check, results, waves

PROGRAM = Path(verify.__file__)
WORD_LIST = PROGRAM.with_name("crypto") / "words.txt"
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # a zip knows no other "no time"


def write(folder: Path, now: datetime) -> int:
    """Bring a folder up to date; how many of its files changed or went. Other files stay."""
    wanted = dict(_with_sums(_files(now, _waves())))
    changed = 0
    for name, body in wanted.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != body:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f".{secrets.token_hex(8)}")
            draft.write_bytes(body)
            draft.replace(path)
            changed += 1
    for kind in ("covenants", "results"):
        there = sorted((folder / kind).rglob("*"), reverse=True)
        for path in [*there, folder / kind]:
            if path.is_file() and path.relative_to(folder).as_posix() not in wanted:
                path.unlink()
                changed += 1
            elif path.is_dir() and not any(path.iterdir()):
                path.rmdir()
    return changed


def record(now: datetime, with_results: Wave | None = None) -> bytes:
    """The same files as one zip. Of results it holds those of the pulse whose link somebody has,
    once they are out, and of the pulses before it."""
    shown: list[Wave] = []
    if with_results is not None and results.publication_of(with_results) is not None:
        every = with_results.programme.waves
        shown = [wave for wave in every if wave.number <= with_results.number]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in _with_sums(_files(now, shown)):
            info = zipfile.ZipInfo(f"record/{name}", _EARLIEST)
            info.external_attr = 0o644 << 16
            archive.writestr(info, body, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def program_sha256() -> str:
    """The fingerprint of ``verify.py``, to compare with the one that others were given."""
    return hashlib.sha256(PROGRAM.read_bytes()).hexdigest()


def _with_sums(files: Iterator[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """The files, and last a list of their SHA-256, in which a damaged file shows."""
    sums = []
    for name, body in files:
        sums.append(f"{hashlib.sha256(body).hexdigest()}  {name}\n")
        yield name, body
    yield "sums.txt", "".join(sums).encode()


def _files(now: datetime, with_results: Sequence[Wave]) -> Iterator[tuple[str, bytes]]:
    yield "noticeboard.jsonl", noticeboard.as_jsonl().encode()
    yield "checkpoint.txt", noticeboard.checkpoint().encode()
    yield "verify.py", PROGRAM.read_bytes()
    yield "words.txt", WORD_LIST.read_bytes()
    pulses = [_pulse(wave, now) for wave in _waves()]
    for wave in _waves():
        if wave.covenant is not None:
            yield _covenant_of(wave), wave.covenant.encode()
    for wave in with_results:
        yield from _results(wave)
    yield (
        "index.html",
        _page(
            "mirror.html",
            pulses=pulses,
            board_words=noticeboard.words(),
            problems=noticeboard_check.check(),
            lines=len(noticeboard.lines()),
        ),
    )


def _waves() -> list[Wave]:
    """Every wave that was promised or published, by programme and number."""
    return [
        wave
        for programme in authoring.programmes()
        for wave in programme.waves
        if wave.state != "draft"
    ]


def _covenant_of(wave: Wave) -> str:
    return f"covenants/{wave.programme.slug}-{wave.number}.json"


def _pulse(wave: Wave, now: datetime) -> dict[str, Any]:
    lines = noticeboard.about(wave.id)
    return {
        "programme": wave.programme.name,
        "label": wave.label,
        "simulated": wave.programme.simulated,
        "covenant": _covenant_of(wave) if wave.covenant is not None else "",
        "covenant_sha256": wave.covenant_sha256 or "",
        "publishes": covenants.publishes_at(wave),
        "changed": covenants.changed_words(wave),
        "overdue": waves.overdue(wave, now),
        "happened": [(line.date, words) for line, words in covenants.happened(lines)],
        "results": [line.body["sha256"] for line in lines if line.type == "PUBLISHED"],
    }


def _results(wave: Wave) -> Iterator[tuple[str, bytes]]:
    """Everything made from the results that are out and were not taken back."""
    released = results.publication_of(wave)
    if released is None:
        return
    folder = f"results/{wave.results_key}"
    files = {"summary.json": released.summary.encode()}
    made = select(PublishedFile).where(PublishedFile.publication_id == released.id)
    announced = results.file_names(released)
    for file in db.session.scalars(made.order_by(PublishedFile.name)):
        if file.name in announced:
            files.setdefault(file.name, file.body)
    for name, body in sorted(files.items()):
        yield f"{folder}/{name}", body
    title = f"{wave.programme.name}: {wave.label}"
    yield f"{folder}/index.html", _page("results.html", title=title, names=sorted(files))


def _page(name: str, **parts: Any) -> bytes:
    # Not render_template: what it adds for signed-in people has no place in a file.
    template = current_app.jinja_env.get_template(f"mirror/{name}")
    return template.render(**parts).encode()
