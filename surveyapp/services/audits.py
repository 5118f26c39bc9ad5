"""The auditor's file: every set of answers with its nonce, for somebody else to count once more.

The opener makes it in memory and seals it to each witness and auditor of the promises, so that it
never lies readable on the server. It is all that is left of the nonces. Answers and comments stand
in it apart, each in the order of their receipts. Whoever fetches it is named on the noticeboard.
"""

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from flask import current_app
from sqlalchemy import select

from surveyapp import keys
from surveyapp.crypto import envelope, witness_key
from surveyapp.crypto.ballot import Plaintext
from surveyapp.crypto.canonical import canonical
from surveyapp.crypto.peeled import Peeled
from surveyapp.errors import NotFound, NotNow, Rejected
from surveyapp.extensions import db
from surveyapp.formatting import local
from surveyapp.models.accounts import Account
from surveyapp.models.surveys import Wave
from surveyapp.services import audit, covenants, noticeboard

FORMAT = "candour/audit/1"
MOST = 1


def name(wave: Wave, public_file: bytes) -> witness_key.PublicWitness:
    """Make whoever made this public file the auditor of a draft. Raises :class:`Rejected`."""
    try:
        found = witness_key.PublicWitness.from_bytes(public_file)
    except witness_key.KeyFileError as error:
        raise Rejected(str(error)) from error
    if wave.state != "draft":
        raise NotNow("The auditor is part of our promises and can no longer be changed.")
    if len(wave.auditors) == MOST:
        raise Rejected("A pulse has one auditor. Take them away first.")
    if any(found.key == one["key"] for one in wave.witnesses):
        raise Rejected("The auditor must be somebody else than the witness.")
    wave.auditors = [*wave.auditors, found.entry()]
    db.session.flush()
    return found


def take_away(wave: Wave, gone: str) -> None:
    """Let a draft no longer have this auditor."""
    if wave.state != "draft":
        raise NotNow("The auditor is part of our promises and can no longer be changed.")
    wave.auditors = [one for one in wave.auditors if one["name"] != gone]
    db.session.flush()


def of(wave: Wave) -> Sequence[witness_key.PublicWitness]:
    """The auditors that the covenant names, or a draft would."""
    listed = wave.auditors if wave.covenant is None else covenants.of(wave).get("auditors", ())
    return [witness_key.PublicWitness(**one) for one in listed]


def readers(wave: Wave) -> list[witness_key.PublicWitness]:
    """To whom the file is sealed: witnesses first, then auditors."""
    listed = covenants.of(wave).get("witnesses", ()) if wave.covenant else ()
    return [*(witness_key.PublicWitness(**one) for one in listed), *of(wave)]


def keep(
    wave: Wave,
    said: Sequence[Plaintext],
    given: Peeled,
    issued: Mapping[str, int],
    directorates: Mapping[str, str],
    kept: Mapping[str, str],
    loose: Sequence[Sequence[str]] = (),
) -> None:
    """Seal the file to everybody it is for, before the answers are written. Safe to repeat.

    ``kept``: each comment's text as Candour keeps it, without names. ``loose``: groups with,
    together, answers that say no unit. Their ballots are counted as one.
    """
    named = readers(wave)
    if not named:
        return
    made = _made(wave, said, given, issued, directorates, kept, _joined(loose))
    for place, one in enumerate(named, 1):
        head = canonical({"format": FORMAT, "wave": str(wave.id), "witness": one.name})
        to = envelope.load_public(bytes.fromhex(one.key))
        sealed = envelope.seal(made, to, envelope.audit_info(str(wave.id)))
        path = _folder(wave.id) / f"{place}.sealed"
        if path.exists():
            keys.destroy(path)
        with suppress(FileExistsError):  # of two openers at once either's file says the same
            keys.put(path, head + b"\n" + sealed)


def waves() -> list[tuple[Wave, list[str]]]:
    """Every wave with a file that can be fetched, the newest first, and for whom each is."""
    promised = select(Wave).where(Wave.covenant.is_not(None)).order_by(Wave.opens_at.desc())
    found = [(wave, [one.name for one in readers(wave)]) for wave in db.session.scalars(promised)]
    return [(wave, names) for wave, names in found if names and are_kept(wave)]


def fetch(wave: Wave, place: int, by: Account, now: datetime) -> bytes:
    """The file sealed to the reader of that place. Says so on the noticeboard and in the log."""
    named = readers(wave)
    if not 1 <= place <= len(named):
        raise NotFound("There is no such file. Choose one from the list.")
    try:
        sealed = keys.get(_folder(wave.id) / f"{place}.sealed")
    except keys.MissingKey as error:
        raise NotNow("There is no file for an auditor before the answers are opened.") from error
    about = f"{wave.programme.slug}/{wave.number}"
    today = local(now).date()
    audit.record(by.email, "fetched every answer", f"wave {about}", named[place - 1].name, on=today)
    body = {
        "wave": str(wave.id),
        "name": about,
        "fetched": "every set of answers, sealed",
        "sealed_to": named[place - 1].name,
        "by": {"role": " and ".join(sorted(by.role_names)), "name": by.name},
    }
    noticeboard.post("AUDIT", body, on=today)
    return sealed


def are_kept(wave: Wave) -> bool:
    """Whether a wave has files that can be fetched."""
    return _folder(wave.id).exists()


def forget(wave: Wave) -> None:
    """Destroy the wave's files. Safe to repeat."""
    keys.destroy_folder(_folder(wave.id))


def _made(
    wave: Wave,
    said: Sequence[Plaintext],
    given: Peeled,
    issued: Mapping[str, int],
    directorates: Mapping[str, str],
    kept: Mapping[str, str],
    together: Sequence[frozenset[str]],
) -> bytes:
    pooled = frozenset().union(*together)
    ordered = sorted(said, key=lambda one: one.receipt())
    comments = sorted(
        (receipt, comment, nonce, directorates[one.class_key])
        for one in said
        for receipt, comment, nonce in zip(
            one.comment_receipts(), one.comments, one.comment_nonces, strict=True
        )
    )
    return canonical(
        {
            "format": FORMAT,
            "wave": str(wave.id),
            "instrument": wave.instrument_json,
            "responses": [
                {"class": one.class_key, "nonce": one.nonce.hex(), "ratings": dict(one.ratings)}
                for one in ordered
            ],
            "comments": [
                {
                    "question": comment.question,
                    "text": comment.text,
                    "kept": kept[comment.text],
                    "use": comment.use,
                    "nonce": nonce.hex(),
                    "unit": unit,
                }
                for _, comment, nonce, unit in comments
            ],
            "classes": [
                [key, number] for key, number in given.classes.items() if key not in pooled
            ],
            "issued": sorted([key, number] for key, number in issued.items() if key not in pooled),
            "together": [
                {
                    "classes": sorted(keys),
                    "ballots": sum(given.classes.get(key, 0) for key in keys),
                    "issued": sum(issued.get(key, 0) for key in keys),
                }
                for keys in together
            ],
            # The witness signed the count of every class, which pooled counts cannot be held to.
            "signature": "" if pooled else given.signature,
        }
    )


def _joined(loose: Sequence[Sequence[str]]) -> list[frozenset[str]]:
    """Groups that share one are counted together, so that no difference tells of one of them."""
    joined: list[frozenset[str]] = []
    for one in map(frozenset, loose):
        apart = [other for other in joined if not one & other]
        joined = [*apart, one.union(*(other for other in joined if one & other))]
    return sorted(joined, key=min)


def _folder(wave_id: uuid.UUID) -> Path:
    return Path(current_app.config["HANDOVER"]) / f"{wave_id}.audit"
