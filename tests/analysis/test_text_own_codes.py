"""Learning from people's codes: better where they are right, refused where it would be worse."""

import numpy as np
import pytest

from analysis.text.coder import Question, first_coder
from analysis.text.human_codes import Code, HumanCode
from analysis.text.own_codes import cuts, drawn, learn
from analysis.text.own_vocabulary import own_vocabulary
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


@pytest.mark.parametrize("draw", [1, 2])
def test_what_teaches_nothing_new_is_refused(draw):
    """Codes drawn from the coder's own probabilities: it is right already, so all else is worse."""
    rng = np.random.default_rng(draw)
    coder = first_coder()
    texts = [example.text for example in seeds()[:150]]
    chances = coder.scores(texts, [Question()] * len(texts))
    chosen = [
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
    learnt = learn(coder, chosen, QUESTIONS)
    assert not learnt.accepted
    assert learnt.coder.scorer is coder.scorer


def test_a_handful_of_codes_changes_nothing():
    learnt = learn(first_coder(), human()[:10], QUESTIONS)
    assert not learnt.accepted
    assert learnt.coder is first_coder()


def test_cuts_move_together_and_a_theme_without_a_code_goes_along():
    """Theme 0 is there from .3 on, over 400 comments; of theme 1 nobody gave a code."""
    chance = np.linspace(0.01, 0.99, 400)
    labels = np.stack([chance >= 0.3, np.zeros(400)], axis=1).astype(float)
    found = cuts(np.stack([chance, chance], axis=1), labels, np.array([0.46, 0.4]))
    assert abs(found[0] - 0.3) < 0.03
    assert 0.24 <= found[1] < 0.4


def test_one_comment_moves_no_cut_far():
    chance = np.full((300, 2), 0.05)
    chance[:, 0] = np.linspace(0.01, 0.99, 300)
    labels = np.stack([chance[:, 0] >= 0.4, np.zeros(300)], axis=1).astype(float)
    chance[0, 1], labels[0, 1] = 0.59, 1
    assert abs(cuts(chance, labels, np.array([0.4, 0.4]))[1] - 0.4) < 0.1


def test_what_would_be_sure_and_wrong_is_drawn_to_one_half():
    """Of 40 codes of theme 0 half are right; of 380 of theme 1 nearly all; of theme 2 none is sure
    but eight, which are too few to tell."""
    logits = np.full((380, 3), -3.0)
    logits[:40, 0] = logits[:, 1] = logits[:8, 2] = 3.0
    labels = np.zeros((380, 3))
    labels[:20, 0] = labels[:, 1] = 1
    bold, right, few = drawn(logits, labels)
    assert bold * 3.0 < np.log(0.8 / 0.2)
    assert right == few == 1
    labels[:60, 1] = 0  # now all themes together are wrong too often
    assert max(drawn(logits, labels)) * 3.0 < np.log(0.8 / 0.2)


def coded(text, theme=None, question="open"):
    codes = (Code(theme, "negative", "unset", 0, len(text)),) if theme else ()
    return HumanCode(text, question, text, codes, "audit", "a", "1", "blind")


def own_words(codes):
    known = first_coder().scorer.vocabulary
    ours = own_vocabulary(known, [one.text for one in codes], [""] * len(codes))
    stems = ours.reader.stems
    return {stems[number - 1] for number in ours.new}, ours


def test_a_word_of_its_own_enters_only_from_five_different_comments():
    said = [coded(f"zorblat again {place}") for place in WHERE]
    assert "zorblat" in own_words(said)[0]
    four, ours = own_words([*said[:4], *said[:4]])
    assert four == set()
    assert "zorblat" not in ours.reader.stems


def test_two_words_side_by_side_enter_only_from_five_different_comments():
    blue = [coded(f"blue forms {place}") for place in WHERE]
    apart = [coded(f"the forms {place} were blue") for place in WHERE]
    assert len(own_words([*blue, *apart])[1].pairs) > len(own_words([*blue[:4], *apart])[1].pairs)


def test_a_word_of_the_organisation_teaches_its_theme():
    zorblat = [
        coded(f"The zorblat {verb} {place}.", "tools_infrastructure")
        for verb in ("froze", "was down", "ate my notes", "broke")
        for place in WHERE
    ]
    rest = [one for one in human() if "blue" not in one.text]
    learnt = learn(first_coder(), [*zorblat, *rest], QUESTIONS)
    assert learnt.accepted
    tools = first_coder().themes.index("tools_infrastructure")
    before, after = (
        coder.scores(["Zorblat."], [Question()])[0, tools]
        for coder in (first_coder(), learnt.coder)
    )
    assert after > before + 0.2
    assert learnt.coder.scorer.vocabulary is first_coder().scorer.vocabulary


def test_what_people_wrote_to_one_question_is_kept_apart_from_another():
    """The same bare words, coded as one theme under one question and as none under another."""
    asked = {"a": Question(words="how is the gate"), "b": Question(words="how is the tea")}
    said = [
        coded(f"{shape} {place}", "team_peers" if question == "a" else None, question)
        for shape in ("as it was", "green", "like last time", "same", "so and so")
        for place in WHERE
        for question in asked
    ]
    learnt = learn(first_coder(), said, asked)
    assert learnt.accepted
    team = learnt.coder.themes.index("team_peers")
    a, b = learnt.coder.scores(["green today"] * 2, [asked["a"], asked["b"]])[:, team]
    assert a > b + 0.3
