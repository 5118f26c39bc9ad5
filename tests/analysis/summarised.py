"""Rows of answers made into results in one step, for the tests of what a summary says."""

from analysis.disclosure import Rule
from analysis.summarise import summarise
from analysis.tally import count
from tests.analysis.made import answers, instrument, organisation, wave

RULE = Rule()


BOOK = instrument(
    items=5,
    scales=[
        {"id": "s", "title": "Safe", "description": "D", "items": ["a", "b", "c"]},
        {
            "id": "f",
            "title": "Fair",
            "description": "D",
            "items": ["d", "e"],
            "formula": "favourable",
        },
    ],
)


def counted(rows, units, book=BOOK, **settings):
    return count(wave(rows, units, **settings), book)


def summary(rows, units, earlier=(), book=BOOK, rule=RULE, **settings):
    past = [(counted(r, units, book, id=f"e{i}"), book) for i, r in enumerate(earlier)]
    return summarise(counted(rows, units, book, **settings), book, rule, past, programme="P")


def made(seed):
    units, answered = organisation(seed)
    return units, answers(answered, seed, items=5), answers(answered, seed + 500, items=5)
