"""Themes of an organisation's own are coded beside the fifteen, which do not notice."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.dataset import Comment
from analysis.disclosure import Rule
from analysis.instrument import parse
from analysis.text.codebook import load
from analysis.text.coder import Question
from analysis.text.counts import count_comments, release
from analysis.text.own_codebook import NONE, OwnCodebook, OwnTheme, OwnTitle
from analysis.text.own_codebook_check import check
from analysis.text.own_coder import with_own
from analysis.text.own_codes import learn
from analysis.text.seeds import seeds
from tests.analysis.small_coder import small_coder
from tests.analysis.test_text_own_codes import QUESTIONS, human

INSTRUMENT = parse(
    """
    [instrument]
    id = "test"
    version = "1"
    title = "Test"
    [source]
    licence = "Apache-2.0"
    attribution = "Written for Candour."
    [[items]]
    id = "barriers"
    kind = "text"
    purpose = "shadow"
    text = "What makes good days hard here?"
    """
)
PARKING = OwnTheme(
    id="own_parking",
    title="Parking",
    definition="Where staff leave their cars and bicycles.",
    includes=("spaces", "permits"),
    phrases=("car park", "parking", "permit", "multi-storey", "bike shed", "bicycles"),
    against=("walk in the park",),
    examples={"negative": "The car park is full by seven."},
)
OWN = OwnCodebook("1", themes=(PARKING,))
SAID = (
    "The car park is full by seven and my caseload is far too high.",
    "I carry too many children. The multi-storey costs a day's pay.",
    "Lovely team, and the new bike shed is great.",
    "More parking permits, please.",
    "n/a",
    "It is no walk in the park that parking costs so much.",
    "Mae'r maes parcio yn llawn bob dydd cyn saith ac mae'n anodd iawn cael lle parking yma",
)


@pytest.fixture(scope="module")
def shipped():
    return small_coder()


@pytest.fixture(scope="module")
def coder(shipped):
    return with_own(shipped, OWN)


def found(coder, text, purpose="open"):
    return {m.theme: m for m in coder.code(text, Question(purpose)).mentions}


def test_the_fifteen_are_coded_to_the_byte_as_without_it(shipped, coder):
    texts = [*SAID, *(one.text for one in seeds()[::7])]
    asked = [Question(one) for one in ("open", "wish", "peak", "shadow", "offer")]
    questions = [asked[place % len(asked)] for place in range(len(texts))]
    before, after = (one.code_all(texts, questions) for one in (shipped, coder))
    own = 0
    for then, now in zip(before, after, strict=True):
        fifteen = len(then.mentions)
        assert now.mentions[:fifteen] == then.mentions
        assert {m.theme for m in now.mentions[fifteen:]} <= {"own_parking"}
        assert (now.flags, now.empty, now.covered) == (then.flags, then.empty, then.covered)
        own += len(now.mentions) - fifteen
    assert own > 4
    wide = len(shipped.themes)
    for name in ("scores", "direction_scores"):
        then, now = (getattr(one, name)(texts, questions) for one in (shipped, coder))
        assert now.shape[1] == wide + 1
        assert now[:, :wide].tobytes() == then.tobytes()


def test_what_a_question_is_about_is_judged_as_without_it(shipped, coder):
    for texts in (
        [SAID[0]] * 12,
        ["Parking is full."] * 12,
        ["More parking permits, please."] * 12,
    ):
        assert coder.subject(texts) == shipped.subject(texts)
    for words in ("What about parking?", "Why or why not?", "What would you change?"):
        assert coder.question(words) == shipped.question(words)


def test_it_stands_beside_what_people_s_own_codes_have_taught(shipped):
    learnt = learn(shipped, human(), QUESTIONS).coder
    assert learnt is not shipped
    questions = [Question(words="what park")] * len(SAID)
    for then, now in zip(
        learnt.code_all(SAID, questions),
        with_own(learnt, OWN).code_all(SAID, questions),
        strict=True,
    ):
        assert now.mentions[: len(then.mentions)] == then.mentions


def test_its_phrases_find_it_by_their_stems_wherever_they_stand(coder):
    assert "own_parking" in found(coder, "Car parks are full by seven.")
    assert "own_parking" in found(coder, "THE MULTI-STOREY IS DEAR")
    assert "own_parking" in found(coder, "Nowhere to lock my bicylces at night.")
    assert "own_parking" not in found(coder, "The car is old and the yard is far.")
    assert "own_parking" not in found(coder, "My caseload is far too high.")


def test_its_evidence_is_the_clause_that_holds_the_phrase(coder):
    text = "My manager is kind, but the car park is full by seven."
    mention = found(coder, text)["own_parking"]
    assert text[mention.start : mention.end] == "the car park is full by seven"


@pytest.mark.parametrize(
    ("text", "purpose", "way"),
    [
        ("The car park is never safe at night.", "shadow", "negative"),
        ("The new bike shed is great.", "peak", "positive"),
        ("More parking for night staff, please.", "wish", "suggestion"),
    ],
)
def test_its_direction_is_read_as_that_of_any_theme(coder, text, purpose, way):
    assert found(coder, text, purpose)["own_parking"].direction == way


def test_it_is_never_sure_of_it(coder):
    many = found(coder, "There is no parking, the car park is full and I have no permit for it.")
    assert many["own_parking"].state == "check"
    assert many["own_parking"].probability < 0.8
    assert found(coder, "Parking is dear.")["own_parking"].probability < 0.8


def test_words_against_it_speak_in_their_clause_alone(coder):
    assert "own_parking" not in found(coder, "Parking here is no walk in the park.")
    assert "own_parking" in found(coder, "It is no walk in the park. Parking is dear.")


def test_what_says_nothing_or_is_in_another_language_has_none(coder):
    scores = coder.scores(SAID, [Question()] * len(SAID))[:, -1]
    assert scores[4] == scores[6] == 0
    assert scores[0] > 0.5


def test_a_comment_gets_the_same_alone_as_among_others(coder):
    questions = [Question("shadow")] * len(SAID)
    assert coder.code_all(SAID, questions) == [coder.code(text, questions[0]) for text in SAID]
    ways = coder.direction_scores(SAID, questions)
    alone = [coder.direction_scores([text], questions[:1])[0] for text in SAID]
    assert np.allclose(ways, alone, atol=1e-12)


def test_shares_of_the_directions_add_up_to_the_theme(coder):
    questions = [Question()] * len(SAID)
    ways, whole = coder.direction_scores(SAID, questions), coder.scores(SAID, questions)
    assert np.allclose(ways.sum(axis=2), whole)


def test_every_code_says_which_own_themes_were_looked_for(shipped, coder):
    assert coder.code(SAID[0]).coder.startswith(f"{shipped.mark}, own themes 1 (")
    assert coder.sha256 != shipped.sha256
    renamed = OwnCodebook("2", titles=(OwnTitle("workload", "Caseloads"),))
    assert with_own(shipped, renamed) is shipped
    assert with_own(shipped, NONE) is shipped


def test_what_is_proposed_or_retired_is_not_coded(shipped):
    for state in ("proposed", "retired"):
        given = OwnCodebook("1", themes=(replace(PARKING, state=state),))
        assert with_own(shipped, given) is shipped


def test_no_two_themes_tell_whether_one_comment_has_a_phrase(shipped):
    """Two themes alike but for one phrase: where the one is named and the other is not, somebody
    wrote that phrase, in a comment that nobody may read. Such a codebook is refused."""
    probe = replace(PARKING, phrases=(*PARKING.phrases, "forged the rota"))
    pair = (PARKING, replace(probe, id="own_probe", title="Probe"))
    answers = [f"Nothing to say of it, number {n}." for n in range(20)] + ["A parking permit."] * 4
    told = []
    for last in ("My manager forged the rota.", "My manager made the rota."):
        said = [Comment("barriers", text, "themes", "") for text in (*answers, last)]
        counted = count_comments(said, INSTRUMENT, shipped, OwnCodebook("1", themes=pair))
        (shown,) = release(counted, INSTRUMENT, Rule(), 40, OwnCodebook("1", themes=pair))
        told.append([theme.theme for theme in shown.themes if theme.theme.startswith("own_")])
    assert told == [["own_probe"], []]
    assert check(OwnCodebook("1", themes=pair), load())


def test_counts_and_titles_of_the_fifteen_stay_and_the_own_ones_come_beside_them(shipped):
    texts = [Comment("barriers", text, "publish") for text in SAID * 4]
    own = OwnCodebook("1", (OwnTitle("workload", "Caseloads", "March"),), (PARKING,))
    (plain, *_), (ours, *_) = (
        count_comments(texts, INSTRUMENT, shipped, one) for one in (NONE, own)
    )
    assert {k: v for k, v in ours.themes.items() if k in plain.themes} == dict(plain.themes)
    assert ours.themes["own_parking"]["any"] == 16
    before, after = (
        {t.theme: t for t in release((one,), INSTRUMENT, Rule(), 100, given)[0].themes}
        for one, given in ((plain, NONE), (ours, own))
    )
    assert after["own_parking"].title == "Parking"
    assert "own theme" in after["own_parking"].note
    assert after["workload"].title == "Caseloads"
    shipped_title = load().titles["workload"]
    assert after["workload"].note == (
        f"Called “Caseloads” here since March. The shipped title is “{shipped_title}”."
    )
    assert (before["workload"].title, before["workload"].note) == (shipped_title, "")
    assert after["workload"].count == before["workload"].count
