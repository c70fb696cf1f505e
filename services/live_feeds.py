"""Where live feeds are put together: settings in; feeds with their clients, budgets and clocks out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import httpx
import msgspec

from alerts.channels.credentials import Secret
from services.archive import Archive
from services.clock import EndableClock, RealTime, iso_day
from services.errors import BadSettings
from services.feed_clocks import FeedClocks
from services.feeds.live import LiveFeed
from services.feeds.manifest import Manifest
from services.feeds.parsing import Parser
from services.feeds.sources import SOURCES
from services.feeds.sources.base import About, Source
from services.feeds.sources.marks import mark_of
from services.http_client import Access, Client, Standing, agent_of, place_of
from services.polling import Followed
from services.settings import Configuration, seconds
from services.source_settings import SourceSettings, problems
from services.sources import feeds_of
from streams.notices.reader import packaged_reader
from streams.observations import SECONDS_A_DAY
from streams.reference import Reference
from streams.thresholds import Thresholds


class Outside(msgspec.Struct, frozen=True, kw_only=True):
    """How the outside is reached, and with which time: a test gives its own."""

    transport: Callable[[str], httpx.BaseTransport]  # of a proxy, empty for none
    time: RealTime
    now: Callable[[], int]


class Keeping(msgspec.Struct, frozen=True):
    """What live feeds remember between runs."""

    archive: Archive
    clocks: FeedClocks


def kind_named(name: str) -> type[Source]:
    """The source of this name. Raises BadSettings."""
    found = next((kind for kind in SOURCES if kind.about.name == name), None)
    if found is None:
        raise BadSettings(f"there is no source {name!r}; there are: {', '.join(k.about.name for k in SOURCES)}")
    return found


def keyless(configuration: Configuration) -> tuple[SourceSettings, ...]:
    """The sources of the configuration, and every other one that needs no key, as it comes."""
    given = configuration.settings.sources
    there = {source.name for source in given}
    others = [kind.about for kind in SOURCES if kind.about.name not in there and not kind.about.needs_key]
    return (*given, *(SourceSettings(name=about.name) for about in others))


def chosen_source(configuration: Configuration, name: str, since: str) -> SourceSettings:
    """What the configuration says of a source, with another `since` where one is given."""
    given = next((s for s in configuration.settings.sources if s.name == name), SourceSettings(name=name))
    if not since:
        return given
    chosen = msgspec.structs.replace(given, since=since)
    for problem in problems((chosen,), configuration.settings.fetching):
        raise BadSettings(problem)
    return chosen


def live_feed(
    configuration: Configuration, chosen: SourceSettings, reference: Reference, clocks: FeedClocks, outside: Outside
) -> tuple[LiveFeed, Client]:
    """One source as a feed, and its client, which the caller closes. Raises BadSettings where its key is not there."""
    kind = kind_named(chosen.name)
    if chosen.since > iso_day(outside.now()):
        raise BadSettings(f"source {chosen.name}: since = {chosen.since} is yet to come: give a day that has been")
    client, base = client_of(configuration, chosen, clocks.standing(chosen.name), outside)
    source = kind(reference, chosen.since or first_day(kind.about, outside.now()))
    feed = LiveFeed(source, client, base, (reference, packaged_reader().read), outside.now)
    return feed, client


def client_of(
    configuration: Configuration, chosen: SourceSettings, standing: Standing, outside: Outside
) -> tuple[Client, str]:
    """The client that asks one source, which the caller closes, and the source's base address. Raises BadSettings."""
    about, fetching = kind_named(chosen.name).about, configuration.settings.fetching
    places = (place_of(chosen.base),) if chosen.base else about.places
    access = Access(
        source=about.name,
        places=places,
        agent=agent_of(fetching.contact),
        key_header=about.key_header,
        manners=about.manners,
    )
    key = _key(configuration, chosen)
    transport = outside.transport(fetching.proxy)
    return Client(access, transport, outside.time, key, standing), places[0]


def parsers_of(configuration: Configuration, reference: Reference, archive: Archive) -> list[tuple[Parser, str]]:
    """Every parser of today with its feed's cursor: of all sources, and of the feeds of the configuration."""
    read = packaged_reader().read
    found: list[tuple[Parser, str]] = []
    for kind in SOURCES:
        cursor = archive.cursor(kind.about.name)
        found.append((Parser(kind(reference, "").manifest(mark_of(cursor).names), reference, read), cursor))
    for feed, _ in feeds_of(configuration, reference, lambda: 0):
        found.append((feed.parser, archive.cursor(feed.name)))
    return found


def first_day(about: About, now: int) -> str:
    """The day from which a source is read where nobody says otherwise."""
    return iso_day(now - about.history_days * SECONDS_A_DAY)


@contextmanager
def followed_sources(
    configuration: Configuration, chosen: Sequence[SourceSettings], reference: Reference, keeping: Keeping
) -> Iterator[list[Followed]]:
    """These sources as feeds to follow; at the end nobody waits for them any longer."""
    time = EndableClock()
    outside = Outside(transport=direct, time=time, now=time.now)
    clients: list[Client] = []
    feeds: list[Followed] = []
    try:
        for each in chosen:
            feed, client = live_feed(configuration, each, reference, keeping.clocks, outside)
            clients.append(client)
            feeds.append(
                Followed(
                    feed=feed,
                    every_s=seconds(each.every or kind_named(each.name).about.every),
                    cursor=partial(keeping.archive.cursor, feed.name),
                    standing=lambda own=feed: own.standing,  # type: ignore[misc]
                    waiting=lambda own=feed: own.waiting,  # type: ignore[misc]
                )
            )
        yield feeds
    finally:
        time.end()
        for client in clients:
            client.close()


def promised_days() -> dict[str, int]:
    """The sources that no detector counts in series, each with the days after which its content stands still."""
    return {kind.about.name: days for kind in SOURCES if (days := kind.about.stale_days) is not None}


def stale_days(feeds: Iterable[str], reference: Reference, thresholds: Thresholds) -> dict[str, float | None]:
    """For each feed the days after which its content stands still; None for one that promises nothing.

    They stand in one place each: with the source, or, for what is counted in series, with the thresholds of X1.
    """
    promised = promised_days()
    found: dict[str, float | None] = dict.fromkeys(feeds)
    for kind in SOURCES:
        name = kind.about.name
        if name in found:
            found[name] = promised.get(name) or budget_days(kind(reference, "").manifest({}), thresholds)
    return found


def budget_days(manifest: Manifest, thresholds: Thresholds) -> float | None:
    """The days after which the content of a feed stands still, by the cadence of its series; None without any."""
    by_cadence = thresholds.assess.stale_days
    return min((by_cadence[entry.cadence] for entry in manifest.files if entry.cadence in by_cadence), default=None)


def direct(proxy: str) -> httpx.BaseTransport:
    """The network itself, by a proxy where one is named."""
    return httpx.HTTPTransport(proxy=proxy or None, retries=0)


def _key(configuration: Configuration, chosen: SourceSettings) -> Secret | None:
    if not chosen.key_file:
        return None
    path = configuration.path(chosen.key_file)
    try:
        key = Secret(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        raise BadSettings(
            f"{configuration.name}: source {chosen.name!r}: key_file {str(path)!r} cannot be read ({problem}); put the "
            "key alone into that file"
        ) from None
    if not key:
        raise BadSettings(f"{configuration.name}: source {chosen.name!r}: key_file {str(path)!r} is empty")
    return key
