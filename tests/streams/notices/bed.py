"""The test bed of later acts, in our own words: how well the reader finds them, by part and language.

`open` was read while rules were mended; `held` was only scored until the figures of decision 6 were taken, then read;
`fresh` was written last and scored once: nothing was mended after it.
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from streams.notices.documents import Document
from streams.notices.reader import Reader

BED = Path(__file__).with_name("bed.jsonl")
PARTS = ("open", "held", "fresh")
LANGUAGES = ("en", "zh", "ja")


class Labelled(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One document and what it says; `a|b` means that either is right, an empty part that none is right too."""

    id: str
    part: str
    language: str
    published_on: str
    title: str
    text: str
    is_relevant: bool
    act_kind: str
    polarity: str
    minerals: str
    effective_on: str
    end_on: str
    actor: str
    targets: str

    @property
    def document(self) -> Document:
        """As the reader takes it."""
        return Document(
            document_id=self.id,
            language=self.language,
            title=self.title,
            text=self.text,
            published_on=self.published_on,
        )


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of documents; the last three are among those that are relevant and were found."""

    hits: int
    false: int
    missed: int
    polarity: int
    effective: int
    end: int

    @property
    def precision(self) -> float:
        """Of what was found, the share that is relevant; 1 where nothing was found."""
        return self.hits / (self.hits + self.false) if self.hits + self.false else 1.0

    @property
    def recall(self) -> float:
        """Of what is relevant, the share that was found; 1 where nothing is relevant."""
        return self.hits / (self.hits + self.missed) if self.hits + self.missed else 1.0


def labelled() -> list[Labelled]:
    """Every document of the bed, in the order of the file."""
    lines = BED.read_bytes().splitlines()
    return [msgspec.json.decode(line, type=Labelled) for line in lines]


def found(reader: Reader, documents: Iterable[Labelled]) -> Found:
    """What the reader makes of them."""
    hits = false = missed = polarity = effective = end = 0
    for row in documents:
        reading = reader.read(row.document)
        if not (row.is_relevant and reading.is_relevant):
            false += reading.is_relevant
            missed += row.is_relevant
            continue
        hits += 1
        polarity += reading.polarity.value in row.polarity.split("|")
        effective += reading.effective_on in row.effective_on.split("|")
        end += reading.end_on in row.end_on.split("|")
    return Found(hits=hits, false=false, missed=missed, polarity=polarity, effective=effective, end=end)
