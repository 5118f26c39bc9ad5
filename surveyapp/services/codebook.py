"""The themes of comments, as a page may show them."""

import re
from typing import TYPE_CHECKING

from analysis.text.own_codebook import OwnCodebook
from surveyapp.models.surveys import Programme
from surveyapp.services import authoring, own_codebooks

if TYPE_CHECKING:
    from analysis.text.codebook import Codebook

# What a kind of words in the codebook says to the software.
WORDS = (
    ("strong", "Name the theme by themselves"),
    ("plain", "Usually mean the theme"),
    ("weak", "Count only together with others"),
    ("asked", "Count where the question is about the theme"),
    ("not", "Speak against the theme"),
)


def book() -> "Codebook":
    """The codebook that pulses are coded with."""
    from analysis.text.codebook import load  # noqa: PLC0415  what most pages never need weighs much

    return load()


def own() -> list[tuple[Programme, OwnCodebook]]:
    """The programmes that have titles or themes of their own, with what they have."""
    every = [(programme, own_codebooks.of(programme)) for programme in authoring.programmes()]
    return [(programme, found) for programme, found in every if found.titles or found.used]


def named(line: str) -> str:
    """A line of it with the names of themes in place of their ids."""
    titles = book().titles
    return re.sub(r"\w+", lambda word: titles.get(word[0], word[0]), line)
