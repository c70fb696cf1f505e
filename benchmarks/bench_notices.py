"""Documents per second through the reader of notices, on one core; what it finds, by language; what it takes for acts.

The bed of later acts, in our own words, gives precision and recall of each part and language. No rule is fitted by a
program, so that the parts are the folds: what was read, what was held back, and what was written last.

With the evaluation kit beside the checkout the documents are the Federal Register of four years, titles with abstracts,
and those that are read as relevant are listed: they are few, and each should be defensible. Without it they are made.
"""

import csv
import gzip
import time
from collections import Counter
from pathlib import Path

from benchmarks.rows import Row
from streams.notices.documents import Document
from streams.notices.reader import Reader, packaged_reader
from tests.streams.notices.bed import LANGUAGES, PARTS, found, labelled

AIM_PER_SECOND = 2_000
MOST_A_YEAR = 20
REPEATS = 3
REGISTER = Path(__file__).resolve().parents[2] / "shared/data/notices/federal_register_documents.csv.gz"
SAMPLE = 20_000
_ACT = (
    "The Ministry of Commerce decided to implement export controls on items related to gallium and germanium. "
    "Without permission these items shall not be exported. The announcement takes effect on August 1, 2023."
)
_OTHER = (
    "The agency proposes a safety zone on the river for a display of fireworks and invites comments on the rule. " * 6
)


def rows() -> list[Row]:
    """The best of three passes, by the CPU time of this process: all documents, and acts alone, which cost the most."""
    reader = packaged_reader()
    documents = _register() if REGISTER.exists() else _made(SAMPLE)
    what = "of the Federal Register" if REGISTER.exists() else "made, one in a hundred an act"
    measured = [_rate(reader, f"reader, titles with abstracts, {what}", documents[:SAMPLE])]
    measured.append(_rate(reader, "reader, acts only", _made(1_000, every=1)))
    measured += [row for part in PARTS for language in LANGUAGES for row in _bed(reader, part, language)]
    if REGISTER.exists():
        measured.append(_relevant(reader, documents))
    return measured


def _bed(reader: Reader, part: str, language: str) -> list[Row]:
    """Precision and recall of relevance."""
    documents = [row for row in labelled() if (row.part, row.language) == (part, language)]
    result = found(reader, documents)
    against = f"{result.hits + result.missed} acts among {len(documents)}"
    shares = (("precision", result.precision), ("recall", result.recall))
    return [Row(name=f"{what}, {part} part, {language}", value=v, unit="share", against=against) for what, v in shares]


def _rate(reader: Reader, name: str, documents: list[Document]) -> Row:
    best = 0.0
    for _ in range(REPEATS):
        began = time.process_time()
        for document in documents:
            reader.read(document)
        best = max(best, len(documents) / max(time.process_time() - began, 1e-9))
    aim = f"aim of {AIM_PER_SECOND:,} a second"
    return Row(name=name, value=best, unit="documents/s", against=aim, ratio=best / AIM_PER_SECOND)


def _relevant(reader: Reader, documents: list[Document]) -> Row:
    """The most in one year; each is printed with what was read in it."""
    years: Counter[str] = Counter()
    for document in documents:
        reading = reader.read(document)
        if reading.is_relevant:
            years[document.published_on[:4]] += 1
            minerals = ", ".join(reading.minerals) or "no mineral by name"
            print(
                f"  {document.published_on} {document.document_id} {reading.polarity} {minerals}: {document.title[:90]}"
            )
    most = max(years.values(), default=0)
    against = f"{sum(years.values())} of {len(documents):,} documents; at most {MOST_A_YEAR} a year"
    return Row(
        name="documents read as relevant, most in a year",
        value=most,
        unit="documents",
        against=against,
        ratio=most / MOST_A_YEAR,
    )


def _register() -> list[Document]:
    with gzip.open(REGISTER, "rt", encoding="utf-8", newline="") as handle:
        return [
            Document(
                document_id=row["document_number"],
                language="en",
                title=row["title"],
                text=row["abstract"],
                published_on=row["publication_date"],
                issuer="USA",
            )
            for row in csv.DictReader(handle)
        ]


def _made(count: int, every: int = 100) -> list[Document]:
    """Documents of which one in `every` is an act."""
    return [
        Document(
            document_id=str(number),
            language="en",
            title="Export control on gallium" if number % every == 0 else "Safety zone",
            text=_ACT if number % every == 0 else _OTHER,
            published_on="2023-07-03",
        )
        for number in range(count)
    ]
