"""The pages of the manual that are made from the code are as the code has them."""

from pathlib import Path

import pytest

from services.exit_codes import ExitCode
from services.manual import pages

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("path", sorted(pages()))
def test_the_page_is_as_the_code_has_it(path: str) -> None:
    """A setting, an option or a default that changes without its page is found here."""
    held = (ROOT / path).read_text(encoding="utf-8")
    assert held == pages()[path], "python -m services.manual --write"


def test_every_exit_code_is_in_the_manual() -> None:
    """One code, one meaning, in one table."""
    page = pages()["docs/manual/commands.md"]
    for code in ExitCode:
        assert f"| {code.value} | {code.name.lower()} | {code.meaning} |" in page


def test_every_command_has_help() -> None:
    """No command, argument or option stands in the manual without words."""
    for line in pages()["docs/manual/commands.md"].splitlines():
        if line.startswith("| `"):
            assert line.split("|")[2].strip(), line
