"""The reader on our own bed of later acts: floors a little below what was measured, by part and language."""

from collections import Counter

import pytest

from streams.notices.reader import packaged_reader
from tests.streams.notices.bed import LANGUAGES, labelled, score

READER = packaged_reader()
FLOORS = {  # precision, recall, polarity, minerals F1, exact days
    "open": (0.97, 0.95, 0.95, 0.95, 0.90),
    "held": (0.97, 0.95, 0.95, 0.95, 0.90),
    "fresh": (0.97, 0.85, 0.85, 0.91, 0.85),
    "last": (0.97, 0.95, 0.95, 0.95, 0.95),
    "aside": (0.97, 0.95, 0.95, 0.95, 0.95),
    "later": (0.97, 0.95, 0.95, 0.95, 0.95),
    "fifth": (0.97, 0.90, 0.84, 0.95, 0.93),
    "sixth": (0.97, 0.91, 0.91, 0.95, 0.95),
    "seventh": (0.97, 0.83, 0.79, 0.90, 0.95),
    "second": (0.97, 0.95, 0.86, 0.95, 0.95),
}


@pytest.mark.parametrize("part", FLOORS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_later_acts(part: str, language: str) -> None:
    """Acts are found and look-alikes left, in each language; which way an act goes, what it is about and when."""
    rows = [row for row in labelled() if (row.part, row.language) == (part, language)]
    result = score(READER, rows)
    said = (result.precision, result.recall, result.polarity_right, result.minerals_f1, result.days_exact)
    assert [value for value, floor in zip(said, FLOORS[part], strict=True) if value < floor] == []


def test_size_of_the_bed() -> None:
    """At least 250 documents, each once, look-alikes among them in every language."""
    rows = labelled()
    assert len({row.id for row in rows}) == len(rows) >= 250
    look_alikes = Counter(row.language for row in rows if not row.is_relevant)
    assert all(look_alikes[language] >= 25 for language in LANGUAGES)
