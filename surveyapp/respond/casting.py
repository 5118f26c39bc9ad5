"""Sending a ballot for somebody whose device runs no script: the client's steps, here in memory."""

from surveyapp.crypto import client
from surveyapp.extensions import box_session, who_session
from surveyapp.respond.visits import Visit
from surveyapp.services import ballotbox, registrar, terms

TRIES = 3


def cast(visit: Visit) -> bytes:
    """Collect the credential, seal the answers and cast them; gives the receipt."""
    wave_id, class_key = visit.invitation.wave_id, visit.invitation.class_key
    conditions, seed = terms.of(wave_id), bytes.fromhex(visit.seed)
    wish = client.begin(seed, str(wave_id), class_key, conditions.classes[class_key])
    signed = registrar.issue(visit.invitation, wish.blinded)
    who_session().commit()
    said = client.fill_in(
        seed, class_key, visit.answers.ratings, visit.answers.comments(visit.pulse)
    )
    counter = 1
    for attempt in range(1, TRIES + 1):
        record = client.finish(wish, signed, said, conditions.lid, counter=counter)
        try:
            ballotbox.cast(record.to_bytes())
        except ballotbox.Superseded:
            # The same form was sent before, or twice at once; this one goes on top.
            box_session().rollback()
            if attempt == TRIES:
                raise
            counter = ballotbox.counter(wish.key_sha256) + 1
        else:
            box_session().commit()
            break
    return said.receipt()
