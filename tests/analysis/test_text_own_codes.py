"""Learning from people's codes: better where they are right, refused where it would be worse."""

import numpy as np

from analysis.text.coder import Question, first_coder
from analysis.text.human_codes import Code, HumanCode
from analysis.text.own_codes import learn
from analysis.text.seeds import seeds

QUESTIONS = {"open": Question()}
WHERE = ("in the east office", "on the ward", "at the depot", "this winter", "since the move")
OURS = [
    ("Mosaic loses the blue forms {}", "tools_infrastructure"),
    ("the blue forms were gone again {}", "tools_infrastructure"),
    ("we sang at the gate {}", "team_peers"),
    ("tea and singing with the others {}", "team_peers"),
    ("the gate was green {}", None),
]


def human(theme_of=lambda theme: theme):
    return [
        HumanCode(
            str(number),
            "open",
            text,
            tuple(
                Code(theme, "negative", "unset", 0, len(text))
                for theme in [theme_of(theme)]
                if theme
            ),
            "audit",
            "a",
            "1",
            "blind",
        )
        for number, (text, theme) in enumerate(
            (f"{shape.format(place)}{ending}", theme)
            for shape, theme in OURS
            for place in WHERE
            for ending in ("", ".", " today", " as ever")
        )
    ]


def brier(coder, codes):
    found = coder.scores([one.text for one in codes], [Question()] * len(codes))
    truth = np.zeros(found.shape)
    for row, one in enumerate(codes):
        for code in one.codes:
            truth[row, coder.themes.index(code.theme)] = 1
    return float(np.mean((found - truth) ** 2))


def test_people_s_codes_make_the_coder_better_on_their_own_words():
    learnt = learn(first_coder(), human(), QUESTIONS)
    assert learnt.accepted
    assert learnt.after < learnt.before
    assert brier(learnt.coder, human()) < 0.5 * brier(first_coder(), human())
    assert learnt.coder.mark != first_coder().mark
    assert "tools_infrastructure" in learnt.coder.code("the blue forms were gone again").themes


def test_learning_twice_gives_the_same_coder():
    once, again = (learn(first_coder(), human(), QUESTIONS).coder for _ in range(2))
    assert once.mark == again.mark


def test_what_teaches_nothing_new_is_refused():
    """Codes drawn from the coder's own probabilities: it is right already, so all else is worse."""
    rng = np.random.default_rng(1)
    coder = first_coder()
    texts = [example.text for example in seeds()[:150]]
    chances = coder.scores(texts, [Question()] * len(texts))
    drawn = [
        HumanCode(
            str(row),
            "open",
            text,
            tuple(
                Code(theme, "negative", "unset", 0, len(text))
                for theme, chance in zip(coder.themes, chances[row], strict=True)
                if rng.random() < chance
            ),
            "audit",
            "a",
            "1",
            "blind",
        )
        for row, text in enumerate(texts)
    ]
    learnt = learn(coder, drawn, QUESTIONS)
    assert not learnt.accepted
    assert learnt.coder is coder


def test_a_handful_of_codes_changes_nothing():
    learnt = learn(first_coder(), human()[:10], QUESTIONS)
    assert not learnt.accepted
    assert learnt.coder is first_coder()


def test_no_word_of_a_comment_enters_the_model():
    learnt = learn(first_coder(), human(), QUESTIONS)
    before, after = first_coder().scorer.vocabulary, learnt.coder.scorer.vocabulary
    assert after is before
