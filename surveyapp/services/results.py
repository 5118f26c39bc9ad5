"""Reading results: publications, and nothing behind them.

A parsed summary is kept in memory under its publication and fingerprint, so that a page costs
the same whether it opens one pulse or twenty. What does not match its fingerprint, which is the one
that the noticeboard announced first, is not shown.
"""

import hashlib
import uuid
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import defer

from analysis.summary import Summary
from surveyapp.errors import CandourError, NotFound
from surveyapp.extensions import db
from surveyapp.models.publications import Notice, Publication, PublishedFile
from surveyapp.models.surveys import Programme, Wave
from surveyapp.services import in_force, noticeboard

Released = tuple[Wave, Summary]
RESULTS = "summary.json"

_KEPT = 64
_parsed: OrderedDict[tuple[uuid.UUID, str], Summary] = OrderedDict()
_lock = Lock()


class Altered(CandourError):
    """The stored results are not those that were published."""

    status = 500
    title = "These results cannot be shown"


ALTERED = (
    "The stored results do not match their fingerprint. "
    "Tell the person who runs the server, and compare with the noticeboard."
)


# Out, and not taken back.
_LIVE = Publication.released_on.is_not(None) & Publication.withdrawn_on.is_(None)


def programme_of(slug: str) -> Programme:
    """The programme of that address. Raises :class:`NotFound`."""
    programme: Programme | None = db.session.scalar(select(Programme).where(Programme.slug == slug))
    if programme is None:
        raise NotFound("There is no such programme. Check the address, or go to the start page.")
    return programme


def released(programme: Programme) -> list[Released]:
    """Every published pulse with its results, oldest first.

    Nothing is returned before its release, whoever asks.
    """
    return [
        (wave, _summary(publication_id, sha256))
        for wave, publication_id, sha256 in _heads(programme)
    ]


def latest(programme: Programme) -> Released | None:
    """The newest published pulse, or ``None`` before the first."""
    heads = _heads(programme)
    if not heads:
        return None
    wave, publication_id, sha256 = heads[-1]
    return wave, _summary(publication_id, sha256)


def wave_of_key(key: str) -> Wave:
    """The pulse whose results the address leads to, published or not. Raises :class:`NotFound`."""
    wave: Wave | None = db.session.scalar(select(Wave).where(Wave.results_key == key))
    if wave is None:
        raise NotFound("Check the address. Some mail programs cut off the end of a long one.")
    return wave


def publication_of(wave: Wave) -> Publication | None:
    """A pulse's released publication, or ``None`` before release."""
    announced, gone = _announced([wave.id])
    live = db.session.scalars(
        select(Publication)
        .where(Publication.wave_id == wave.id, _LIVE, Publication.sha256.not_in(gone))
        .order_by(Publication.number.desc())
        .options(defer(Publication.summary))
    ).all()
    known = announced.get(wave.id)
    return next((one for one in live if one.sha256 == known), next(iter(live), None))


@dataclass(frozen=True)
class TakenBack:
    """Results that were out once: which, since when, by whose signatures and why."""

    label: str
    date: str
    signers: str
    reason: str
    sha256: str


def taken_back(programme: Programme) -> list[TakenBack]:
    """What was published of a programme and taken back since, by the noticeboard."""
    return [
        TakenBack(
            label=wave.label,
            date=line.date,
            signers=in_force.signers(line.body["signed"]),
            reason=line.body["reason"],
            sha256=line.body["sha256"],
        )
        for wave in programme.waves
        for line in noticeboard.about(wave.id, ("TOMBSTONE",))
    ]


def draft(programme: Programme) -> tuple[Wave, Publication, Summary] | None:
    """The results that only the board may see yet: callers are open to the board alone."""
    found = db.session.execute(
        select(Wave, Publication)
        .join(Publication, Publication.wave_id == Wave.id)
        .where(Wave.programme_id == programme.id, Publication.released_on.is_(None))
        .order_by(Wave.number.desc(), Publication.number.desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    wave, publication = found
    return wave, publication, _summary(publication.id, publication.sha256)


def summary_of(publication: Publication) -> Summary:
    """What a publication says."""
    return _summary(publication.id, publication.sha256)


def file_of(publication: Publication, name: str) -> PublishedFile | None:
    """A file that was made with the publication. Raises :class:`Altered`."""
    found = db.session.get(PublishedFile, (publication.id, name))
    listed = _announced_files(publication)
    if found is None or listed is None:
        return found
    if name not in listed:
        return None
    if hashlib.sha256(found.body).hexdigest() != listed[name]:
        raise Altered(ALTERED)
    return found


def file_names(publication: Publication) -> frozenset[str]:
    """What can be downloaded with the publication: what was announced with it."""
    kept = frozenset(
        db.session.scalars(
            select(PublishedFile.name).where(PublishedFile.publication_id == publication.id)
        )
    )
    listed = _announced_files(publication)
    return kept if listed is None else kept.intersection(listed)


def fingerprints(publication: Publication) -> dict[str, str]:
    """The SHA-256 of each file made with a publication, by name, to be announced with it; that of
    the results themselves is announced by itself."""
    made = select(PublishedFile).where(
        PublishedFile.publication_id == publication.id, PublishedFile.name != RESULTS
    )
    return {
        file.name: hashlib.sha256(file.body).hexdigest()
        for file in db.session.scalars(made.order_by(PublishedFile.name))
    }


def _heads(programme: Programme) -> list[tuple[Wave, uuid.UUID, str]]:
    """Pulses with their released publication, oldest first, without loading what they say."""
    rows = db.session.execute(
        select(Wave, Publication.id, Publication.sha256)
        .join(Publication, Publication.wave_id == Wave.id)
        .where(Wave.programme_id == programme.id, _LIVE)
        .order_by(Wave.number, Publication.number)
    )
    found = list(rows)
    announced, gone = _announced({wave.id for wave, _, _ in found})
    heads: dict[uuid.UUID, tuple[Wave, uuid.UUID, str]] = {}
    for wave, publication_id, sha256 in found:
        known = announced.get(wave.id, sha256)
        before = heads.get(wave.id)
        if sha256 not in gone and (before is None or sha256 == known):
            # With the fingerprint that was announced, so that no other words are shown under it.
            heads[wave.id] = (wave, publication_id, known)
    return list(heads.values())


def _announced_files(publication: Publication) -> Mapping[str, str] | None:
    """The fingerprints of its files, as announced; ``None`` where none were."""
    lines = noticeboard.about(publication.wave_id, ("PUBLISHED",))
    line = next((one for one in lines if one.body.get("sha256") == publication.sha256), None)
    if line is None or "files" not in line.body:
        return None
    return {**line.body["files"], RESULTS: publication.sha256}


def _announced(wave_ids: Collection[uuid.UUID]) -> tuple[dict[uuid.UUID, str], set[str]]:
    """The fingerprint of each pulse's results as the noticeboard announced them first, and those
    of results that were taken back. Whoever may write a row here can add another, or change one
    with its fingerprint, but not that line."""
    lines = db.session.execute(
        select(Notice.type, Notice.about, Notice.body)
        .where(
            Notice.about.in_([str(wave_id) for wave_id in wave_ids]),
            Notice.type.in_(("PUBLISHED", "TOMBSTONE")),
        )
        .order_by(Notice.n)
    ).all()
    first: dict[uuid.UUID, str] = {}
    for kind, about, body in lines:
        if kind == "PUBLISHED" and "sha256" in body:
            first.setdefault(uuid.UUID(about), str(body["sha256"]))
    return first, {str(body["sha256"]) for kind, _, body in lines if kind == "TOMBSTONE"}


def _summary(publication_id: uuid.UUID, sha256: str) -> Summary:
    key = (publication_id, sha256)
    with _lock:
        if key in _parsed:
            _parsed.move_to_end(key)
            return _parsed[key]
    text = db.session.scalar(select(Publication.summary).where(Publication.id == publication_id))
    if text is None or hashlib.sha256(text.encode()).hexdigest() != sha256:
        raise Altered(ALTERED)
    summary = Summary.from_json(text)
    with _lock:
        _parsed[key] = summary
        while len(_parsed) > _KEPT:
            _parsed.popitem(last=False)
    return summary
