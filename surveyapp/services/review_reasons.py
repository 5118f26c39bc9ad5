"""Why a comment that reviewers may read is not quoted, in the words of the results."""

from collections.abc import Collection, Mapping

# Why a comment may be withheld: to protect somebody, never for what it says about the place. In the
# order of gravity: where two reviewers name two reasons, the first of them is counted.
REASONS: Mapping[str, str] = {
    "harm": "It tells of harm or of a risk to somebody",
    "case": "It tells of a child’s, patient’s or client’s own affairs",
    "author": "It could show who wrote it, whatever is masked",
    "other_person": "It could show who somebody else is",
    "masked": "More than half of it would have to be masked",
    "abuse": "It insults or threatens somebody",
    "language": "None of us reads the language well enough",
}
MASKED, DIFFER, UNREAD, GONE = "masked", "differ", "unread", "gone"
# Reviewers are told of a stretch that is too long, readers of what became of the comment.
TOLD: Mapping[str, str] = {
    **REASONS,
    MASKED: "More of it had to be masked than was left",
    DIFFER: "Two people read it and did not agree, and no third decided",
    UNREAD: "Not read by two people in time",
    GONE: "What people found was lost before results came out",
}


def gravest(named: Collection[str]) -> str:
    """The gravest of these reasons to withhold a comment; empty where none was named."""
    return next((reason for reason in REASONS if reason in named), "")
