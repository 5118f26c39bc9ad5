"""The codebook: fifteen themes, what belongs to each, and the words that point to them."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

SHIPPED = Path(__file__).parent / "codebook.toml"
WEIGHTS: Mapping[str, float] = {
    "strong": 2.0,
    "plain": 1.0,
    "weak": 0.25,
    "asked": 1.0,
    "not": -1.0,
}
LONGEST = 4

Direction = Literal["negative", "positive", "suggestion", "mixed"]


class CodebookError(ValueError):
    """The codebook cannot be used; ``problems`` holds one sentence for each reason."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Theme:
    """What a coder is told about a theme, and the words a machine starts from.

    ``default`` is the direction of a mention when nothing in it says which. ``examples`` has one
    sentence each for negative, positive and suggestion. ``words`` maps ``strong``, ``plain``,
    ``weak``, ``asked`` and ``not`` to phrases of one to four words. ``questions`` are words of a
    question that is about the theme. ``note`` is what a page adds where an organisation calls a
    theme otherwise or has one of its own (:mod:`analysis.text.own_codebook`).
    """

    id: str
    title: str
    default: Direction
    definition: str
    includes: tuple[str, ...]
    excludes: tuple[str, ...]
    examples: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    questions: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Codebook:
    """All themes, in the order of the page. ``sha256`` is that of the file."""

    version: str
    themes: tuple[Theme, ...]
    sha256: str

    @cached_property
    def titles(self) -> Mapping[str, str]:
        return {theme.id: theme.title for theme in self.themes}

    @cached_property
    def notes(self) -> Mapping[str, str]:
        return {theme.id: theme.note for theme in self.themes if theme.note}

    def theme(self, theme_id: str) -> Theme:
        return next(theme for theme in self.themes if theme.id == theme_id)


@lru_cache(maxsize=1)
def load() -> Codebook:
    """The codebook shipped with Candour."""
    return parse(SHIPPED.read_text(encoding="utf-8"))


def parse(text: str) -> Codebook:
    """Read and check a codebook given as TOML. Raises :class:`CodebookError`."""
    try:
        raw = tomllib.loads(text)
        themes = tuple(_theme(body) for body in raw["themes"])
        version = str(raw["version"])
    except tomllib.TOMLDecodeError as error:
        raise CodebookError([f"The codebook is not valid TOML: {error}."]) from error
    except (KeyError, TypeError) as error:
        raise CodebookError([f"The codebook lacks or misspells a setting: {error}."]) from error
    codebook = Codebook(version, themes, hashlib.sha256(text.encode()).hexdigest())
    problems = check(codebook)
    if problems:
        raise CodebookError(problems)
    return codebook


def check(codebook: Codebook) -> list[str]:
    """One sentence for each thing that is wrong; empty when all is well."""
    # Whoever only shows titles needs no stemmer, which weighs much.
    from analysis.text.language import tokens  # noqa: PLC0415

    problems: list[str] = []
    ids = [theme.id for theme in codebook.themes]
    for twice in sorted({name for name in ids if ids.count(name) > 1}):
        problems.append(f"The theme {twice!r} stands there twice.")
    for theme in codebook.themes:
        lacking = {"negative", "positive", "suggestion"} - theme.examples.keys()
        problems.extend(
            f"Theme {theme.id!r} has no {direction} example." for direction in sorted(lacking)
        )
        unknown = theme.words.keys() - WEIGHTS.keys()
        problems.extend(
            f"Theme {theme.id!r} has words called {kind!r}; use {', '.join(WEIGHTS)}."
            for kind in sorted(unknown)
        )
        phrases = [tuple(t.stem for t in tokens(p)) for kind in theme.words.values() for p in kind]
        problems.extend(
            f"Theme {theme.id!r} has the stems {' '.join(stems)!r} twice."
            for stems in sorted({stems for stems in phrases if phrases.count(stems) > 1})
        )
        problems.extend(
            f"Theme {theme.id!r}: {phrase!r} is longer than {LONGEST} words or empty."
            for phrases in theme.words.values()
            for phrase in phrases
            if not 0 < len(phrase.split()) <= LONGEST
        )
    return problems


def _theme(body: Mapping[str, Any]) -> Theme:
    settings = dict(body)
    for key in ("includes", "excludes", "questions"):
        settings[key] = tuple(settings.get(key, ()))
    settings["words"] = {kind: tuple(phrases) for kind, phrases in body["words"].items()}
    return Theme(**settings)
