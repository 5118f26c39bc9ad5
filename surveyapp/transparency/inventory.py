"""What is stored, what never is, and who can see what: the words of the trust page.

Tests hold these lists against the tables of the databases.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stored:
    """Something kept: ``tables`` hold it, or files."""

    what: str
    why: str
    where: str
    until: str
    tables: tuple[str, ...] = ()


STORED = (
    Stored(
        "Your name, email and group, and at most three agreed details such as shift",
        "To invite you and to count you in the right group",
        "The roster database",
        "You have left the roster, and no pulse you were invited to is still remembered",
        ("person",),
    ),
    Stored(
        "That you were invited, that your code was used, and scrambled copies of your link and "
        "code",
        "So that each person answers once",
        "The roster database",
        "30 days after closing, once the results are out",
        ("invitation", "invitation_key", "desk"),
    ),
    Stored(
        "Messages to you",
        "To send them, and to send them again if the mail server fails",
        "The roster database",
        "48 hours after sending",
        ("outbox_mail",),
    ),
    Stored(
        "The names on the roster, scrambled, in no order and with no group",
        "To take names out of comments while they are opened",
        "A folder of keys that is in no backup",
        "The pulse is opened, or 30 days after its results were due. Then the list and its key are "
        "destroyed",
    ),
    Stored(
        "Your answers, sealed, with the group you are counted in and no name or time",
        "To keep them unread until closing",
        "The ballot box, a database of its own",
        "They are opened and shuffled after closing",
        ("ballot", "poll"),
    ),
    Stored(
        "Everybody’s opened answers in one encrypted block, and the comments in another, each in "
        "random order. Names, dates, reference numbers and addresses that the server finds in a "
        "comment are taken out before it is kept",
        "To count them, and to compare with later pulses",
        "The answers database",
        "24 months after closing, or as long as the pulse’s promises say. Then the server destroys "
        "their key by itself. Without it nobody can read them",
        ("answer_block",),
    ),
    Stored(
        "If a pulse has a witness or an auditor: every set of answers and every comment as it was "
        "written, locked so that only they can open it",
        "So that somebody outside can count once more. Each time one is fetched, the noticeboard "
        "says so",
        "A folder that is in no backup",
        "30 days after closing, and no sooner than a week after the results came out",
    ),
    Stored(
        "Comments whose authors let them be read, already masked, in random order and encrypted, "
        "what reviewers said of them, and counts of that. Words that several of them share, and "
        "what reviewers call such a subject",
        "So that two members of the board check each before anybody else reads it, and software "
        "finds a subject again in later pulses",
        "The office database, for reviewers, then the answers database",
        "The results are out: the office’s copy is deleted and its key destroyed. With the answers "
        "it is kept as long as they are. What a subject is called, and words of it that at least "
        "five people wrote for everybody to read, may stay on HR’s list of themes",
        ("review_sheet", "review_comment", "review_reading", "review_subjects", "review_naming"),
    ),
    Stored(
        "If you keep a diary phrase: for each theme a scrambled mark and a rough score, in random "
        "order, encrypted, with no group and no answer. Never the phrase itself",
        "To tell how those who keep one moved, all together",
        "The answers database",
        "The next pulse is opened, and they are deleted, or the answers’ time is over. Then their "
        "key is destroyed. Of the pairs only sums of 30 people or more are kept",
        ("pair_block",),
    ),
    Stored(
        "Questions, dates, groups and rules of each pulse, and how many answered in all",
        "To run the pulse and keep our promises",
        "The office database",
        "Kept",
        ("programme", "wave", "wave_unit"),
    ),
    Stored(
        "The results, the board’s views of them, and what was promised in answer",
        "So that nobody can change them unseen",
        "The office database",
        "Kept",
        ("publication", "published_file", "sense_check", "commitment", "commitment_step"),
    ),
    Stored(
        "The public noticeboard, a log of what staff did, and changes that two of them signed",
        "So that a changed history shows",
        "The office database",
        "Kept",
        ("notice", "signed_checkpoint", "audit_line", "amendment"),
    ),
    Stored(
        "Accounts, sign-ins and wrong passwords of staff who run the survey",
        "So that only they get in",
        "The office database",
        "Kept while the account exists",
        ("account", "staff_session", "sign_in_failure"),
    ),
)

NEVER = (
    "Your name or email beside your answers.",
    "Your device’s address or kind. Candour removes them before the answering pages can see them.",
    "The time at which you answered.",
    "A cookie on the pages where you answer.",
    "Answers that you did not send.",
    "Whether you opened a message or followed a link in it.",
)

SEEN = (
    ("Everyone invited", "The results, at the minute of publication."),
    ("Managers", "The same results, at the same minute."),
    (
        "HR",
        "The roster. While a pulse is open, one total for everybody, counted once a day and "
        "rounded to 5. The results at the same minute as everyone.",
    ),
    (
        "The practitioners’ board",
        "A draft of the results after closing. They say whether it rings true. They cannot change "
        "or delay it. Where a pulse’s promises say so, members outside the line also read comments "
        "whose authors let them be read. Software takes out names first, as far as it can, and "
        "they see no group smaller than a directorate. They never see comments marked “Themes "
        "only”.",
    ),
    (
        "Whoever runs the server",
        "The roster and who has used their code. Sealed answers cannot be read with a copy of the "
        "databases alone: the keys lie outside them. Where a pulse has a witness, the server’s own "
        "keys do not open them either. Where it has none, somebody who controls the live server, "
        "or copies its keys too, could read answers and could watch them arrive.",
    ),
    (
        "The witness, where a pulse has one",
        "How many answered in each group, after closing. Their key takes one of two locks off the "
        "answers. With it alone they cannot read one. To count once more, they may fetch a file "
        "with every set of answers and every comment as it was written. Each time the noticeboard "
        "says so. The same holds for an auditor, where a pulse’s promises name one.",
    ),
    ("Anyone at all", "This page, our promises, the noticeboard, and whole-organisation counts."),
)
