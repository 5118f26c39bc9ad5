"""From opened answers to frozen results. The only reader of answers beside the opener.

A wave is loaded, counted in one pass and summarised; what is kept is the summary, which has passed
disclosure control, and the tally, encrypted with the wave's answers, so that a later wave can say
what changed.
"""

import io
import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import polars as pl
from sqlalchemy import delete, select

from analysis import dataset, plots, report_pdf, report_tables, report_xlsx, reports
from analysis.disclosure import Rule
from analysis.instrument import Instrument, to_dict
from analysis.models.command import lines
from analysis.models.job import MOST_WAVES, plan, run
from analysis.models.rows import Rows
from analysis.pairs import Paired
from analysis.report_parts import ReportError
from analysis.summarise import summarise as summarise_counts
from analysis.summary import Summary
from analysis.tally import Counted, count
from analysis.text.redact import Redactor
from analysis.trend import trend
from analysis.usual_range import long_series
from analysis.verdicts import Past
from surveyapp.crypto.canonical import canonical
from surveyapp.errors import NotNow, Rejected
from surveyapp.extensions import db
from surveyapp.formatting import local
from surveyapp.keys import MissingKey
from surveyapp.models.publications import Publication, PublishedFile
from surveyapp.models.surveys import Programme, Wave, WaveUnit
from surveyapp.services import answer_blocks, authoring, covenants, own_codebooks, results, waves
from surveyapp.services.pairs import PAIRED

SCHEDULER = "scheduler"
MODELS = "models.txt"
REPORT = "report.pdf"
ABOUT_MODELS = "How well the questions work, in the whole organisation and in its large groups."
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def load(wave: Wave) -> dataset.Wave:
    """A wave's opened answers as the analysis knows them. Raises :class:`NotNow` before opening."""
    responses = answer_blocks.read(wave.id, "responses")
    if responses is None:
        raise NotNow("This pulse has not been opened yet, so there is nothing to count.")
    comments = answer_blocks.read(wave.id, "comments")
    return dataset.Wave(
        id=str(wave.number),
        label=wave.label,
        date=wave.closed_on or "",
        responses=pl.read_parquet(io.BytesIO(responses)),
        units=tuple(
            dataset.Unit(unit.key, unit.name, unit.parent_key, unit.headcount)
            for unit in wave.units
        ),
        comments=_comments(comments),
        origin="imported" if wave.origin == "imported" else "ballots",
        simulated=wave.programme.simulated,
    )


def _comments(block: bytes | None) -> tuple[dataset.Comment, ...]:
    if block is None:
        return ()
    return tuple(
        dataset.Comment(**row) for row in pl.read_parquet(io.BytesIO(block)).iter_rows(named=True)
    )


def summarise(wave: Wave, now: datetime) -> Publication:
    """Draw up a wave's results and hand them to the board."""
    publication = draw_up(wave)
    waves.move(wave, "summarised", actor=SCHEDULER, now=now)
    return publication


def drawn_up(wave: Wave) -> bool:
    """Whether the wave has its summary."""
    return _publication(wave) is not None


def draw_up(wave: Wave) -> Publication:
    """Count, compare with the waves before, and freeze the result as a draft for the board.

    Safe to repeat: a wave that has its summary keeps it.
    """
    existing = _publication(wave)
    if existing is not None:
        return existing
    instrument = authoring.instrument_of(wave)
    own = own_codebooks.of_wave(wave)
    counted = count(load(wave), instrument, own)
    answer_blocks.write(wave.id, "tally", counted.to_bytes())
    summary = summarise_counts(
        counted,
        instrument,
        covenants.rule_of(wave),
        earlier=_earlier(wave),
        programme=wave.programme.name,
        paired=_paired(wave),
        own=own,
    )
    publication = Publication(
        wave_id=wave.id, summary=summary.to_json(), sha256=summary.sha256(), released_on=None
    )
    db.session.add(publication)
    db.session.flush()
    db.session.add_all(_files(publication, [*_before(wave), summary]))
    return publication


def _before(wave: Wave) -> list[Summary]:
    """The results of the programme's earlier waves that are out, oldest first."""
    return [
        Summary.from_json(text)
        for text in db.session.scalars(
            select(Publication.summary)
            .join(Wave, Wave.id == Publication.wave_id)
            .where(
                Wave.programme_id == wave.programme_id,
                Wave.number < wave.number,
                # A draft stays with the board, also when a later wave comes out before it.
                Publication.released_on.is_not(None),
                Publication.withdrawn_on.is_(None),
            )
            .order_by(Wave.number, Publication.number)
        )
    ]


def waiting(wave: Wave) -> Publication | None:
    """The draft that waits for its date; ``None`` before there is one and once it is out."""
    found = _publication(wave)
    return found if found is not None and found.released_on is None else None


def redraw(wave: Wave, draft: Publication, summary: Summary) -> None:
    """Let a waiting draft say this instead, in all its files; what the board said of it stays."""
    if draft.released_on is not None:
        raise NotNow("These results are out. What is out is never changed.")
    if summary.sha256() == draft.sha256:
        return
    draft.summary, draft.sha256 = summary.to_json(), summary.sha256()
    made = _files(draft, [*_before(wave), summary])
    db.session.execute(
        delete(PublishedFile).where(
            PublishedFile.publication_id == draft.id,
            PublishedFile.name.in_([*(file.name for file in made), REPORT]),
        )
    )
    db.session.add_all(made)


def _paired(wave: Wave) -> Paired | None:
    """What those who kept a diary phrase moved by, as the opener worked it out."""
    block = answer_blocks.read(wave.id, "responses")
    raw = pl.read_parquet_metadata(io.BytesIO(block)).get(PAIRED) if block else None
    return Paired.from_dict(json.loads(raw)) if raw else None


def _publication(wave: Wave) -> Publication | None:
    return db.session.scalar(
        select(Publication)
        .where(Publication.wave_id == wave.id)
        .order_by(Publication.number.desc())
        .limit(1)
    )


def _earlier(wave: Wave) -> list[Past]:
    """The tallies of the programme's earlier waves that are out, oldest first, as far as kept.

    A change since a wave that is not out, or was taken back, would tell its result. Each keeps the
    rule it was published under, and the words that went out.
    """
    found: list[Past] = []
    for earlier in wave.programme.waves:
        sent = results.publication_of(earlier)
        if earlier.number >= wave.number or sent is None:
            continue
        tally = None
        with suppress(MissingKey):  # its time is over
            tally = answer_blocks.read(earlier.id, "tally")
        if tally is not None:
            counted, asked = Counted.from_bytes(tally), authoring.instrument_of(earlier)
            told = Summary.from_json(sent.summary)
            found.append(Past(counted, asked, covenants.rule_of(earlier), told))
    return found


def _files(publication: Publication, summaries: Sequence[Summary]) -> list[PublishedFile]:
    """Everything that is made from a publication, made once and kept with it."""
    now = summaries[-1]
    files: list[tuple[str, str, bytes]] = [
        ("summary.json", "application/json", now.to_json().encode()),
        ("figures.csv", "text/csv", report_tables.csv(summaries).encode()),
        ("figures.xlsx", WORKBOOK, report_xlsx.xlsx(summaries)),
        ("themes.svg", "image/svg+xml", plots.themes_svg(now)),
    ]
    for theme in now.themes:
        points, usual = trend(summaries, theme.id), long_series(summaries, theme.id).usual
        drawn = plots.trend_svg(points, theme, usual)
        files.append((f"trend-{theme.id}.svg", "image/svg+xml", drawn))
        files.append((f"items-{theme.id}.svg", "image/svg+xml", plots.items_svg(now, theme.id)))
    with suppress(ReportError):
        # Results come out on their date even when their words cannot be set in a PDF.
        pdf = report_pdf.render(reports.content(summaries))
        files.append((REPORT, "application/pdf", pdf))
    return [
        PublishedFile(publication_id=publication.id, name=name, media_type=kind, body=body)
        for name, kind, body in files
    ]


def models(wave: Wave) -> bool:
    """Work out how well the questions of a waiting draft measure what they should, and keep it with
    the draft's files. Gives whether anything was done: a draft that has it keeps it."""
    publication = _publication(wave)
    if publication is None or db.session.get(PublishedFile, (publication.id, MODELS)):
        return False
    known = [earlier for earlier in wave.programme.waves
             if earlier.number < wave.number and results.publication_of(earlier) is not None
             and answer_blocks.read(earlier.id, "responses") is not None]  # fmt: skip
    rows = [
        Rows(load(one), authoring.instrument_of(one), covenants.rule_of(one))
        for one in (*known[1 - MOST_WAVES :], wave)
    ]
    simulated = ["Simulated data"] if wave.programme.simulated else []
    head = [f"{wave.programme.name}: {wave.label}", *simulated, ABOUT_MODELS, ""]
    said = "\n".join([*head, *lines(list(run(plan(rows))))])
    file = PublishedFile(
        publication_id=publication.id,
        name=MODELS,
        media_type="text/plain",
        body=f"{said}\n".encode(),
    )
    db.session.add(file)
    return True


def publish(wave: Wave, now: datetime) -> Publication:
    """Release the frozen summary. Nobody has to press anything."""
    publication = _publication(wave)
    if publication is None:
        raise NotNow("This pulse has no results yet. The scheduler makes them after closing.")
    if publication.released_on is not None:
        return publication
    facts = {
        "sha256": publication.sha256,
        "number": publication.number,
        "files": results.fingerprints(publication),
    }
    if waves.move(wave, "published", actor=SCHEDULER, now=now, facts=facts):
        until = covenants.held_until(wave)
        if until is not None and until > now:
            # Signed at this very moment: the wave's row was locked until then.
            raise NotNow("These results were held back.")
        publication.released_on = local(now).date().isoformat()
    return publication


def check_import(programme: Programme, incoming: Sequence[dataset.Wave]) -> None:
    """Refuse, before anything is kept, waves that are there already or older than one that is.

    What was published cannot be taken back, and each wave is compared with the one before it.
    """
    known = {wave.label for wave in programme.waves}
    newest = max((_end(wave) for wave in programme.waves), default="")
    problems = [
        f"“{wave.label}” is in “{programme.name}” already."
        if wave.label in known
        else f"“{wave.label}” closed on {wave.date}, before a pulse of “{programme.name}” that is "
        f"there already ({newest}). Bring earlier pulses in first."
        for wave in incoming
        if wave.label in known or wave.date < newest
    ]
    if problems:
        raise Rejected("Nothing was brought in.", problems)


def _end(wave: Wave) -> str:
    """The day a wave closed or will close, as an ISO date."""
    if wave.closed_on:
        return wave.closed_on
    return local(wave.closes_at).date().isoformat() if wave.closes_at else ""


def import_wave(
    programme: Programme,
    incoming: dataset.Wave,
    instrument: Instrument,
    rule: Rule,
    now: datetime,
) -> Wave:
    """Bring in a wave collected elsewhere: same summarise and publish, marked *imported*."""
    problems = dataset.check_wave(incoming, instrument)
    if problems:
        raise dataset.DataError(problems)
    wave = Wave(
        programme=programme,
        number=max((known.number for known in programme.waves), default=0) + 1,
        label=incoming.label,
        state="opened",
        origin="imported",
        instrument_json=canonical(to_dict(instrument)).decode(),
        rule=rule.to_dict(),
        results_key=authoring.new_results_key(),
        closed_on=incoming.date,
        units=[
            WaveUnit(
                position=position,
                key=unit.id,
                name=unit.name,
                parent_key=unit.parent,
                headcount=unit.headcount,
                class_key=unit.id,
            )
            for position, unit in enumerate(incoming.units)
        ],
    )
    db.session.add(wave)
    db.session.flush()
    buffer = io.BytesIO()
    incoming.responses.write_parquet(buffer)
    answer_blocks.write(wave.id, "responses", buffer.getvalue())
    redactor = Redactor()  # nobody's roster came with the file
    comments = pl.DataFrame(
        [
            {**vars(comment), "text": redactor.redact(comment.text).text}
            for comment in incoming.comments
        ],
        schema={"question": pl.String, "text": pl.String, "use": pl.String, "unit": pl.String},
    )
    buffer = io.BytesIO()
    comments.write_parquet(buffer)
    answer_blocks.write(wave.id, "comments", buffer.getvalue())
    return wave
