"""What a configuration may say about live sources, and about who is told that all is quiet."""

import datetime
import re
from collections.abc import Iterator, Sequence
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from services.feeds.sources import SOURCES

_Text = Annotated[str, Meta(max_length=1_000)]
_Path = Annotated[str, Meta(max_length=4_000)]
_SHIFT = re.compile(r"([01]\d|2[0-3]):([0-5]\d) ([A-Za-z0-9_+/-]+)")
_LOCAL = ("127.0.0.1", "::1", "localhost")


class SourceSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[sources]]`: one public source that is read while Twinbell runs."""

    name: Annotated[_Text, Meta(description="Which one: `twinbell feeds list` says what there is.")]
    every: Annotated[
        str,
        Meta(pattern=r"^(\d{1,6}[smhd])?$", description="Time between two readings; empty: what the source is worth."),
    ] = ""
    since: Annotated[
        str,
        Meta(
            pattern=r"^(\d{4}-\d\d-\d\d)?$",
            description="The day from which its past is wanted, YYYY-MM-DD; empty: what the detectors need.",
        ),
    ] = ""
    key_file: Annotated[_Path, Meta(description="File that holds the key alone, where the source takes one.")] = ""
    base: Annotated[
        _Text,
        Meta(description="Another address of the same service, for a mirror or a trial; no other host is then asked."),
    ] = ""


class FetchingSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[fetching]`: how sources are asked, and who is told that we are alive."""

    contact: Annotated[
        _Text, Meta(description="Address or page under which a source reaches you; it stands in each request.")
    ] = ""
    proxy: Annotated[_Text, Meta(description="Proxy for sources; those of the environment are not used.")] = ""
    heartbeat_url: Annotated[
        _Text, Meta(description="Asked once a minute while the run is well, for a service that rings when it is not.")
    ] = ""
    shift_changes: Annotated[
        tuple[str, ...], Meta(description="Local times at which one line says whether it is quiet: `HH:MM ZONE`.")
    ] = ("08:00 America/New_York", "20:00 America/New_York", "08:30 Asia/Tokyo", "20:30 Asia/Tokyo")


def problems(sources: Sequence[SourceSettings], fetching: FetchingSettings) -> Iterator[str]:
    """What cannot hold, in words."""
    known = {kind.about.name: kind.about for kind in SOURCES}
    names = [source.name for source in sources]
    for name in sorted(set(names)):
        if names.count(name) > 1:
            yield f"sources: {name!r} stands twice: keep one entry"
    for source in sources:
        where = f"source {source.name!r}"
        about = known.get(source.name)
        if about is None:
            yield f"{where}: there is none; there are: {', '.join(sorted(known))}"
            continue
        if source.every and int(source.every[:-1]) == 0:
            yield f"{where}: every = {source.every!r}: write a number above 0"
        if source.since and not _is_day(source.since):
            yield f"{where}: since = {source.since!r} is no day, for instance 2024-01-01"
        if source.key_file and not about.key_header:
            yield f"{where}: it takes no key: leave key_file out"
        if about.needs_key and not source.key_file:
            yield f"{where}: it needs a key: name the file that holds it in key_file ({about.page})"
        if source.base and not _is_base(source.base):
            yield f"{where}: base = {source.base!r}: write https://HOST, or http:// on this machine, without a path"
    for change in fetching.shift_changes:
        if shift_of(change) is None:
            yield f"fetching.shift_changes: {change!r}: write HH:MM and an IANA zone, for instance 08:30 Asia/Tokyo"
    if fetching.heartbeat_url and urlsplit(fetching.heartbeat_url).scheme not in ("http", "https"):
        yield "fetching.heartbeat_url: write an address that begins with https://"


def shift_of(change: str) -> tuple[datetime.time, ZoneInfo] | None:
    """The local time and zone of a shift change; None for what is none."""
    match = _SHIFT.fullmatch(change)
    if match is None:
        return None
    try:
        zone = ZoneInfo(match[3])
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    return datetime.time(int(match[1]), int(match[2])), zone


def _is_day(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_base(address: str) -> bool:
    parts = urlsplit(address)
    is_bare = bool(parts.hostname) and parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username)
    return is_bare and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL))
