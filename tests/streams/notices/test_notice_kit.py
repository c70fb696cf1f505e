"""The reader on the evaluation kit's labelled documents: floors a little below what was measured."""

import csv
import gzip
import importlib.util
import json
from collections import Counter
from types import ModuleType
from typing import Any

from services.commands.notices import ledger_names
from streams.notices.documents import Document
from streams.notices.reader import Reader, packaged_reader
from streams.reference import packaged
from tests.shared import shared_path

MOST_A_YEAR = 20


def scorer() -> ModuleType:
    """The kit's own scorer, so that a figure here is the figure that it prints."""
    path = shared_path("tools/score_notices.py")
    spec = importlib.util.spec_from_file_location("score_notices", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def predictions(reader: Reader) -> dict[str, dict[str, Any]]:
    """What the reader says of each labelled text, in the form of the scorer."""
    reference = packaged()
    found = {}
    for line in shared_path("ledger/notice_texts_dev.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        reading = reader.read(
            Document(
                document_id=row["doc_id"],
                language=row["language"],
                title=row["title"],
                text=row["text"],
                published_on=row["published_on"],
            )
        )
        found[row["doc_id"]] = {
            "_relevant": reading.is_relevant,
            "act_kind": reading.act_kind.value,
            "polarity": reading.polarity.value,
            "minerals": list(ledger_names(reading.minerals, reference)),
            "hs": list(reading.hs),
            "effective_on": reading.effective_on,
            "end_on": reading.end_on,
            "actor_iso3": reading.actor,
            "targets": list(reading.targets),
        }
    return found


def test_labelled_documents() -> None:
    """The aims hold on the labelled documents: relevance in each language, polarity, minerals, dates."""
    kit = scorer()
    labels = kit.read_labels(str(shared_path("ledger/notice_labels_dev.csv")))
    score = kit.score(labels, predictions(packaged_reader()))
    for language in ("all", "en", "zh", "ja"):
        assert score["relevance"][language]["precision"] >= 0.97, language
        assert score["relevance"][language]["recall"] >= 0.95, language
    assert score["fields"]["polarity"]["accuracy"] >= 0.93
    assert score["fields"]["act_kind"]["accuracy"] >= 0.95
    assert score["fields"]["effective_on"]["accuracy"] >= 0.93
    assert score["fields"]["end_on"]["accuracy"] >= 0.9
    assert score["fields"]["actor_iso3"]["accuracy"] >= 0.95
    assert score["fields"]["targets_iso3"]["accuracy"] >= 0.95
    assert score["minerals"]["end_to_end"]["f1"] >= 0.97
    assert score["dates"]["effective_on"]["spurious"] <= 2
    assert score["dates"]["end_on"]["spurious"] <= 2
    assert score["hs"]["f1"] >= 0.95


def test_few_documents_of_the_federal_register_matter() -> None:
    """Over the whole register no year has more relevant documents than a person could look at, and some are found."""
    path = shared_path("data/notices/federal_register_documents.csv.gz")
    reader, years = packaged_reader(), Counter[str]()
    with gzip.open(path, "rt", encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            document = Document(
                document_id=row["document_number"],
                language="en",
                title=row["title"],
                text=row["abstract"],
                published_on=row["publication_date"],
                issuer="USA",
            )
            if reader.read(document).is_relevant:
                years[row["publication_date"][:4]] += 1
    assert sum(years.values()) >= 1
    assert max(years.values()) <= MOST_A_YEAR
