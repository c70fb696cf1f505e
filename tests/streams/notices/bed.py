"""Labelled notices and what the reader makes of them: the test bed of later acts, in our own words, and its score.

`open` was read while rules were mended; `held` was only scored until the figures of decision 6 were taken, then read;
`fresh` was written last and scored once; `second` was written by another hand from the public form of such acts,
scored before any rule was touched, then read. `last` was written after that and scored once; it was read with `later`.
`later` and `aside` are the halves, drawn by a seed, of 120 documents that were written before rules and vocabulary
were seen: rules were mended on `later`, `aside` was scored once, then read. Acts and days are plausible, many of them
made up. `fifth` (by halves), `sixth` and `seventh` were written one after another, each before the rules were mended on
it, scored, then read (decision 6).
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from services.commands.notices import ledger_names
from streams.notices.documents import Document
from streams.notices.reader import Reader
from streams.reference import packaged

BED = Path(__file__).with_name("bed.jsonl")
PARTS = ("open", "held", "fresh", "second", "last", "later", "aside", "fifth", "sixth", "seventh")
LANGUAGES = ("en", "zh", "ja")


class Labelled(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One document and what it says; `a|b` means that either is right, an empty part that none is right too.

    Minerals are separated by semicolons, under the names of the ledger; `mineral?` is neither wanted nor wrong.
    """

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


class Score(msgspec.Struct, kw_only=True):
    """Counts of documents, of minerals and of days. Fields are counted among what is relevant; missed is wrong."""

    hits: int = 0
    false: int = 0
    missed: int = 0
    polarity: int = 0
    minerals_right: int = 0
    minerals_false: int = 0
    minerals_missed: int = 0
    days_stated: int = 0  # effective and end days that a document names
    days_right: int = 0
    days_invented: int = 0  # … given where it names none

    @property
    def relevant(self) -> int:
        """Documents that are relevant."""
        return self.hits + self.missed

    @property
    def precision(self) -> float:
        """Of what was found, the share that is relevant."""
        return _share(self.hits, self.hits + self.false)

    @property
    def recall(self) -> float:
        """Of what is relevant, the share that was found."""
        return _share(self.hits, self.relevant)

    @property
    def polarity_right(self) -> float:
        """Of what is relevant, the share whose polarity is right."""
        return _share(self.polarity, self.relevant)

    @property
    def minerals_f1(self) -> float:
        """F1 of minerals, over all that relevant documents name."""
        twice = 2 * self.minerals_right
        return _share(twice, twice + self.minerals_false + self.minerals_missed)

    @property
    def days_exact(self) -> float:
        """Of the days that relevant documents name, the share that is read to the day."""
        return _share(self.days_right, self.days_stated)


def labelled() -> list[Labelled]:
    """Every document of the bed, in the order of the file."""
    lines = BED.read_bytes().splitlines()
    return [msgspec.json.decode(line, type=Labelled) for line in lines]


def score(reader: Reader, documents: Iterable[Labelled], into: Score | None = None) -> Score:
    """What the reader makes of them, counted on top of `into`."""
    reference, counts = packaged(), into or Score()
    for row in documents:
        reading = reader.read(row.document)
        if not row.is_relevant:
            counts.false += reading.is_relevant
            continue
        counts.hits += reading.is_relevant
        counts.missed += not reading.is_relevant
        counts.polarity += reading.is_relevant and reading.polarity.value in row.polarity.split("|")
        said = set(ledger_names(reading.minerals, reference))
        named = [mineral for mineral in row.minerals.split(";") if mineral]
        wanted = {mineral for mineral in named if not mineral.endswith("?")}
        counts.minerals_right += len(wanted & said)
        counts.minerals_missed += len(wanted - said)
        counts.minerals_false += len(said - wanted - {mineral.rstrip("?") for mineral in named})
        for label, day in ((row.effective_on, reading.effective_on), (row.end_on, reading.end_on)):
            if label:
                counts.days_stated += 1
                counts.days_right += reading.is_relevant and day in label.split("|")
            else:
                counts.days_invented += bool(day)
    return counts


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
