"""A backup was put back: say so in public, with what it may have done to the pulses that are open.

Exact numbers would tell how many have answered so far, so they are rounded up, and never below ten.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from surveyapp.errors import Rejected
from surveyapp.extensions import db, opens
from surveyapp.formatting import local
from surveyapp.models.publications import Notice
from surveyapp.models.surveys import Wave
from surveyapp.services import audit, ballotbox, invitations, noticeboard

STORES = ("who", "box", "office")
LEAST, STEP = 10, 5


def announce(store: str, backup: date, *, actor: str, now: datetime) -> Sequence[Notice]:
    """A line for each open wave; one without a wave when none is open."""
    today = local(now).date()
    if store not in STORES:
        raise Rejected(f"Choose what was put back: {', '.join(STORES)}.")
    if backup > today:
        raise Rejected("The backup’s day must not lie in the future.")
    audit.record(actor, "restored", store, backup.isoformat(), on=today)
    said: dict[str, object] = {"store": store, "backup": backup.isoformat()}
    running = db.session.scalars(select(Wave).where(Wave.state == "open").order_by(Wave.id)).all()
    bodies: list[dict[str, object]] = [
        {
            "wave": str(wave.id),
            "name": f"{wave.programme.slug}/{wave.number}",
            **said,
            "doubles": doubles(wave, store),
        }
        for wave in running
    ]
    return [noticeboard.post("RESTORED", body, on=today) for body in bodies or [said]]


def doubles(wave: Wave, store: str) -> int:
    """At most how many people could answer twice: whoever answered since the backup of the roster
    database, which forgot it. Nobody can after a restore of another store."""
    if store != "who":
        return 0
    most = invitations.invited(wave) - invitations.issued(wave)
    if opens("box"):
        most = min(most, ballotbox.count(wave.id))
    return max(LEAST, -(-most // STEP) * STEP)
