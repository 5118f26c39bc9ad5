"""What a newcomer finds on What people wrote in the demo: of everything something."""

import numpy as np
import pytest

from analysis import simulate, written, written_opening
from analysis.disclosure import Rule
from analysis.summarise import summarise
from analysis.tally import count
from analysis.text.audit_release import Before, with_review
from analysis.text.coder import first_coder
from analysis.text.human_codes import BLIND, Code, HumanCode
from analysis.text.reviewed import Example, Reviewed, count_audit
from surveyapp.demo import reviewing, story
from surveyapp.services import review, review_finding
from surveyapp.services.review_earlier import Lent

RULE = Rule()


def coded(entries):
    """What two made-up reviewers find in the random sample, each as blind as the other."""
    for reader in range(2):
        chance = np.random.default_rng(reader)
        for entry in entries:
            found = tuple(
                Code(one.theme, one.direction, "unset", 0, len(entry.text))
                for one in reviewing._meant(entry.text)
                if chance.random() >= reviewing.OVERLOOKED
            )
            if entry.blind > reader:
                yield HumanCode(
                    entry.id, entry.question, entry.text, found, "audit", f"{reader}", "1", BLIND
                )


@pytest.fixture(scope="module")
def pulses():
    """The results of the pulses that go through the web, as far as comments go."""
    made, coder = simulate.organisation(), first_coder()
    earlier = []
    for number in story.THROUGH_THE_WEB:
        data, asked = made.wave(number), made.instrument(number)
        sheet, entries = review.laid_out(data, asked, RULE, coder)
        seeds = {one.id: number for one in sheet.questions}
        counts = count_audit(str(number), data.comments, asked, list(coded(entries)), seeds, coder)
        examples = tuple(
            Example(one.id, one.question, one.text, ())
            for one in entries
            if one.use == "publish" and not one.flags
        )
        plain = summarise(count(data, asked), asked, RULE)
        reviewed = Reviewed(counts, examples, (), number)
        earlier.append(Before(with_review(plain, reviewed, RULE, earlier), reviewed))
    return [one.summary for one in earlier]


@pytest.fixture(scope="module")
def shadow(pulses):
    return next(one for one in pulses[-1].text if one.question == "shadow")


def test_several_themes_have_a_share_with_its_range_and_others_have_too_few_comments(shadow):
    shares = [share for share in shadow.audit.found.shares if share.percent is not None]
    assert len(shares) >= 4
    assert all(share.low < share.high for share in shares)
    assert written.without_figure(shadow.audit)


def test_every_question_says_which_theme_came_up_most_or_that_none_did(pulses):
    said = [written_opening.of_question(result) for result in pulses[-1].text]
    leads = ["came up most" in words for words in said]
    assert any(leads)
    none = ["No theme came up clearly more often" in words for words in said]
    assert [one or other for one, other in zip(leads, none, strict=True)] == [True, True]


def test_something_changed_and_two_people_agreed(shadow):
    assert {"higher", "lower"} & {
        theme.change.verdict for theme in shadow.audit.themes if theme.change
    }
    assert written.agreed(shadow.audit)
    assert "Two people coded" in shadow.audit.agreement


def test_comments_may_be_read_in_people_s_own_words(pulses):
    assert len(pulses[-1].quotes) > 20


def test_a_new_subject_is_found_and_has_the_name_that_was_meant():
    made, coder, last = simulate.organisation(), first_coder(), story.LAST
    before = made.wave(last - 1)
    _, entries = review.laid_out(before, made.instrument(last - 1), RULE, coder)
    lent = [
        Lent(last - 1, before.label, one.question, one.text, one.unit, one.use) for one in entries
    ]
    found = review_finding.subjects_of(
        made.wave(last), made.instrument(last), {"shadow", "peak"}, coder, lent
    )
    assert [reviewing.name_for(one.terms) for one in found] == ["Recycling"]
