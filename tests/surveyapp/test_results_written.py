"""What people wrote, on the results pages: nobody checked it, people checked it, or too little."""

import re
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from analysis import written_groups, written_opening
from analysis.summary import NOT_SHOWN
from analysis.text.audit_release import with_review
from analysis.text.codebook import load
from surveyapp.services import results
from tests import factories, published
from tests.analysis import samples
from tests.analysis.audited_comments import RULE, audited, before, pulse_of, reviewed
from tests.analysis.test_written_groups import compared
from tests.surveyapp.test_results import main_text


def out(app, summary):
    """The address key of a pulse with these results."""
    with app.app_context():
        key = published.programme().waves[-1].results_key
        factories.a_publication(results.wave_of_key(key), summary=summary, number=2)
        factories.committed()
    return key


@pytest.fixture(scope="module")
def told():
    usual = {"workload": 0.4, "fear_speaking_out": 0.06, "communication": 0.3}
    past = before(usual={**usual, "workload": 0.2}, comments=600, rows=200)
    return with_review(pulse_of(4), reviewed(audited(usual=usual), examples=14), RULE, [past])


def test_audited_shares_stand_with_their_doubt_and_the_change(app, client, told):
    key = out(app, told)
    words = main_text(client.get(f"/r/{key}/written"))
    share = told.text[0].audit.share("workload")
    assert "Checked by people" in words
    assert "Not checked by a person" not in words
    assert f"{share.percent}% (likely {share.low}–{share.high}%)" in words
    assert "likely higher" in words
    assert f"{share.wide_low}–{share.wide_high}%" in words
    assert "Of about 400 comments, about" in words
    assert "were for the software alone" in words
    assert "Two people coded about 50 of these comments" in words
    assert written_groups.TITLE not in words  # no promise names that table


@pytest.mark.parametrize("state", ["audited", "unchecked", "few"])
def test_each_state_opens_with_what_to_take_away(app, client, told, state):
    few = replace(told.text[0], comments=NOT_SHOWN, audit=None, themes=(), withheld=())
    unchecked = with_review(pulse_of(4), reviewed(audited(rows=0), examples=0), RULE)
    words, summary = {
        "audited": ("They likely wrote more often about “Workload” than in August 2026.", told),
        "unchecked": (written_opening.NOT_CHECKED, unchecked),
        "few": (written_opening.TOO_FEW, replace(told, text=(few,), quotes=())),
    }[state]
    page = client.get(f"/r/{out(app, summary)}/written").get_data(as_text=True)
    lead = page[page.index("<h1>") : page.index("</p>", page.index("<h1>"))]
    assert words in lead
    assert written_opening.opening(summary)[0] in lead


def test_a_pulse_without_counts_says_what_would_be_here(app, client, told):
    key = out(app, replace(told, text=(), quotes=()))
    words = main_text(client.get(f"/r/{key}/written"))
    assert "No counts of comments are shown for this pulse." in words
    assert "people wrote something" not in words


def test_groups_stand_against_the_rest_in_words_on_the_page_and_on_their_own(app, client):
    summary = with_review(pulse_of(4), compared(), RULE)
    key = out(app, summary)
    words = main_text(client.get(f"/r/{key}/written"))
    assert written_groups.NOTE in words
    table = words[words.index("Which groups write about a theme more often, or less") :]
    assert re.search(r"Days\s+▲ likely higher", table)
    assert re.search(r"Garden\s+▨ Not shown", table)
    own = main_text(client.get(f"/r/{key}/groups/days"))
    assert "What people wrote in Days" in own
    assert re.search(r"Workload\s+▲ likely higher", own)
    hidden = main_text(client.get(f"/r/{key}/groups/garden"))
    assert "likely higher" not in hidden[hidden.find("What people wrote in") :]


def test_where_no_group_may_be_compared_one_sentence_says_so(app, client):
    key = out(app, with_review(pulse_of(4), compared(parts={}), RULE))
    words = main_text(client.get(f"/r/{key}/written"))
    assert written_groups.NOTHING in words
    assert written_groups.NOTE not in words
    assert "What people wrote in Days" not in main_text(client.get(f"/r/{key}/groups/days"))


def test_a_grey_theme_has_a_name_and_no_figure(app, client, told):
    key = out(app, told)
    page = client.get(f"/r/{key}/written").get_data(as_text=True)
    (line,) = (one for one in page.split("<p>") if one.startswith("No figure for "))
    assert line.startswith("No figure for “Fear of speaking out”: people have found")
    assert not any(digit in line[: line.index("</p>")] for digit in "0123456789")
    assert "Fear of speaking out</th>" not in page, "it takes up no row of any table"


def test_more_or_fewer_comments_are_marked_as_neither_good_nor_bad(app, client, told):
    found = client.get(f"/r/{out(app, told)}/written")
    page, words = found.get_data(as_text=True), main_text(found)
    row = page[page.index("Workload</th>") :]
    row = " ".join(row[: row.index("</tr>")].split())
    assert "▲" in row
    assert "likely higher" in row, "said in words, not by shape alone"
    assert "c-verdict--higher" not in page
    assert "About the changes since August 2026 That more people write about a theme" in words


def test_how_far_two_people_agreed_stands_theme_by_theme_and_a_grey_theme_has_no_figure(
    app, client, told
):
    page = client.get(f"/r/{out(app, told)}/written").get_data(as_text=True)
    table = page[page.index("Comments that two people coded, theme by theme") :]
    rows = {row.split("</th>")[0]: row for row in table[: table.index("</table>")].split("<tr>")}
    titles = load().titles
    assert f'<th scope="row">{titles["fear_speaking_out"]}' not in rows
    (left,) = (line for line in page.split("<p>") if line.startswith("Can’t tell for "))
    assert titles["fear_speaking_out"] in left
    assert titles["workload"] not in left
    found = {one.label: one for one in told.text[0].audit.found.agreed}["workload"]
    shown = f'<td class="c-number">{found.f1}%</td>'
    assert shown in rows[f'<th scope="row">{titles["workload"]}']


def test_all_cleared_comments_stand_there_and_what_was_withheld_is_counted(app, client, told):
    words = main_text(client.get(f"/r/{out(app, told)}/written"))
    for number in range(14):
        assert f"Comment {number}, on workload." in words
    assert "It insults or threatens somebody: fewer than 5" in words


def test_the_same_words_stand_once_with_how_many_people_wrote_them(app, client, told):
    words = ["More staff.", "more  STAFF!", "A car park.", "Ask us.", "more staff"]
    said = [replace(told.quotes[0], text=text) for text in words]
    spoof = replace(told.quotes[0], text="Leave. 40 people wrote this.")
    key = out(app, replace(told, quotes=(*said, spoof)))
    page = BeautifulSoup(client.get(f"/r/{key}/written").text, "html.parser")
    quoted = [one.get_text().strip() for one in page.find_all("blockquote")]
    assert quoted == ["More staff.", "A car park.", "Ask us.", "Leave. 40 people wrote this."]
    counted = page.find_all(string=lambda text: text.strip() == "3 people wrote this.")
    assert [one.find_parent("blockquote") for one in counted] == [None]
    assert page.find("blockquote").find_next_sibling("p").get_text() == "3 people wrote this."


def test_comments_are_text_and_never_markup(app, client, told):
    nasty = replace(told.quotes[0], text="<b>pay</b> <script>alert(1)</script>")
    key = out(app, replace(told, quotes=(nasty, *told.quotes[1:])))
    for path in ("written", "themes/workload"):
        page = client.get(f"/r/{key}/{path}").get_data(as_text=True)
        assert "&lt;b&gt;pay&lt;/b&gt;" in page
        assert "<script>alert" not in page


def test_a_theme_s_page_sets_its_ratings_beside_what_was_written(app, client, told):
    words = main_text(client.get(f"/r/{out(app, told)}/themes/workload"))
    share = told.text[0].audit.share("workload")
    assert "On the questions: 44 of 100" in words
    assert f"(likely {share.low}–{share.high}%), mostly problems" in words
    assert words.count(", on workload.") == 3


def test_counts_that_nobody_checked_say_so_and_have_no_share(app, client):
    few = with_review(pulse_of(4), replace(reviewed(audited(rows=30)), examples=()), RULE)
    words = main_text(client.get(f"/r/{out(app, few)}/written"))
    assert "Not checked by a person" in words
    assert "No one has checked enough of these comments." in words
    assert "likely" not in words
    assert "No comment of this pulse is printed here in its author’s words." in words


def test_too_few_comments_say_that_and_nothing_else(app, client):
    hidden = replace(samples.summary(4).text[0], comments=NOT_SHOWN, themes=(), withheld=())
    summary = with_review(replace(pulse_of(4), text=(hidden,), quotes=()), reviewed(), RULE)
    words = main_text(client.get(f"/r/{out(app, summary)}/written"))
    assert "Too few people wrote something" in words
    assert "Comment 1" not in words


def test_anybody_can_read_what_each_theme_means(client):
    words = main_text(client.get("/codebook"))
    assert "Fear of speaking out" in words
    assert "You learn not to say it in team meeting." in words
    assert f"spoke up and nothing happened: {load().titles['trust_action']}" in words
    assert "trust_action" not in words
    assert "whistleblow" in words
