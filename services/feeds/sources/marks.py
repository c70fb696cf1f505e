"""Cursor of a source ↔ **mark**: how far it was read, what it answered last, and which days to ask for next."""

import datetime

import msgspec

from streams.codec import digest, encode

_KEPT = 60  # answers that are remembered
_KEY_CHARS = 12
_EPOCH = datetime.date(1970, 1, 1).toordinal()


class Known(msgspec.Struct, frozen=True):
    """What an address answered last: its hash, and what it may be asked with whether that has changed."""

    sha256: str
    etag: str = ""
    modified: str = ""


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """How far a source was read. Days are ISO; empty means never.

    The past is held from `since` to `reached`; `back` is how far a back-fill from an earlier day has come.
    """

    since: str = ""
    reached: str = ""
    back: str = ""
    seen: dict[str, Known] = {}
    names: dict[str, str] = {}  # what the source calls things, as found out by asking it


class Window(msgspec.Struct, frozen=True):
    """Days to ask for, ISO, both included; the mark once they were read; and how many of how many windows that is."""

    first: str
    last: str
    after: Mark
    done: tuple[int, int]


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """Days of one window; how many of the newest days are asked for again; how many windows one reading takes."""

    days: int
    overlap: int
    most: int


def mark_of(cursor: str) -> Mark:
    """The mark in a cursor. A damaged one is none: all is read anew, and duplicates are dropped."""
    try:
        return msgspec.json.decode(cursor, type=Mark) if cursor else Mark()
    except (msgspec.DecodeError, UnicodeError):
        return Mark()


def cursor_of(mark: Mark) -> str:
    """The cursor that keeps a mark."""
    return encode(mark).decode()


def mark_key(address: str) -> str:
    """How a mark calls an address."""
    return digest(address.encode())[:_KEY_CHARS]


def seen_with(mark: Mark, answers: dict[str, Known]) -> Mark:
    """The mark with what these addresses answered; those asked longest ago are forgotten."""
    seen = {key: known for key, known in mark.seen.items() if key not in answers} | answers
    return msgspec.structs.replace(mark, seen=dict(list(seen.items())[-_KEPT:]))


def windows(mark: Mark, since: str, today: str, pace: Pace) -> tuple[list[Window], bool]:
    """The next windows, and whether more are left: first what is new, then a back-fill from an earlier `since`.

    What is new begins `overlap` days before the day reached: sources correct their newest days.
    """
    if not mark.reached:
        mark = msgspec.structs.replace(mark, since=since, reached=since)
        first = day_number(since)
    else:
        first = day_number(mark.reached) - pace.overlap
    last = day_number(today)
    found: list[Window] = []
    starts = range(min(first, last), last + 1, pace.days)
    for i, start in enumerate(starts, start=1):
        end = min(start + pace.days - 1, last)
        mark = msgspec.structs.replace(mark, reached=max(mark.reached, day_of(end)))
        found.append(Window(day_of(start), day_of(end), mark, (i, len(starts))))
    begin, until = day_number(since), day_number(mark.since)
    total = -(-(until - begin) // pace.days)
    for start in range(day_number(mark.back) if mark.back else begin, until, pace.days):
        end = min(start + pace.days, until)
        if end == until:
            mark = msgspec.structs.replace(mark, back="", since=since)
        else:
            mark = msgspec.structs.replace(mark, back=day_of(end))
        found.append(Window(day_of(start), day_of(end - 1), mark, (-(-(end - begin) // pace.days), total)))
    return found[: pace.most], len(found) > pace.most


def day_number(day: str) -> int:
    """Days since 1970 of an ISO day."""
    return datetime.date.fromisoformat(day).toordinal() - _EPOCH


def day_of(number: int) -> str:
    """The ISO day of days since 1970."""
    return datetime.date.fromordinal(number + _EPOCH).isoformat()
