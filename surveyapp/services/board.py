"""The practitioners' board: what it says of each draft finding before the results go out.

It can neither change nor delay them. What its members say is printed beside the findings.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from analysis import claims
from analysis.summary import Figure, Row, Summary, ThemeHead, UnitHead
from surveyapp.errors import NotAllowed, NotFound, NotNow, Rejected
from surveyapp.extensions import db
from surveyapp.models.accounts import Account, Role
from surveyapp.models.board import VIEWS, SenseCheck
from surveyapp.models.publications import Publication
from surveyapp.models.surveys import Programme, Wave
from surveyapp.services import results, turns

QUORUM = 3
LONGEST_REASON = 1000
VIEW_WORDS: Mapping[str, str] = {
    "rings_true": "Rings true",
    "partly": "Rings partly true",
    "not_ours": "Not our experience",
    "missing": "Something is missing",
}


@dataclass(frozen=True)
class Said:
    """What one member wrote, word for word. ``name`` is empty unless they signed."""

    view: str
    words: str
    reason: str
    name: str


@dataclass(frozen=True)
class Checked:
    """The board's record of one finding: how many said what, and every reason given."""

    counts: tuple[tuple[str, int], ...]
    said: tuple[Said, ...]
    quorum: int

    @property
    def members(self) -> int:
        return sum(count for _, count in self.counts)

    @property
    def label(self) -> str:
        """``Not yet sense-checked`` until enough members have looked."""
        if self.members < self.quorum:
            return "Not yet sense-checked"
        return f"Sense-checked by {self.members} board members"

    @property
    def lines(self) -> tuple[tuple[str, int], ...]:
        """Each answer in words with its count."""
        return tuple((VIEW_WORDS[view], count) for view, count in self.counts)


@dataclass(frozen=True)
class Finding:
    """One theme of the draft, with everything the board needs to judge it."""

    theme: ThemeHead
    sentence: str
    row: Row
    items: tuple[tuple[str, Figure | None], ...]
    groups: tuple[tuple[UnitHead, Row], ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class Draft:
    """The results that only the board may see yet."""

    wave: Wave
    publication: Publication
    summary: Summary


def draft(programme: Programme) -> Draft | None:
    """The draft of this programme, if there is one. For the board and nobody else."""
    found = results.draft(programme)
    return None if found is None else Draft(*found)


def finding(summary: Summary, theme_id: str) -> Finding:
    """The finding of a theme. Raises :class:`NotFound` for a theme this pulse did not ask about."""
    theme = next((theme for theme in summary.themes if theme.id == theme_id), None)
    if theme is None:
        raise NotFound("This pulse did not ask about that. Choose a finding from the list.")
    figures = {line.item: line.figure for line in summary.items}
    rows = {row.unit: row for row in summary.rows if row.theme == theme_id}
    return Finding(
        theme=theme,
        sentence=claims.headline(summary, theme_id),
        row=rows[summary.root.id],
        items=tuple((item.text, figures.get(item.id)) for item in theme.items),
        groups=tuple(
            (unit, rows[unit.id])
            for unit in summary.units
            if unit.parent is not None and unit.id in rows
        ),
        unknown=claims.what_we_dont_know(summary, theme_id),
    )


def members() -> int:
    """How many people can sign in as members of the board."""
    accounts = db.session.scalars(select(Account).where(Account.active))
    return sum(account.has(Role.BOARD) for account in accounts)


def quorum(wave: Wave) -> int:
    """How many members must look before a finding counts as sense-checked."""
    promised = json.loads(wave.covenant) if wave.covenant else {}
    return int(promised.get("board", {}).get("quorum", QUORUM))


def is_outside_the_line(member: Account) -> bool:
    """Whether somebody sits on the board and neither manages, runs HR nor runs this server."""
    return member.has(Role.BOARD) and not member.has(Role.HR, Role.MANAGER, Role.ADMIN)


def check(
    publication: Publication,
    theme_id: str,
    member: Account,
    *,
    view: str,
    reason: str,
    signed: bool,
) -> SenseCheck:
    """Record, or change, what a member says of a finding, until the results are out."""
    if not is_outside_the_line(member):
        raise NotAllowed("Only members of the board say whether a finding rings true.")
    turns.hold(publication)
    if publication.released_on is not None:
        raise NotNow("These results are out, so the board’s record is closed.")
    finding(results.summary_of(publication), theme_id)
    reason = reason.strip()
    if view not in VIEWS:
        raise Rejected("Choose one of the four answers.")
    if view != "rings_true" and not reason:
        raise Rejected("Write why, in a sentence or two. It is printed word for word.")
    if len(reason) > LONGEST_REASON:
        raise Rejected(f"Use at most {LONGEST_REASON} characters.")
    said = mine(publication, theme_id, member)
    if said is None:
        said = SenseCheck(publication_id=publication.id, theme=theme_id, account_id=member.id)
        db.session.add(said)
    said.view, said.reason, said.signed = view, reason, signed
    db.session.flush()
    return said


def mine(publication: Publication, theme_id: str, member: Account) -> SenseCheck | None:
    """What this member has said of a finding."""
    return db.session.scalar(
        select(SenseCheck).where(
            SenseCheck.publication_id == publication.id,
            SenseCheck.theme == theme_id,
            SenseCheck.account_id == member.id,
        )
    )


def said_by(publication: Publication, member: Account) -> frozenset[str]:
    """The themes this member has looked at."""
    return frozenset(
        db.session.scalars(
            select(SenseCheck.theme).where(
                SenseCheck.publication_id == publication.id, SenseCheck.account_id == member.id
            )
        )
    )


def record_of(publication_id: uuid.UUID) -> dict[str, Checked]:
    """The board's record of every finding of a publication, by theme, to print beside it."""
    publication = db.session.get(Publication, publication_id)
    if publication is None:
        return {}
    wave = db.session.get_one(Wave, publication.wave_id)
    needed = quorum(wave)
    # In the order of random ids, so that nobody can tell who answered first.
    found = db.session.execute(
        select(SenseCheck, Account.name)
        .join(Account, Account.id == SenseCheck.account_id)
        .where(SenseCheck.publication_id == publication_id)
        .order_by(SenseCheck.id)
    ).all()
    themes = [theme.id for theme in results.summary_of(publication).themes]
    return {theme: _checked([x for x in found if x[0].theme == theme], needed) for theme in themes}


def _checked(found: list[tuple[SenseCheck, str]], needed: int) -> Checked:
    views = [said.view for said, _ in found]
    return Checked(
        counts=tuple((view, views.count(view)) for view in VIEWS),
        said=tuple(
            Said(said.view, VIEW_WORDS[said.view], said.reason, name if said.signed else "")
            for said, name in found
            if said.reason
        ),
        quorum=needed,
    )
