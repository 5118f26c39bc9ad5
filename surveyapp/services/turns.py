"""Taking turns: what two people do at the same moment is done one after the other."""

from sqlalchemy import update

from surveyapp.extensions import db
from surveyapp.models.accounts import Account
from surveyapp.models.actions import Commitment
from surveyapp.models.amendments import Amendment
from surveyapp.models.publications import Publication
from surveyapp.models.surveys import Programme, Wave


def hold(row: Account | Amendment | Commitment | Publication | Programme | Wave) -> None:
    """Keep this row until the transaction ends, and read it afresh.

    It is written with what it holds already: PostgreSQL then locks the row, and SQLite, which has
    no row locks, the database.
    """
    kind = type(row)
    db.session.execute(update(kind).where(kind.id == row.id).values(id=row.id))
    db.session.refresh(row)
