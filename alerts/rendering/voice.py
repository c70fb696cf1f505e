"""One language for one reader: names of things, figures and moments, each said as the reader's side says them.

Names come from the reference data and the directory, their running form from the catalogue. Everything that a feed or
a person may have written passes `plain`.
"""

from collections.abc import Sequence

from alerts.participants import Directory
from alerts.rendering.formats import Formats
from alerts.rendering.plain import plain
from alerts.rendering.wording import Catalogue
from streams.assessments import Figure, Source
from streams.reference import Reference
from streams.reference.records import EVERY_MINERAL

_EVERYBODY = ("ALL", "WLD")


class Voice(Formats):
    """Says things in the language of `catalogue`; `zones` are the reader's own first."""

    def __init__(
        self, catalogue: Catalogue, reference: Reference, directory: Directory, zones: Sequence[str], now: int
    ) -> None:
        super().__init__(catalogue)
        self.reference = reference
        self.directory = directory
        self.zones = tuple(zones)
        self.now = now
        self.say = catalogue.say
        self.code = catalogue.language

    def count(self, key: str, n: int, **values: str) -> str:
        """The plural phrase `key` for `n`."""
        return self.catalogue.count(key, n, self.number(n), **values)

    def clauses(self, parts: Sequence[str]) -> str:
        """Statements on one line; empty ones are left out."""
        return self.say("meta.clause").join(part for part in parts if part)

    def sentences(self, parts: Sequence[str]) -> str:
        """Statements as sentences of their own; empty ones are left out."""
        stop = self.say("meta.stop")
        return self.say("meta.gap").join(opened(part) + stop for part in parts if part)

    def quoted(self, text: str, limit: int = 400) -> str:
        """Free text in its own language, marked as somebody else's words."""
        return self.say("meta.quote", text=plain(text, limit))

    def at(self, at: int) -> str:
        """A moment in the reader's zone and in the others."""
        return self.moment(at, self.zones)

    def shortly(self, at: int) -> str:
        """The same, without the day where it is the day of the message."""
        return self.clock(at, self.now, self.zones)

    def channel(self, name: str) -> str:
        """What a channel is called; one that the catalogue does not know, by its name."""
        return self.catalogue.name(f"channel.{name}") or plain(name, 40)

    def side(self, iso3: str) -> str:
        """The name of a participant as the configuration has it, else of the country."""
        for participant in self.directory.participants:
            if participant.iso3 == iso3:
                return plain(participant.names.get(self.code, "")) or self.country(iso3)
        return self.country(iso3)

    def within(self, iso3: str) -> str:
        """A country or side as it runs in a sentence: "the United States"."""
        return self.catalogue.name(f"running.{iso3}") or self.side(iso3)

    def person(self, person_id: str) -> str:
        """The name of a person; the id of one who is no longer in the directory."""
        try:
            _, person = self.directory.person(person_id)
        except KeyError:
            return plain(person_id)
        names = person.names
        return plain(names.get(self.code) or names.get("en") or next(iter(names.values()), person_id))

    def mineral(self, mineral_id: str) -> str:
        """A mineral as it runs in a sentence."""
        named = self.catalogue.name(f"mineral.{mineral_id}")
        if named is not None:
            return named
        return _lowered(plain(self.reference.mineral_name(mineral_id, self.code)))

    def group(self, group: str) -> str:
        """A supply group, or the place that a route is."""
        if group == EVERY_MINERAL:
            return self.say("detail.every_mineral")
        if group in self.reference.minerals:
            return self.mineral(group)
        name = plain(self.reference.group_name(group, self.code))
        return name if group in self.reference.places else _lowered(name)

    def targets(self, countries: Sequence[str]) -> str:
        """Whom an act is aimed at."""
        if not countries or any(country in _EVERYBODY for country in countries):
            return self.country("ALL")
        return self.listed([self.within(plain(country, 40)) for country in countries])

    def source(self, source: Source | None) -> str:
        """Publisher, publication and year; said to be missing where it is."""
        if source is None or not source.publisher:
            return self.say("detail.source_unknown")
        publisher, publication = self.issuer(source.publisher), plain(source.publication)
        if not publication:
            return publisher
        year = plain(source.year, 20)
        if not year:
            return self.say("detail.source_undated", publisher=publisher, publication=publication)
        return self.say("detail.source", publisher=publisher, publication=publication, year=year)

    def issuer(self, name: str) -> str:
        """An issuer or publisher; a bare country code is the country."""
        known = self.catalogue.name(f"issuer.{name}")
        if known is not None:
            return known
        return self.country(name) if len(name) == 3 and name.isupper() else plain(name, 160)

    def value(self, figure: Figure) -> str:
        """The bare value with its bound; unknown is said as unknown."""
        if figure.value is None:
            return self.say("figure.unknown")
        return f"{figure.bound}{self.quantity(figure.value, figure.unit)}"

    def brief(self, figure: Figure) -> str:
        """A figure for the first screen: value, a mark for one not known then, a word for one not confirmed."""
        if figure.value is None:
            return self.say("figure.unknown")
        value = self.value(figure) + (self.say("figure.later_mark") if figure.younger_than_event else "")
        if _unconfirmed(figure):
            return self.say("figure.noted", value=value, notes=self.say("figure.unconfirmed"))
        return value

    def full(self, figure: Figure) -> str:
        """A figure for the detail: value, what it is, of which year, whether known then, confirmed, and its source."""
        if figure.value is None:
            return self.say("figure.unknown")
        notes = []
        if figure.what:
            notes.append(plain(self.reference.wording(figure.what, self.code)))
        if figure.stage:
            notes.append(self.stage(figure.stage))
        if figure.year:
            year = plain(figure.year, 20)
            notes.append(self.say("figure.later_long" if figure.younger_than_event else "detail.year_of", year=year))
        if _unconfirmed(figure):
            notes.append(self.say("figure.unconfirmed"))
        notes.append(self.source(figure.source))
        return self.say("detail.figure", value=self.value(figure), notes=self.clauses(notes))

    def stage(self, stage: str) -> str:
        """A stage of production."""
        return self.catalogue.name(f"stage.{stage}") or self.say("stage.other")


def opened(text: str) -> str:
    """`text` with a capital at its start, where its script has capitals."""
    return text[:1].upper() + text[1:]


def _unconfirmed(figure: Figure) -> bool:
    return figure.source is None or figure.source.confidence == "C"


def _lowered(name: str) -> str:
    """A name for the middle of a sentence; one with capitals inside (NdFeB) keeps them."""
    first = name.split(" ")[0] if name else ""
    return name[:1].lower() + name[1:] if first[1:].islower() or len(first) == 1 else name
