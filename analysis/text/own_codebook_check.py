"""Whether an organisation's own codebook can be used, and what is wrong with it, line by line."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import combinations, product
from typing import Any

from analysis.text.codebook import LONGEST, Codebook, CodebookError
from analysis.text.language import COMMON, tokens
from analysis.text.own_codebook import (
    FEWEST_PHRASES,
    STATES,
    OwnCodebook,
    OwnTheme,
    OwnTitle,
    Problem,
    theme_from,
)
from analysis.text.redact import redact

MOST_PHRASES, MOST_THEMES = 40, 8
LONGEST_TITLE, LONGEST_LINE, MOST_LINES = 60, 300, 10
WAYS = ("negative", "positive", "suggestion")
_ID = re.compile(r"own_[a-z0-9]+(?:_[a-z0-9]+)*")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def parse(text: str, name: str, shipped: Codebook) -> OwnCodebook:
    """Read and check an own codebook given as TOML; the file ``name`` stands in every problem.

    Raises :class:`~analysis.text.codebook.CodebookError` with all problems and their lines.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CodebookError([f"{name} is not valid TOML: {error}."]) from error
    lines = text.splitlines()
    misshapen = [f"{name}{place}: {said}" for place, said in _check_shape(raw, lines)]
    if misshapen:
        raise CodebookError(misshapen)
    own = OwnCodebook(
        str(raw["version"]),
        tuple(OwnTitle(theme, title) for theme, title in raw.get("titles", {}).items()),
        tuple(theme_from(body) for body in raw.get("themes", ())),
    )
    problems = [f"{name}{_line(lines, one.words)}: {one.said}" for one in check(own, shipped)]
    if problems:
        raise CodebookError(problems)
    return own


def _check_shape(raw: Mapping[str, Any], lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What is missing, unknown or not written as it must be: its line, and what to do."""
    version = raw.get("version", "")
    if isinstance(version, bool) or not isinstance(version, str | int | float) or version == "":
        yield _line_of(lines, "version"), 'Give the codebook a version, such as version = "1".'
    titles, themes = raw.get("titles", {}), raw.get("themes", [])
    if not isinstance(titles, dict):
        yield _line_of(lines, "titles"), "Write titles as a table, each under [titles]."
        titles = {}
    for theme, title in titles.items():
        if not isinstance(title, str):
            line = _line_of(lines, theme, "[titles]")
            yield line, f"Write the title of {theme!r} as words in quotes."
    if not isinstance(themes, list) or not all(isinstance(body, dict) for body in themes):
        line = _line_of(lines, "themes") or _line(lines, "[themes]")
        yield line, "Write each theme under [[themes]]."
        themes = []
    for place, body in enumerate(themes):
        for key, said in _check_settings(body):
            yield _line_of(lines, key, "[[themes]]", place), said


def _check_settings(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The settings of one theme that are not as they must be, and what to do."""
    name = body.get("id", "")
    named = f"The theme {name!r}" if name and isinstance(name, str) else "A theme"
    yield from (("", f"{named} lacks its {key}.") for key in ("id", "title") if key not in body)
    unknown = sorted(body.keys() - {one.name for one in fields(OwnTheme)})
    yield from ((key, f"{named} has a setting that is not known: {key!r}.") for key in unknown)
    for key in ("id", "title", "definition", "since", "state"):
        if not isinstance(body.get(key, ""), str):
            yield key, f"Write {key} as words in quotes."
        elif key == "state" and body.get(key, "used") not in STATES:
            yield key, f"Write one of these as state: {', '.join(STATES)}."
    for key in ("includes", "excludes", "phrases", "against"):
        if not _are_words(body.get(key, [])):
            yield key, f'Write {key} as a list of words in quotes, such as ["one", "two"].'
    examples = body.get("examples", {})
    if not isinstance(examples, dict):
        yield "examples", "Write examples as a table, each under [themes.examples]."
    elif not _are_words(list(examples.values())):
        wrong = (way for way, example in examples.items() if not isinstance(example, str))
        yield from ((way, f"Write the example of {way!r} as words in quotes.") for way in wrong)


def _are_words(given: object) -> bool:
    return isinstance(given, list) and all(isinstance(one, str) for one in given)


def check(own: OwnCodebook, shipped: Codebook) -> list[Problem]:
    """Everything that is wrong with it; empty when all is well."""
    problems = [*_check_titles(own, shipped)]
    ids = [theme.id for theme in own.themes]
    problems += [
        Problem(name, f"The theme {name!r} stands there twice. An id is never used again.")
        for name in sorted({name for name in ids if ids.count(name) > 1})
    ]
    problems += [
        Problem(name, f"{name!r} is no id of an own theme. Write own_ and lower-case letters.")
        for name in ids
        if not _ID.fullmatch(name)
    ]
    if len(own.used) > MOST_THEMES:
        many = f"There are {len(own.used)} themes of your own. Use at most {MOST_THEMES}."
        problems.append(Problem("", many))
    for theme in own.used:
        problems += check_theme(theme)
    return [*problems, *_check_apart(own.used)]


def check_theme(theme: OwnTheme) -> list[Problem]:
    """What is wrong with one theme by itself."""
    problems = list(_check_lines(theme))
    problems += check_phrases(theme)
    if not len(theme.phrases) >= FEWEST_PHRASES:
        problems.append(
            Problem(
                theme.id,
                f"“{theme.title}” has {len(theme.phrases)} phrases. The software works by them "
                f"alone, so give at least {FEWEST_PHRASES}.",
            )
        )
    if len(theme.phrases) + len(theme.against) > MOST_PHRASES:
        most = f"“{theme.title}” has too many phrases. Keep {MOST_PHRASES} at most."
        problems.append(Problem(theme.id, most))
    known = [_stems(phrase) for phrase in theme.phrases]
    problems += [
        Problem(example, f"No phrase of “{theme.title}” stands in its example “{example}”.")
        for example in theme.examples.values()
        if not any(_stands(stems, _stems(example)) for stems in known)
    ]
    return problems


def _check_apart(themes: Sequence[OwnTheme]) -> Iterator[Problem]:
    """Phrases that two themes share. Of two themes that are alike but for one phrase, their counts
    side by side would tell whether a single comment has it, also one that nobody may read."""
    for one, other in combinations(themes, 2):
        for phrase, again in product(one.phrases, other.phrases):
            mine, theirs = _stems(phrase), _stems(again)
            if mine and theirs and (_stands(mine, theirs) or _stands(theirs, mine)):
                yield Problem(
                    again,
                    f"“{again}” of “{other.title}” goes with “{phrase}” of “{one.title}”. Two "
                    "themes share no phrase, so keep it in one of them.",
                )


def _check_titles(own: OwnCodebook, shipped: Codebook) -> Iterator[Problem]:
    """Titles that are no titles, belong to nothing, or could be taken for another theme's."""
    for one in own.titles:
        if one.theme not in shipped.titles:
            yield Problem(one.theme, f"There is no shipped theme {one.theme!r} to give a title to.")
    named = [(one.theme, one.title) for one in own.titles]
    named += [(one.id, one.title) for one in own.used]
    taken: dict[str, str] = {}
    for theme, title in named:
        yield from check_title(title, theme, shipped)
        if taken.setdefault(title.casefold(), theme) != theme:
            yield Problem(title, f"Two themes are called “{title}”.")


def check_title(title: str, theme: str, shipped: Codebook) -> Iterator[Problem]:
    """What is wrong with the title of the theme with this id."""
    if not re.search(r"[^\W\d_]", title):
        yield Problem(theme, f"The theme {theme!r} needs a title.")
    if len(title) > LONGEST_TITLE:
        yield Problem(title, f"The title “{title}” is longer than {LONGEST_TITLE} letters.")
    if _UNSEEN.search(title):
        yield Problem(theme, f"The title of {theme!r} has signs that cannot be seen.")
    elif redact(title).text != title:
        yield Problem(title, f"The title “{title}” may point to a person.")
    shown = {known.casefold(): name for name, known in shipped.titles.items()}
    if shown.get(title.casefold(), theme) != theme:
        yield Problem(title, f"A shipped theme is called “{title}” already.")


def _check_lines(theme: OwnTheme) -> Iterator[Problem]:
    """Which sentences for coders are missing."""
    if not theme.definition.strip():
        yield Problem(theme.id, f"Say in a sentence what “{theme.title}” means.")
    if not theme.includes:
        yield Problem(theme.id, f"Say what belongs to “{theme.title}”, at least one thing.")
    if not theme.examples:
        yield Problem(theme.id, f"Give an example sentence of “{theme.title}”, made up by you.")
    for way in sorted(theme.examples.keys() - set(WAYS)):
        yield Problem(way, f"{way!r} is no direction of an example; use {', '.join(WAYS)}.")
    for name, lines in (("includes", theme.includes), ("excludes", theme.excludes)):
        if len(lines) > MOST_LINES:
            yield Problem(theme.id, f"“{theme.title}” {name} more than {MOST_LINES} things.")
    for line in (theme.definition, *theme.includes, *theme.excludes, *theme.examples.values()):
        yield from _check_line(line)


def _check_line(line: str) -> Iterator[Problem]:
    """A sentence that coders and everybody else may read: not too long, and it names nobody."""
    if len(line) > LONGEST_LINE:
        yield Problem(line, f"“{line[:40]}…” is longer than {LONGEST_LINE} letters.")
    if _UNSEEN.search(line):
        yield Problem(line, f"“{_UNSEEN.sub('', line)[:40]}” has signs that cannot be seen.")
    elif redact(line).text != line:
        yield Problem(line, f"“{line[:40]}” may point to a person. Write it without.")


def check_phrases(theme: OwnTheme) -> Iterator[Problem]:
    """What is wrong with the phrases of a theme, each by itself and beside the others."""
    seen: dict[tuple[str, ...], str] = {}
    for phrase in (*theme.phrases, *theme.against):
        said = tokens(phrase)
        stems = _stems(phrase)
        if not 0 < len(said) <= LONGEST or _UNSEEN.search(phrase):
            yield Problem(phrase, f"The phrase “{phrase[:60]}” must have one to {LONGEST} words.")
        elif all(token.word in COMMON or len(token.word) < 3 for token in said):
            yield Problem(phrase, f"The phrase “{phrase}” stands in comments about anything.")
        elif redact(phrase).text != phrase:
            yield Problem(phrase, f"The phrase “{phrase}” may point to a person.")
        elif stems in seen:
            yield Problem(phrase, f"“{phrase}” and “{seen[stems]}” are the same phrase.")
        seen[stems] = phrase


def _stems(text: str) -> tuple[str, ...]:
    return tuple(token.stem for token in tokens(text))


def _stands(phrase: Sequence[str], text: Sequence[str]) -> bool:
    """Whether the words of a phrase stand one after another in a text."""
    wide = len(phrase)
    return any(tuple(text[at : at + wide]) == tuple(phrase) for at in range(len(text)))


def _line(lines: Sequence[str], words: str) -> str:
    """``, line 3``: the first line with these words."""
    found = (number for number, line in enumerate(lines, 1) if words and words in line)
    number = next(found, 0)
    return f", line {number}" if number else ""


def _line_of(lines: Sequence[str], key: str, head: str = "", place: int = 0) -> str:
    """``, line 3``: where a setting is given, below the table of that head, the first of them being
    ``place`` 0; the head itself where the setting is not found."""
    heads = [n for n, line in enumerate(lines) if head and line.strip().startswith(head)]
    start, end = 0, len(lines)
    if place < len(heads):
        start, end = heads[place], [*heads, len(lines)][place + 1]
    given = re.compile(rf"\s*(\[.*\.)?[\"']?{re.escape(key)}[\"']?\s*[=.\]]")
    found = (n for n in range(start, end) if key and given.match(lines[n]))
    line = next(found, start if heads else -1) + 1
    return f", line {line}" if line else ""
