"""Document → **reading**: a first narrow reader (English titles that name an export act and a mineral)."""

import csv
import io
import re
from importlib import resources

from streams.notices.documents import Document
from streams.notices.readings import ActKind, Polarity, Reading, Span

NAME = "notices/0"
_ACT = re.compile(r"\bexport(?:s|ing)? (?:ban|control|licen[cs]e|quota|tax)s?\b|\bbans? (?:the )?exports?\b", re.IGNORECASE)


class Reader:
    """Reads one document by rules over a vocabulary."""

    def __init__(self, minerals: dict[str, str]) -> None:
        self._minerals = minerals
        words = sorted((re.escape(term) for term in minerals), key=len, reverse=True)
        self._mineral = re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)

    def read(self, document: Document) -> Reading:
        """What the title says; nothing found is a reading that is not relevant."""
        act = _ACT.search(document.title)
        found = list(self._mineral.finditer(document.title)) if act else []
        spans = [Span("minerals", "title", m.start(), m.end(), m.group()) for m in found]
        if act and found:
            spans.append(Span("act_kind", "title", act.start(), act.end(), act.group()))
        return Reading(
            is_relevant=bool(act and found),
            act_kind=ActKind.EXPORT_LICENSING if act and found else ActKind.NONE,
            polarity=Polarity.IMPOSE if act and found else Polarity.NONE,
            minerals=tuple(sorted({self._minerals[m.group().lower()] for m in found})),
            actor=document.issuer,
            targets=("ALL",) if act and found else (),
            published_on=document.published_on,
            spans=tuple(spans),
            reader=NAME,
        )


def packaged_reader() -> Reader:
    """The reader over the vocabulary that ships with the package."""
    content = resources.files("streams.notices").joinpath("vocabulary/minerals.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(io.StringIO(content))
    return Reader({r["term"]: r["value"] for r in rows if r["language"] == "en" and r["value"] and not r["note"]})
