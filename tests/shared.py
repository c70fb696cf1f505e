"""The optional evaluation kit beside the checkout: real series and the ledger, read where they lie."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
KIT = ROOT.parent / "shared"


def shared_path(relative: str) -> Path:
    """The path of a file of the kit; without the kit the test is skipped by name."""
    path = KIT / relative
    if not path.exists():
        pytest.skip(f"needs ../shared/{relative}, which is not beside this checkout")
    return path
