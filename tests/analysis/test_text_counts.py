"""Comments counted by theme, and what rule D12 lets out."""

import json

import pytest

from analysis.dataset import Comment, DataError
from analysis.disclosure import Rule
from analysis.instrument import parse
from analysis.summary import NOT_SHOWN
from analysis.text.counts import QuestionCounts, count_comments, in_words, release

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
    id = "shadow"
    kind = "text"
    purpose = "shadow"
    text = "What makes good days hard here?"
    [[items]]
    id = "wish"
    kind = "text"
    purpose = "wish"
    text = "What would you change?"
    """
)
WORKLOAD = "My caseload is far too high."
RULE = Rule()


def comments(number, text=WORKLOAD, use="publish", question="shadow"):
    return [Comment(question, text, use) for _ in range(number)]


def shown(counts, answers=100, rule=RULE):
    return release(counts, INSTRUMENT, rule, answers)[0]


def test_comments_are_counted_by_theme_and_direction():
    shadow, wish = count_comments([*comments(12), *comments(3, "n/a")], INSTRUMENT)
    assert shadow.comments == 12
    assert shadow.themes["workload"]["any"] == shadow.themes["workload"]["negative"] == 12
    assert shadow.uses == {"publish": 12, "board": 0, "themes": 0}
    assert wish.comments == 0


def test_a_comment_counts_once_a_theme():
    (shadow, _) = count_comments(
        comments(1, "My caseload is too high. The paperwork is too much. No lunch break."),
        INSTRUMENT,
    )
    assert shadow.themes["workload"]["any"] == 1


def test_counts_add_in_any_order_and_survive_json():
    texts = [
        *comments(4),
        *comments(3, "The laptop crashes."),
        *comments(2, "Sunny."),
        *comments(1),
    ]
    whole = count_comments(texts, INSTRUMENT)
    parts = [count_comments([one], INSTRUMENT) for one in reversed(texts)]
    added = parts[0]
    for part in parts[1:]:
        added = tuple(a + b for a, b in zip(added, part, strict=True))
    assert added == whole
    again = QuestionCounts.from_dict(json.loads(json.dumps(whole[0].to_dict())))
    assert again == whole[0]


def test_counts_of_different_questions_do_not_add():
    shadow, wish = count_comments([], INSTRUMENT)
    with pytest.raises(ValueError, match="same question"):
        shadow + wish


def test_a_comment_to_no_question_is_refused():
    with pytest.raises(DataError, match="lunch"):
        count_comments(comments(1, question="lunch"), INSTRUMENT)


def test_counts_come_out_as_words_without_a_share():
    result = shown(count_comments([*comments(23), *comments(7, "The laptop crashes.")], INSTRUMENT))
    assert result.comments == "about 30"
    workload, tools = result.themes
    assert (workload.theme, workload.count, workload.negative) == (
        "workload",
        "about 25",
        "about 25",
    )
    assert workload.positive == "fewer than 5"
    assert (tools.theme, tools.count) == ("tools_infrastructure", "5–9")
    assert not result.audited
    assert result.coder.startswith("candour 2")


def test_a_theme_with_four_comments_is_not_named():
    result = shown(count_comments([*comments(20), *comments(4, "The laptop crashes.")], INSTRUMENT))
    assert [theme.theme for theme in result.themes] == ["workload"]


@pytest.mark.parametrize(("number", "answers"), [(9, 100), (0, 100), (30, 19)])
def test_too_few_comments_or_answers_show_nothing_and_look_alike(number, answers):
    result = shown(count_comments(comments(number), INSTRUMENT), answers)
    assert (result.comments, result.no_theme) == (NOT_SHOWN, NOT_SHOWN)
    assert result.themes == ()
    assert result.withheld == ()


def test_the_choices_of_use_are_counted_and_themes_only_adds_to_the_themes():
    texts = [*comments(12), *comments(8, use="board"), *comments(23, use="themes")]
    result = shown(count_comments(texts, INSTRUMENT))
    assert result.themes[0].count == "about 45"
    assert result.withheld == (("board only", "5–9"), ("themes only", "about 25"))


def test_two_themes_that_print_alike_stand_by_title():
    texts = [*comments(21), *comments(22, "The laptop crashes.")]
    more = [*comments(22), *comments(21, "The laptop crashes.")]
    first = [t.theme for t in shown(count_comments(texts, INSTRUMENT)).themes]
    assert first == [t.theme for t in shown(count_comments(more, INSTRUMENT)).themes]


def test_the_words_never_tell_counts_apart_within_five():
    assert in_words(23, 5) == in_words(27, 5) == "about 25"
    assert in_words(0, 5) == in_words(4, 5)


def test_comments_in_another_language_are_counted_as_such():
    welsh = "Mae'r tîm yn wych ac mae pawb yn helpu ei gilydd bob dydd o'r wythnos."
    result = shown(count_comments([*comments(15), *comments(6, welsh)], INSTRUMENT))
    assert ("in a language the software does not cover", "5–9") in result.withheld


def test_a_file_whose_authors_were_asked_nothing_still_has_its_themes_counted():
    result = shown(count_comments(comments(12, use="themes"), INSTRUMENT))
    assert result.comments == "10–19"
    assert result.withheld == (("board only", "fewer than 5"), ("themes only", "10–19"))
