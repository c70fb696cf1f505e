"""The words of the dashboards in one language: their own terms, and those of the messages and the reference data."""

import csv
import io
from collections.abc import Mapping
from importlib import resources

from alerts.rendering.wording import Catalogue
from alerts.rendering.wording import packaged as packaged_wording
from streams import reference

LANGUAGES = ("en", "ja")


class Words:
    """`{term}` within a term is the glossary's word for it, so that a dashboard calls nothing by another name."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue: Catalogue = packaged_wording().catalogues[language]
        glossary = _column("alerts", "templates/glossary.csv", "term_id", language)
        own = _column("services.dashboards", "terms.csv", "key", language)
        filled = {key: text.format_map(glossary) for key, text in own.items()}
        self.terms: Mapping[str, str] = {key: text[:1].upper() + text[1:] for key, text in filled.items()}
        self._names = reference.packaged()

    def term(self, key: str) -> str:
        """A term of the dashboards. KeyError for one that terms.csv has not."""
        return self.terms[key]

    def phrase(self, key: str) -> str:
        """A word of the messages, for instance `level.warning`."""
        return self._catalogue.phrases[key]

    def phrases(self, table: str) -> dict[str, str]:
        """All words of one table of the messages, by their keys within it."""
        found = self._catalogue.phrases.items()
        return {key.removeprefix(f"{table}."): text for key, text in found if key.startswith(f"{table}.")}

    def subjects(self) -> dict[str, str]:
        """The names of all minerals and routes by id."""
        minerals = {each: self._names.mineral_name(each, self.language) for each in self._names.minerals}
        return minerals | {each: place.name[self.language] for each, place in self._names.places.items()}


def _column(package: str, path: str, key: str, language: str) -> dict[str, str]:
    text = resources.files(package).joinpath(path).read_text(encoding="utf-8")
    return {row[key]: row[language] for row in csv.DictReader(io.StringIO(text))}
