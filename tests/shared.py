"""The optional evaluation kit beside the checkout: real series and the ledger, read where they lie."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
KIT = ROOT.parent / "shared"


def shared_path(relative: str) -> Path:
    """The path of a file of the kit; the test is skipped by name without the kit, and fails if it must not skip."""
    path = KIT / relative
    if not path.exists():
        must = os.environ.get("TWINBELL_NO_SKIP") == "1" and KIT.exists()
        (pytest.fail if must else pytest.skip)(f"needs ../shared/{relative}, which is not beside this checkout")
    return path
