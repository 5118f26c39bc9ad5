"""Names of a roster file: what is read, and which line is refused."""

import pytest

from analysis.coding.roster_names import read_names
from analysis.dataset import DataError


@pytest.fixture
def listed(tmp_path):
    return tmp_path / "list.txt"


def test_a_name_of_two_hundred_letters_is_read(listed):
    listed.write_text(f"Tom Hill\n\n{'Xy' * 100}\n")
    assert read_names(listed) == ["Tom Hill", "Xy" * 100]


@pytest.mark.parametrize(
    ("letters", "wrong"),
    [(201, "a name of 201 letters. At most 200 fit."), (200_000, "a cell that is far too long.")],
)
def test_a_name_that_nobody_has_is_refused_by_its_line(listed, letters, wrong):
    """Each letter of it would be tried left out, which takes minutes."""
    listed.write_text(f"Tom Hill\n\n{'X' * letters}\n")
    with pytest.raises(DataError) as refused:
        read_names(listed)
    assert str(refused.value) == f"list.txt, line 3: {wrong}"


@pytest.mark.parametrize("text", [",,\n", "Name,Unit\n,Rota\n"])
def test_a_file_without_names_is_refused(listed, text):
    listed.write_text(text)
    with pytest.raises(DataError, match="holds no names"):
        read_names(listed)
