"""An organisation's own titles and themes: what HR changes, and what a pulse froze of it.

A programme has one own codebook, which changes until a pulse is locked; the covenant then holds a
copy, and the pulse is coded with that. A theme is never deleted and its id never used again.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from analysis.text.codebook import Codebook, load
from analysis.text.own_codebook import FEWEST_PHRASES as FEWEST_PHRASES
from analysis.text.own_codebook import NONE, OWN, Offered, OwnCodebook, OwnTitle, over
from analysis.text.own_codebook import OwnTheme as OwnTheme
from analysis.text.own_codebook import Problem as Problem
from surveyapp.errors import NotFound, NotNow, Rejected
from surveyapp.extensions import db
from surveyapp.models.surveys import Programme, Wave
from surveyapp.services import audit, turns

IN_COVENANT = "codebook"
LONGEST_ID = 40


class Faulty(Rejected):
    """A theme or title that cannot be used; ``problems`` say which words are at fault."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("Nothing was changed. Put these right first.", [p.said for p in problems])
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Shown:
    """A theme of the shipped codebook as a programme has it: ``title`` is empty where it has
    none of its own."""

    id: str
    shipped: str
    title: str
    since: str
    definition: str


def of(programme: Programme) -> OwnCodebook:
    """What the programme's next pulse will be coded with, and all that it ever had."""
    if not programme.own_codebook:
        return NONE
    return OwnCodebook.from_dict(json.loads(programme.own_codebook))


def of_wave(wave: Wave) -> OwnCodebook:
    """What a pulse is coded with: what its promises froze. A pulse that came from a file, or was
    locked before there was such a thing, has the shipped codebook alone."""
    covenant = json.loads(wave.covenant) if wave.covenant else {}
    own = covenant.get(IN_COVENANT, {}).get("own")
    return OwnCodebook.from_dict(own) if own else NONE


def promised(wave: Wave) -> dict[str, object]:
    """What the promises of a pulse say of its codebook, were it locked now."""
    shipped, own = load(), _begun(of(wave.programme), wave.label).in_use
    said: dict[str, object] = {"version": shipped.version, "sha256": shipped.sha256}
    if own.titles or own.themes:
        said["own"] = own.to_dict()
    return said


def begin(wave: Wave) -> None:
    """Note with which pulse each title and theme began, once it is locked."""
    own = of(wave.programme)
    if own != NONE:
        _keep(wave.programme, _begun(own, wave.label), own.version)


def book(programme: Programme) -> Codebook:
    """The shipped codebook with the programme's own titles and themes."""
    return over(load(), of(programme))


def shipped_themes(programme: Programme) -> list[Shown]:
    """The fifteen, each with the programme's own title where it has one."""
    titles = {one.theme: one for one in of(programme).titles}
    nothing = OwnTitle("", "")
    return [
        Shown(
            theme.id,
            theme.title,
            titles.get(theme.id, nothing).title,
            titles.get(theme.id, nothing).since,
            theme.definition,
        )
        for theme in load().themes
    ]


def shipped_theme(programme: Programme, theme_id: str) -> Shown:
    """One of the fifteen. Raises :class:`NotFound`."""
    found = next((one for one in shipped_themes(programme) if one.id == theme_id), None)
    if found is None:
        raise NotFound("There is no such theme. Choose one from the list.")
    return found


def theme(programme: Programme, theme_id: str) -> OwnTheme:
    """A theme of the programme's own. Raises :class:`NotFound`."""
    found = next((one for one in of(programme).themes if one.id == theme_id), None)
    if found is None:
        raise NotFound("There is no such theme. Choose one from the list.")
    return found


def call(programme: Programme, theme_id: str, title: str, by: str) -> None:
    """Give a shipped theme a title of one's own, for display alone; an empty one takes it away."""
    turns.hold(programme)
    shown, own, title = shipped_theme(programme, theme_id), of(programme), _plain(title)
    if title == shown.shipped:
        title = ""
    if title == shown.title:
        return
    kept = [one for one in own.titles if one.theme != theme_id]
    titles = (*kept, OwnTitle(theme_id, title)) if title else tuple(kept)
    _change(programme, replace(own, titles=titles))
    words = f"“{shown.shipped}” is called “{title or shown.shipped}”"
    audit.record(by, "renamed theme", f"codebook {programme.slug}", words)


def put(programme: Programme, given: OwnTheme, by: str) -> OwnTheme:
    """Add a theme, or change the one with this id; it is used from the next pulse on.

    Without an id it gets one made of its title. Raises :class:`Faulty` with everything wrong.
    """
    turns.hold(programme)
    own = of(programme)
    title = _plain(given.title)
    before = next((one for one in own.themes if one.id == given.id), None)
    if before is not None and before.state == "retired":
        raise NotNow("This theme is no longer used, so it cannot be changed. Add a new one.")
    made = replace(given, id=given.id or _free_id(own, title), title=title, state="used", since="")
    if before is not None and before.state == "used" and before.fingerprint == made.fingerprint:
        made = replace(made, since=before.since)
    _change(programme, _with(own, made))
    verb = "added theme" if before is None or before.state == "proposed" else "changed theme"
    audit.record(by, verb, f"codebook {programme.slug}", f"{made.id} “{made.title}”")
    return made


def propose(programme: Programme, name: str, phrases: Iterable[str], by: str) -> OwnTheme:
    """Put a subject that people found forward as a theme: ``name``, and words that point to it.

    It is not coded before HR has said what it means and given enough phrases. Proposed again under
    the same name it gets the further phrases; a name that a theme has already changes nothing.
    """
    turns.hold(programme)
    own, title = of(programme), _plain(name)
    before = next((one for one in own.themes if one.title.casefold() == title.casefold()), None)
    if before is not None and before.state != "proposed":
        return before
    known = before or OwnTheme(_free_id(own, title), title, state="proposed")
    made = replace(known, phrases=tuple(dict.fromkeys([*known.phrases, *map(_plain, phrases)])))
    from analysis.text.own_codebook_check import (  # noqa: PLC0415  only who changes it needs it
        check_phrases,
        check_title,
    )

    if problems := [*check_title(made.title, made.id, load()), *check_phrases(made)]:
        raise Faulty(problems)
    if made != before:
        _keep(programme, _with(own, made), own.version or "0")
        audit.record(by, "proposed theme", f"codebook {programme.slug}", f"{made.id} “{title}”")
    return made


def offer(programme: Programme, theme_id: str, words: Iterable[str], wave: str, by: str) -> None:
    """Offer words of comments that people put with a theme to whoever keeps the codebook.

    Nothing is coded by them. A theme that is no longer used is offered none.
    """
    from analysis.text.own_codebook_check import (  # noqa: PLC0415  only who changes it needs it
        check_phrases,
    )

    turns.hold(programme)
    own = of(programme)
    if theme_id not in _coded(own):
        return
    before = next((one.words for one in own.offered if one.theme == theme_id), ())
    fit = [
        word
        for word in dict.fromkeys((*before, *map(_plain, words)))
        if not list(check_phrases(OwnTheme(theme_id, "", phrases=(word,))))
    ]
    if not set(fit) - set(before):
        return
    offered = _offered_to_others(own, theme_id)
    made = replace(own, offered=(*offered, Offered(theme_id, tuple(fit), wave)))
    _keep(programme, made, own.version or "0")
    audit.record(by, "offered words for theme", f"codebook {programme.slug}", theme_id)


def offers(programme: Programme) -> list[Offered]:
    """The words that wait for a decision, theme by theme, without those that are phrases of a theme
    of the programme's own by now."""
    own = of(programme)
    taken = {phrase for one in own.themes if one.state != "retired" for phrase in one.phrases}
    left = [
        replace(one, words=tuple(word for word in one.words if word not in taken))
        for one in own.offered
        if one.theme in _coded(own)
    ]
    return [one for one in left if one.words]


def offered_to(programme: Programme, theme_id: str) -> tuple[str, ...]:
    """The words that are offered for a theme; none for most."""
    return next((one.words for one in offers(programme) if one.theme == theme_id), ())


def decline(programme: Programme, theme_id: str, by: str) -> None:
    """Take the words that were offered for a theme off the list."""
    turns.hold(programme)
    own = of(programme)
    kept = _offered_to_others(own, theme_id)
    if kept != own.offered:
        _keep(programme, replace(own, offered=kept), own.version)
        audit.record(by, "declined words for theme", f"codebook {programme.slug}", theme_id)


def _coded(own: OwnCodebook) -> set[str]:
    """The themes that the programme's next pulse is coded with, shipped ones and its own."""
    return {*load().titles, *(one.id for one in own.used)}


def _offered_to_others(own: OwnCodebook, theme_id: str) -> tuple[Offered, ...]:
    return tuple(one for one in own.offered if one.theme != theme_id)


def retire(programme: Programme, theme_id: str, by: str) -> None:
    """Code a theme no more from the next pulse on. Its id stays taken for good."""
    turns.hold(programme)
    found, own = theme(programme, theme_id), of(programme)
    if found.state == "retired":
        return
    _change(programme, _with(own, replace(found, state="retired")))
    verb = "turned down theme" if found.state == "proposed" else "retired theme"
    audit.record(by, verb, f"codebook {programme.slug}", f"{found.id} “{found.title}”")


def _change(programme: Programme, own: OwnCodebook) -> None:
    """Keep a changed codebook, under a version that no pulse was coded with."""
    from analysis.text.own_codebook_check import check  # noqa: PLC0415  it weighs much, and few ask

    if problems := check(own, load()):
        raise Faulty(problems)
    frozen = [int(of_wave(wave).version or 0) for wave in programme.waves]
    _keep(programme, own, str(1 + max(frozen, default=0)))


def _keep(programme: Programme, own: OwnCodebook, version: str) -> None:
    text = json.dumps(replace(own, version=version).to_dict(), ensure_ascii=False, sort_keys=True)
    programme.own_codebook = text
    db.session.flush()


def _begun(own: OwnCodebook, label: str) -> OwnCodebook:
    """With the pulse's name where a title or a theme is new."""
    return replace(
        own,
        titles=tuple(replace(one, since=one.since or label) for one in own.titles),
        themes=tuple(
            replace(one, since=one.since or label) if one.state == "used" else one
            for one in own.themes
        ),
    )


def _with(own: OwnCodebook, theme: OwnTheme) -> OwnCodebook:
    """With this theme in the place of the one with its id, or last."""
    if theme.id not in [one.id for one in own.themes]:
        return replace(own, themes=(*own.themes, theme))
    return replace(own, themes=tuple(theme if one.id == theme.id else one for one in own.themes))


def _plain(words: str) -> str:
    """Composed, and with single spaces."""
    return " ".join(unicodedata.normalize("NFC", words).split())


def _free_id(own: OwnCodebook, title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    base = OWN + (re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:LONGEST_ID].strip("_") or "theme")
    taken = {one.id for one in own.themes}
    found, number = base, 2
    while found in taken:
        found, number = f"{base}_{number}", number + 1
    return found
