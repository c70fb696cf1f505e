"""The reader on sentences of our own, written the way such acts, and what only looks like them, are written."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.commands.notices import ledger_names
from streams.notices.documents import Document
from streams.notices.reader import packaged_reader
from streams.reference import packaged

CASES = [
    json.loads(line)
    for line in Path(__file__).with_name("cases.jsonl").read_text(encoding="utf-8").splitlines()
    if line.strip()
]
READER = packaged_reader()
REFERENCE = packaged()


def document(case: dict[str, Any]) -> Document:
    """The document of a case."""
    return Document(
        document_id=case["id"],
        language=case["language"],
        title=case["title"],
        text=case["text"],
        published_on=case["published_on"],
    )


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    """Each case is read as it is meant; `a|b` means that either is right, `mineral?` neither wanted nor wrong."""
    reading = READER.read(document(case))
    assert reading.is_relevant is case["is_relevant"]
    if not case["is_relevant"]:
        return
    said = {
        "act_kind": reading.act_kind.value,
        "polarity": reading.polarity.value,
        "effective_on": reading.effective_on,
        "end_on": reading.end_on,
        "actor": reading.actor,
        "targets": ";".join(reading.targets),
        "hs": ";".join(reading.hs),
    }
    for field, value in said.items():
        if field in case:
            assert value in case[field].split("|"), field
    if "minerals" in case:
        named = [m for m in case["minerals"].split(";") if m]
        wanted = {m for m in named if not m.endswith("?")}
        optional = {m.rstrip("?") for m in named if m.endswith("?")}
        assert set(ledger_names(reading.minerals, REFERENCE)) - optional == wanted


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_spans_are_the_words_of_the_document(case: dict[str, Any]) -> None:
    """Every span names characters of the document itself, and every field that was read has one."""
    given = document(case)
    reading = READER.read(given)
    for span in reading.spans:
        assert (given.title if span.part == "title" else given.text)[span.start : span.end] == span.text
    fields = {span.field for span in reading.spans}
    if reading.is_relevant:
        assert "act_kind" in fields
    for field, value in (
        ("minerals", reading.minerals),
        ("effective_on", reading.effective_on),
        ("end_on", reading.end_on),
        ("hs", reading.hs),
    ):
        assert bool(value) == (field in fields), field
