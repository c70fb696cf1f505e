"""The golden alert: what two officers read on 3 July 2023, kept as files that a person reads whenever they change."""

import pytest

from tests.golden.files import FOLDER, renderings

TEXTS = renderings()


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_golden_file_stands_as_it_was_read(name: str) -> None:
    """A rendering that changes is written anew with `python -m tests.golden --write`, read, and committed."""
    assert (FOLDER / name).read_text(encoding="utf-8") == TEXTS[name]


def test_no_golden_file_is_left_over() -> None:
    """Each file has its rendering."""
    assert {path.name for path in FOLDER.glob("*.txt")} == set(TEXTS)
