"""The reader on headlines of our own, which have nothing but their words: which way each goes, or that it is none."""

import csv
from pathlib import Path

import pytest

from streams.notices.documents import Document
from streams.notices.reader import packaged_reader

READER = packaged_reader()
with Path(__file__).with_name("headlines.csv").open(encoding="utf-8", newline="") as handle:
    HEADLINES = [(row["language"], row["polarity"], row["headline"]) for row in csv.DictReader(handle)]


@pytest.mark.parametrize(("language", "polarity", "headline"), HEADLINES, ids=[row[2] for row in HEADLINES])
def test_headline(language: str, polarity: str, headline: str) -> None:
    """`a|b`: either is right; empty: the headline is no act on exports of minerals."""
    document = Document(document_id="x", language=language, title=headline, text="", published_on="2025-03-01")
    reading = READER.read(document)
    assert reading.is_relevant is bool(polarity)
    if polarity:
        assert reading.polarity.value in polarity.split("|")
