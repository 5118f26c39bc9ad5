"""A bar for whoever started the opening by hand, and nothing for anybody else."""

import io
from contextlib import redirect_stdout

from surveyapp import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_whoever_watches_sees_a_bar_grow_to_its_end_in_a_hundred_steps():
    with redirect_stdout(Terminal()) as screen, progress.watched():
        assert list(progress.along(range(1000), "Opening ballots")) == list(range(1000))
    shown = screen.getvalue()
    assert "Opening ballots" in shown
    assert " 50%" in shown
    assert "100%" in shown
    assert shown.count("%") <= progress.STEPS + 2


def test_nobody_else_sees_one_nor_after_the_command():
    with redirect_stdout(Terminal()) as screen:
        assert list(progress.along(range(300), "Opening ballots")) == list(range(300))
        with progress.watched():
            pass
        assert list(progress.along([1], "Opening ballots")) == [1]
    assert screen.getvalue() == ""
