"""The reader on our own bed of later acts: floors a little below what was measured, by part and language."""

from collections import Counter

import pytest

from streams.notices.reader import packaged_reader
from tests.streams.notices.bed import LANGUAGES, PARTS, found, labelled

FLOORS = {"open": (0.97, 0.95), "held": (0.93, 0.93), "fresh": (0.95, 0.85)}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_later_acts(part: str, language: str) -> None:
    """Acts are found and look-alikes left, in each language; which way an act goes and when it ends is read."""
    rows = [row for row in labelled() if (row.part, row.language) == (part, language)]
    result = found(packaged_reader(), rows)
    precision, recall = FLOORS[part]
    assert result.precision >= precision
    assert result.recall >= recall
    assert result.polarity >= 0.95 * result.hits
    assert result.end >= 0.95 * result.hits


def test_size_of_the_bed() -> None:
    """At least 250 documents, each once, look-alikes among them in every language."""
    rows = labelled()
    assert len({row.id for row in rows}) == len(rows) >= 250
    look_alikes = Counter(row.language for row in rows if not row.is_relevant)
    assert all(look_alikes[language] >= 25 for language in LANGUAGES)
