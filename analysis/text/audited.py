"""Shares of audited comments as they may be printed: words and whole numbers, nothing finer."""

from dataclasses import dataclass

from analysis.text.human_codes import OTHER

NONE = "none"  # the label of comments in which a coder finds nothing at all
NO_THEMES = (OTHER, NONE)
# Why a question has no audit.
NO_AUDIT = "No one has checked enough of these comments."
MOSTLY_CLOSED = "Most of these comments were for the software alone, so they could not be checked."


@dataclass(frozen=True)
class AuditedShare:
    """One theme, or ``theme/direction``, among those who wrote to one question.

    ``count`` is words. All others are percent of those who wrote here: ``percent`` the most likely
    share, ``low`` and ``high`` the ends of its 95 % interval, ``wide_low`` and ``wide_high`` where
    *themes only* comments may differ twice as much, ``second_low`` and ``second_high`` if the
    second coder were right; all from rounded counts where so few may be read that people read them
    all. ``None`` where they are not shown: under 20 comments, nearly all comments of one kind, a
    grey theme (``grey`` says why), or nothing coded twice.
    """

    label: str
    count: str
    percent: int | None = None
    low: int | None = None
    high: int | None = None
    wide_low: int | None = None
    wide_high: int | None = None
    second_low: int | None = None
    second_high: int | None = None
    grey: str = ""


@dataclass(frozen=True)
class AgreedTheme:
    """How far two people agreed on one theme, in hundredths: positive agreement ``f1`` with the
    ends of its 95 % interval, Cohen's ``kappa``, Gwet's ``ac1``, the mean of both coders' shares
    (``usual``, in steps of 5), ``direction`` (kappa) and ``span`` (F1 over words of the evidence).
    ``None`` where there are too few comments for a figure, or where it is not defined."""

    label: str
    f1: int | None = None
    low: int | None = None
    high: int | None = None
    kappa: int | None = None
    ac1: int | None = None
    usual: int | None = None
    direction: int | None = None
    span: int | None = None


@dataclass(frozen=True)
class AuditedQuestion:
    """What was written to one question, by software with a random audit.

    ``comments``, ``audited`` and ``closed`` (themes only) are words; ``shares`` stand in order of
    their printed percent; ``agreed`` says how far two people agreed, theme by theme, or is empty.
    """

    wave: str
    question: str
    coder: str
    comments: str
    audited: str
    closed: str
    seed: int
    shares: tuple[AuditedShare, ...]
    agreed: tuple[AgreedTheme, ...] = ()
