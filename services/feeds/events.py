"""Rows of files → **hazards**: each natural event as its source tells it, with the groups of the places near it."""

import datetime
import math
import re
from collections.abc import Sequence

import msgspec

from services.feeds.letters import Counts, Letters
from services.feeds.manifest import FileEntry, HazardColumns, Manifest
from services.feeds.periods import known_after
from services.feeds.readers import Rows
from services.feeds.templates import FastTemplate, Place, Tables, columns_of, one_line, printable
from services.feeds.where import Conditions, each_row
from streams.errors import BadObservation
from streams.observations import SECONDS_A_DAY, HazardObservation
from streams.reasons import Reason

_ALPHA3 = re.compile(r"\b[A-Z]{3}\b")
_MAX_NAME_CHARS = 300
_YES, _NO = ("true", "1", "yes"), ("false", "0", "no")


class HazardReader:
    """Reads the events of one file entry. An event told twice in one answer is taken once. A bad row is a letter."""

    def __init__(self, manifest: Manifest, entry: FileEntry, now: int) -> None:
        assert entry.hazard is not None
        self._manifest, self._entry, self._now = manifest, entry, now
        self._columns: HazardColumns = entry.hazard
        texts = [x for x in msgspec.structs.astuple(entry.hazard) if x]
        columns = [entry.dates.column, *(condition.column for condition in entry.where)]
        columns += [column for text in texts for column in columns_of(text)]
        columns += [entry.known.column] if entry.known.column else []
        self.columns = list(dict.fromkeys(columns))
        needed = (self._columns.event, self._columns.kind, self._columns.lat, self._columns.lon)
        self.optional = set(self.columns) - {c for text in needed for c in columns_of(text)} - {entry.dates.column}

    def read(self, rows: Rows, sha256: str, letters: Letters, seen: set[str]) -> tuple[list[HazardObservation], Counts]:
        """The events of one file. `seen` holds the ids of events that were read already."""
        counts, tables = Counts(), Tables(self._manifest)
        texts = {name: text for name, text in msgspec.structs.asdict(self._columns).items() if text}
        texts |= {"began": f"{{{self._entry.dates.column}}}"}
        if self._entry.known.column:
            texts["known"] = f"{{{self._entry.known.column}}}"
        templates = {name: FastTemplate(text, self.columns, tables, Place()) for name, text in texts.items()}
        conditions = Conditions(self._entry.where, {column: i for i, column in enumerate(self.columns)})
        found: list[HazardObservation] = []

        def take(number: int, cells: Sequence[str]) -> None:
            hazard = self._hazard(cells, templates, sha256, number)
            if hazard.event_id in seen:
                counts.duplicates += 1
                return
            seen.add(hazard.event_id)
            counts.newest = max(counts.newest, hazard.known_at)
            found.append(hazard)

        each_row(rows, conditions, (counts, letters), take)
        counts.documents = len(found)
        return found, counts

    def _hazard(
        self, cells: Sequence[str], templates: dict[str, FastTemplate], sha256: str, row: int
    ) -> HazardObservation:
        told = {name: template.fill(cells) for name, template in templates.items()}
        event, kind = one_line(told["event"]), one_line(told["kind"])
        if not kind or event.endswith(":") or len(event) > _MAX_NAME_CHARS:
            raise BadObservation(Reason.ROW_MALFORMED, "an event without kind or number has no identity")
        lat, lon = _degrees(told["lat"], 90.0), _degrees(told["lon"], 180.0)
        began = _instant(told["began"])
        if began is None or not 0 < began <= self._now + SECONDS_A_DAY:
            raise BadObservation(Reason.DATE_UNREADABLE, f"{told['began'][:60]!r} is no time at which an event began")
        known = _instant(told.get("known", ""))
        day_end = known_after(began // SECONDS_A_DAY * SECONDS_A_DAY, self._entry.known.days_after)
        known_at = min(max(known or day_end, began), self._now)
        entry = self._entry
        return HazardObservation(
            event_id=event,
            feed=self._manifest.name,
            kind=kind,
            name=one_line(told.get("name", ""))[:_MAX_NAME_CHARS],
            alert_level=one_line(told.get("alert_level", ""))[:40],
            alert_score=_number(told.get("alert_score", "")),
            severity=_number(told.get("severity", "")),
            severity_unit=one_line(told.get("severity_unit", ""))[:40],
            severity_text=one_line(told.get("severity_text", ""))[:_MAX_NAME_CHARS],
            description=printable(told.get("description", ""))[:2_000],
            lat=lat,
            lon=lon,
            countries=tuple(dict.fromkeys(_ALPHA3.findall(told.get("countries", "")))),
            occurred_at=min(began, known_at),
            ends_at=_instant(told.get("ends", "")),
            is_current=_yes_or_no(told.get("is_current", "")),
            known_at=known_at,
            publisher=entry.publisher,
            publication=entry.publication,
            address=one_line(told.get("address", ""))[:1_000] or entry.address,
            evidence=sha256,
            row=row,
        )


def _degrees(text: str, most: float) -> float:
    value = _number(text)
    if value is None or abs(value) > most:
        raise BadObservation(Reason.VALUE_OUT_OF_RANGE, f"{text[:40]!r} is no position in degrees")
    return value


def _number(text: str) -> float | None:
    """A number of the source's own scale; None where it gives none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _instant(text: str) -> int | None:
    """A time in ISO 8601, UTC where it names no zone, or in milliseconds since 1970."""
    text = text.strip()
    if re.fullmatch(r"-?[0-9]{11,14}", text):
        return int(text) // 1_000
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).timestamp())


def _yes_or_no(text: str) -> bool | None:
    told = text.strip().lower()
    return True if told in _YES else False if told in _NO else None
