"""Reference data → **trails**: from list entries, tariff lines and other acts to minerals; and which names are firms.

The tables are those of `streams/reference/data` (``entities.csv``, ``control_items.csv``, ``tariff_lines.csv``,
``known_acts.csv``), and the six digits of each mineral in ``minerals.csv``.
"""

import re
from collections.abc import Mapping

import msgspec

from streams.notices.vocabulary import Concept, Term
from streams.reference import Reference

_HS = re.compile(r"(?<![\d./])(?:\d{10}|\d{8}|\d{4}\.\d{2}(?:\.\d{2}){0,2}|\d{4}\.\d{4,6})(?!\d|/|\.\d)")
_HEADING = re.compile(r"\b(?:hs|hts|htsus|税号|税则号列|海关编码|hsコード)[^\d]{0,24}(?P<code>\d{4}\.?\d{2})(?![\d.])")
_ITEM = re.compile(r"(?<![a-z0-9])(?P<code>[0-9][a-e][0-9]{3})(?:\.[a-z](?:\.[0-9]+)*)?(?![a-z0-9])")
_SHORT = 5  # a name in capitals of so few letters may be a word


class Lead(msgspec.Struct, frozen=True):
    """A code in a text, by its place in the folded sentence; `kind` is hs or item.

    `known` says whether it leads to a mineral in some state's tables.
    """

    kind: str
    code: str
    start: int
    end: int
    known: bool = False


class Trails(msgspec.Struct, frozen=True, kw_only=True):
    """The tables as the reader asks them. Keys are (state, code) or (state, year-number)."""

    firms: tuple[Term, ...] = ()
    items: Mapping[tuple[str, str], tuple[str, ...]] = {}
    lines: Mapping[tuple[str, str], tuple[str, ...]] = {}
    headings: Mapping[str, tuple[str, ...]] = {}
    acts: Mapping[str, str] = {}  # year-number → minerals, separated by semicolons

    def minerals_of(self, lead: Lead, state: str) -> tuple[str, ...]:
        """The minerals to which a code leads: the state's own line or entry, else the six digits."""
        if lead.kind == "item":
            return self.items.get((state, lead.code), ())
        for digits in (10, 8):
            found = self.lines.get((state, lead.code[:digits]))
            if found:
                return found
        return self.headings.get(lead.code[:6], ())

    def leads(self, text: str) -> tuple[Lead, ...]:
        """Tariff codes of six to ten digits, without dots, and entries of control lists, in the order of the text."""
        found = [
            self._lead("hs", code, match.span())
            for match in _HS.finditer(text)
            if _is_tariff(code := match.group().replace(".", ""))
        ]
        found.extend(
            self._lead("hs", match["code"], match.span("code"))
            for match in _HEADING.finditer(text)
            if "." not in match["code"]
        )
        found.extend(self._lead("item", match["code"].upper(), match.span()) for match in _ITEM.finditer(text))
        return tuple(sorted(found, key=lambda lead: lead.start))

    def _lead(self, kind: str, code: str, span: tuple[int, int]) -> Lead:
        states = {state for state, _ in (*self.items, *self.lines)}
        known = any(self.minerals_of(Lead(kind, code, *span), state) for state in states)
        return Lead(kind, code, *span, known)


def trails_of(reference: Reference) -> Trails:
    """The trails of reference data."""
    return Trails(
        firms=tuple(_firms(reference)),
        items={(row.country_iso3, row.code): row.mineral_ids for row in reference.control_items},
        lines={(row.country_iso3, row.code): row.mineral_ids for row in reference.tariff_lines},
        headings=_headings(reference),
        acts={row.act: ";".join(row.mineral_ids) for row in reference.known_acts},
    )


def _firms(reference: Reference) -> list[Term]:
    return [
        Term(
            term=name,
            language="*",
            concept=Concept.FIRM,
            note="capitals: the name of a firm" if name.isupper() and len(name) <= _SHORT else "",
            source=firm.source.publication,
        )
        for firm in reference.entities.values()
        for name in dict.fromkeys((*firm.name.values(), *firm.also))
        if name
    ]


def _headings(reference: Reference) -> dict[str, tuple[str, ...]]:
    """Six digits → minerals, where all that a code pools is one group; a group of many goes by its own name."""
    found: dict[str, tuple[str, ...]] = {}
    for key, minerals in reference.hs.items():
        revision, code = key.split()
        groups = {reference.group_of(mineral) for mineral in minerals}
        if revision == "2022" and len(groups) == 1:
            (group,) = groups
            found[code] = (group,) if group in reference.minerals else minerals
    return found


def _is_tariff(code: str) -> bool:
    """Chapters 25 to 90 hold minerals, metals and what is made of them; a year is no code."""
    return 25 <= int(code[:2]) <= 90 and not (len(code) == 8 and code[:2] in ("19", "20"))
