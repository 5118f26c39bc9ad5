"""Subjects that no theme covers, at the reviewers' desk: two of them say what each is.

They see the words that set a group apart, and comments of it that two of them have cleared for
everybody. Nothing is shown before the sample is coded, so that it is coded without these words in
mind, and nobody's view before one's own.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from analysis.text.human_codes import BLIND
from analysis.text.masking import KEEP, is_lifted
from analysis.text.redact import redact
from surveyapp.errors import NotFound, NotNow, Rejected
from surveyapp.services import audit, turns
from surveyapp.services import review_sheets as sheets
from surveyapp.services.covenants import COMMENT_READERS
from surveyapp.services.review_desk import LAID_OUT, Desk

NAME, THEME, SAME, DROP = "name", "theme", "same", "drop"
EXAMPLES = 3
LONGEST = 60


@dataclass(frozen=True)
class Candidate:
    """A new subject before one reviewer: ``counts`` are questions' texts with comments in words,
    ``examples`` masked and cleared. ``mine`` is this reviewer's view. Once there is one, ``others``
    are the views that differ from it with how many hold each, the most usual first, and ``settled``
    is the one that two agree on."""

    subject: sheets.Subject
    counts: tuple[tuple[str, str], ...]
    examples: tuple[str, ...]
    mine: sheets.Naming | None
    others: tuple[tuple[sheets.Naming, int], ...]
    settled: sheets.Naming | None


@dataclass(frozen=True)
class Named:
    """A subject that reviewers named, with the terms, question counts and examples of all groups in
    it; or the theme whose id is ``name``, with those of the groups that they put with it."""

    name: str
    terms: tuple[str, ...]
    questions: Mapping[str, tuple[int, int]]
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settled:
    """What came of a wave's new subjects: those ``named``, how many groups are in them (``kept``),
    went to a theme that is there (``merged``), were ``dropped``, or not agreed on in time
    (``left``). ``themes`` are those to which some went."""

    named: tuple[Named, ...]
    kept: int
    merged: int
    dropped: int
    left: int
    themes: tuple[Named, ...] = ()


def were_looked_for(desk: Desk) -> bool:
    """Whether software has looked for new subjects."""
    return sheets.subjects(desk.wave.id) is not None


def unsaid(desk: Desk) -> int:
    """Of how many new subjects this reviewer has not said what they are."""
    mine = {one.subject for one in sheets.namings(desk.wave.id) if one.reader == desk.reader}
    return sum(one.number not in mine for one in sheets.subjects(desk.wave.id) or ())


def waits_for(desk: Desk) -> int:
    """How many comments of the sample must still be coded before new subjects are shown."""
    from analysis.text.audit_sample import LEAST  # noqa: PLC0415  most pages never need its weight

    entries = {entry.id: entry.place for entry in sheets.entries(desk.wave.id)}
    lacking = 0
    for question in desk.sheet.questions:
        drawn = question.audit["comments"]
        # One that somebody deleted or damaged will never be coded.
        sample = [entries[comment] for comment in drawn if comment in entries]
        coded = sum(any(one.seen == BLIND for one in desk.read.get(n, [])) for n in sample)
        lacking += max(min(LEAST, len(sample)) - coded, 0)
    return lacking


def candidates(desk: Desk, least: int) -> tuple[Candidate, ...]:
    """A wave's new subjects for this reviewer; none before they were looked for. ``least`` is the
    number of comments under which a count is not told."""
    found = sheets.subjects(desk.wave.id)
    if not found or waits_for(desk):
        return ()
    said = sheets.namings(desk.wave.id)
    quotable = {
        entry.id: sheets.masked(entry, desk.read[entry.place]).text
        for entry in sheets.entries(desk.wave.id)
        if entry.use == "publish"
        and not desk.wants(entry.place)
        and sheets.outcome_of(entry, desk.read.get(entry.place, [])) == "cleared"
    }
    return tuple(
        _candidate(desk, one, said, quotable, least) for one in _unmasked(found, desk.closed())
    )


def _candidate(
    desk: Desk,
    subject: sheets.Subject,
    said: Sequence[sheets.Naming],
    quotable: Mapping[str, str],
    least: int,
) -> Candidate:
    from analysis.text.counts import in_words  # noqa: PLC0415  most pages never need its weight

    views = [one for one in said if one.subject == subject.number]
    mine = next((one for one in views if one.reader == desk.reader), None)
    cleared = [quotable[one] for one in subject.examples if one in quotable]
    return Candidate(
        subject=subject,
        counts=tuple(
            (desk.sheet.question(question).text, in_words(readable + closed, least))
            for question, readable, closed in subject.questions
        ),
        examples=tuple(cleared[:EXAMPLES]),
        mine=mine,
        others=tuple(one for one in _together(views) if mine and _key(one[0]) != _key(mine)),
        settled=agreed(views) if mine else None,
    )


def say(desk: Desk, number: int, act: str, said: str = "") -> sheets.Naming:
    """Keep what a reviewer makes of a subject, in place of what they made of it before.

    Raises :class:`NotFound`, :class:`NotNow` and :class:`Rejected`, each with what to do.
    """
    turns.hold(desk.wave)
    if desk.wave.state not in LAID_OUT:
        raise NotNow("These results are out, so the desk is closed.")
    if waits_for(desk):
        raise NotNow("Code the sample first. New subjects are shown after that.")
    known = {one.number for one in sheets.subjects(desk.wave.id) or ()}
    if number not in known:
        raise NotFound("There is no such subject. Go back to the desk and start from there.")
    naming = sheets.Naming(number, desk.reader, act, _checked(desk, number, act, said, known))
    sheets.keep_naming(desk.wave.id, naming)
    about = f"{desk.wave.programme.slug} {desk.wave.number}"
    audit.record("a reviewer", "said what a new subject is", about)
    return naming


def _checked(desk: Desk, number: int, act: str, said: str, known: Iterable[int]) -> str:
    said = " ".join(said.split())
    match act:
        case "name":
            return _name(desk, said)
        case "theme":
            if said not in {theme for theme, _, _ in desk.sheet.themes}:
                raise Rejected("Choose the theme that it belongs to.")
        case "same":
            if said not in {str(other) for other in known if other != number}:
                raise Rejected("Choose the other subject that it belongs with.")
        case "drop":
            return ""
        case _:
            raise Rejected("Say what is to be done with it.")
    return said


def _name(desk: Desk, said: str) -> str:
    from analysis.text.language import COMMON  # noqa: PLC0415  most pages never need its weight

    if not said or not any(letter.isalpha() for letter in said):
        raise Rejected("Give the subject a name.")
    if len(said) > LONGEST:
        raise Rejected(f"Keep the name to {LONGEST} letters.")
    # Everybody reads it, so it goes the way that comments go.
    hidden = _hidden(desk.closed()) - COMMON
    if redact(said).text != said or hidden & _words(said):
        raise Rejected("Leave people’s names, places, dates and numbers out of it.")
    if said.casefold() in {title.casefold() for _, title, _ in desk.sheet.themes}:
        raise Rejected("There is a theme of that name. Put it with that theme instead.")
    return said


def agreed(views: Sequence[sheets.Naming]) -> sheets.Naming | None:
    """The view that two reviewers hold and no other as many; ``None`` until then."""
    together = _together(views)
    if not together or together[0][1] < COMMENT_READERS:
        return None
    if len(together) > 1 and together[1][1] == together[0][1]:
        return None
    return together[0][0]


def settled(
    subjects: Sequence[sheets.Subject],
    said: Sequence[sheets.Naming],
    read: Iterable[Sequence[sheets.Reading]] = (),
) -> Settled:
    """What came of a wave's new subjects. One put with another goes where that goes; two put with
    each other go nowhere. Subjects of one name are one subject. Terms with a word that reviewers
    masked in any comment, by what they ``read``, and that others did not lift are left out."""
    subjects = _unmasked(subjects, read)
    views = {
        one.number: agreed([view for view in said if view.subject == one.number])
        for one in subjects
    }
    ends = {number: _end(number, views) for number in views}
    acts = Counter(end.act if end else "" for end in ends.values())
    return Settled(
        named=_gathered(subjects, ends, NAME),
        kept=acts[NAME],
        merged=acts[THEME],
        dropped=acts[DROP],
        left=acts[""],
        themes=_gathered(subjects, ends, THEME),
    )


def _gathered(
    subjects: Sequence[sheets.Subject], ends: Mapping[int, sheets.Naming | None], act: str
) -> tuple[Named, ...]:
    """The groups of which reviewers said the same, together."""
    groups: dict[str, list[sheets.Subject]] = {}
    spelt: dict[str, str] = {}
    for one in subjects:
        end = ends[one.number]
        if end is not None and end.act == act:
            spelt.setdefault(end.said.casefold(), end.said)
            groups.setdefault(end.said.casefold(), []).append(one)
    return tuple(_named(spelt[said], together) for said, together in groups.items())


def _unmasked(
    subjects: Sequence[sheets.Subject], read: Iterable[Sequence[sheets.Reading]]
) -> list[sheets.Subject]:
    """Groups without the words that a reviewer masked in any comment."""
    from analysis.text.language import COMMON  # noqa: PLC0415  most pages never need its weight

    hidden = _hidden(read)
    return [
        replace(
            one,
            terms=tuple(term for term in one.terms if not hidden & set(term.split())),
            like="" if (hidden - COMMON) & _words(one.like) else one.like,
        )
        for one in subjects
    ]


def _hidden(read: Iterable[Sequence[sheets.Reading]]) -> set[str]:
    """Every word that a reviewer masked: a name that software overlooked may stand in many. One
    whose mask others lifted is shown, or one reviewer alone could take a subject's words away."""
    masks = (
        words
        for given in read
        for words in dict.fromkeys(words for one in given for words in one.masks)
        if not _is_lifted(words, given)
    )
    return {word for words in masks for word in _words(words)}


def _is_lifted(words: str, given: Sequence[sheets.Reading]) -> bool:
    """Whether two or more want these words of a comment shown and fewer masked them, or some of
    them."""
    said = [dict(one.checks).get(words, "") for one in given]
    mine = [bool(_words(words) & _words(" ".join(one.masks))) for one in given]
    keep = sum(masks or check == KEEP for masks, check in zip(mine, said, strict=True))
    show = sum(check not in ("", KEEP) for check in said)
    return is_lifted(keep, show)


def _words(text: str) -> set[str]:
    from analysis.text.language import tokens  # noqa: PLC0415  most pages never need its weight

    return {token.word for token in tokens(text)}


def _end(number: int, views: Mapping[int, sheets.Naming | None]) -> sheets.Naming | None:
    seen: set[int] = set()
    view = views[number]
    while view is not None and view.act == SAME:
        if number in seen:
            return None
        seen.add(number)
        number = int(view.said)
        view = views[number]
    return view


def _named(name: str, groups: Sequence[sheets.Subject]) -> Named:
    counts: dict[str, tuple[int, int]] = {}
    for question, readable, closed in (one for group in groups for one in group.questions):
        before = counts.get(question, (0, 0))
        counts[question] = (before[0] + readable, before[1] + closed)
    terms = dict.fromkeys(term for group in groups for term in group.terms)
    examples = tuple(comment for group in groups for comment in group.examples)
    return Named(name, tuple(terms), counts, examples)


def _together(views: Sequence[sheets.Naming]) -> tuple[tuple[sheets.Naming, int], ...]:
    """Views that say the same, whoever gave them, with how many hold each. Of several spellings
    the one with capitals in front stands."""
    held = Counter(map(_key, views))
    by_spelling = sorted(views, key=lambda one: one.said, reverse=True)
    spelt = {_key(one): one for one in by_spelling}
    return tuple((spelt[what], count) for what, count in held.most_common())


def _key(view: sheets.Naming) -> tuple[str, str]:
    """What a view says, in any spelling."""
    return view.act, view.said.casefold()
