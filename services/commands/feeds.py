"""`twinbell feeds`: which sources there are, what their clocks say, and one source asked now."""

from typing import Annotated

import msgspec
import typer

from services.archive import Archive
from services.clock import SystemClock, iso_time
from services.commands.desk import configured, opened, store_url
from services.commands.options import ConfigOption, JsonOption, StoreOption
from services.commands.printing import print_json, print_table
from services.commands.progress import bar
from services.errors import SourceFailed
from services.exit_codes import ExitCode
from services.feed_clocks import FeedClocks
from services.feeds.asked import Brought, bring
from services.feeds.sources import SOURCES
from services.live_feeds import Outside, chosen_source, direct, kind_named, live_feed, stale_days
from services.terminal import plain
from services.wiring import archive_of, open_store, reference_of, refuse_played, thresholds_of

app = typer.Typer(help="Live sources: which there are, how fresh they are, one asked now.", no_args_is_help=True)


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One source that there is."""

    name: str
    title: str
    publisher: str
    licence: str
    key: str  # none, optional or needed
    every: str
    page: str
    followed: bool  # by the configuration


class Stood(msgspec.Struct, frozen=True, kw_only=True):
    """The clocks of one feed."""

    feed: str
    state: str
    tried_at: str
    fetched_at: str
    content_at: str
    failures: int
    left_alone_until: str
    reason: str
    note: str


@app.callback()
def feeds() -> None:
    """Live sources: which there are, how fresh they are, one asked now."""


@app.command("list")
def list_(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List the live sources, which need a key, how often each is asked, and which the configuration follows."""
    followed = {source.name for source in configured(config).settings.sources}
    found = [
        Listed(
            name=about.name,
            title=about.title,
            publisher=about.publisher,
            licence=about.licence,
            key="needed" if about.needs_key else "optional" if about.key_header else "none",
            every=about.every,
            page=about.page,
            followed=about.name in followed,
        )
        for about in (kind.about for kind in SOURCES)
    ]
    if as_json:
        print_json(found)
        return
    rows = [(x.name, x.title, x.publisher, x.key, x.every, "yes" if x.followed else "no", x.licence) for x in found]
    print_table(("source", "what", "publisher", "key", "every", "followed", "licence"), rows, "No source.")
    print(
        "\n`twinbell live` follows all that need no key; [[sources]] of a configuration names those that `run` follows."
    )


@app.command()
def status(store: StoreOption = "", config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show both clocks of every feed of the store: when it answered, how new its content is, and what went wrong."""
    with opened(store, config) as desk:
        clocks, now = FeedClocks(desk.database).all(), SystemClock().now()
    configuration = configured(config)
    promised = stale_days(clocks, reference_of(configuration), thresholds_of(configuration))
    found = [
        Stood(
            feed=clock.feed,
            state=clock.freshness(now, promised[clock.feed]),
            tried_at=iso_time(clock.tried_at),
            fetched_at=iso_time(clock.fetched_at) if clock.fetched_at is not None else "",
            content_at=iso_time(clock.content_at) if clock.content_at is not None else "",
            failures=clock.standing.failures,
            left_alone_until=iso_time(clock.standing.open_until) if clock.standing.open_until > now else "",
            reason=clock.reason,
            note=clock.note,
        )
        for clock in clocks.values()
    ]
    if as_json:
        print_json(found)
        return
    rows = [
        (x.feed, x.state, x.fetched_at or "never", x.content_at or "none", x.left_alone_until or "-", x.note)
        for x in found
    ]
    print_table(("feed", "state", "fetched", "content", "left alone until", "last note"), rows, "No feed was read yet.")


@app.command()
def poll(
    name: Annotated[str, typer.Argument(metavar="SOURCE", help="Which one: `twinbell feeds list`.")],
    since: Annotated[
        str,
        typer.Option(
            "--since",
            metavar="DAY",
            help="Also fetch its past from this day (YYYY-MM-DD); goes on where it was stopped.",
        ),
    ] = "",
    store: StoreOption = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask one source now and keep what it brings; a run on the same store judges it within seconds.

    A long way is walked window by window: what was fetched is kept, and the same command goes on from there.
    """
    configuration = configured(config)
    kind_named(name)
    chosen = chosen_source(configuration, name, since)
    database = open_store(store_url(store, configuration), create=True)
    try:
        refuse_played(database)
        archive, clocks, clock = archive_of(database), FeedClocks(database), SystemClock()
        outside = Outside(transport=direct, time=clock, now=clock.now)
        feed, client = live_feed(configuration, chosen, reference_of(configuration), clocks, outside)
        try:
            with bar(name, as_json) as on_window:
                brought = bring(feed, archive, database, on_window)
            clocks.tried(name, clock.now(), feed.standing, brought.unread, "; ".join(brought.notes))
        except SourceFailed as problem:
            clocks.tried(name, clock.now(), feed.standing, problem.reason, f"{problem.reason}: {problem.detail}")
            raise
        finally:
            client.close()
        content = _content(archive, name)
    finally:
        database.dispose()
    if as_json:
        print_json(brought)
    else:
        _print(name, brought, content)
    if brought.unread:
        raise typer.Exit(ExitCode.UNREACHED)


def _content(archive: Archive, name: str) -> str:
    at = archive.content_at(name)
    return iso_time(at) if at is not None else "none"


def _print(name: str, brought: Brought, content: str) -> None:
    for note in brought.notes:
        print(f"note: {plain(note)}")
    print(
        f"{name}: {brought.read:,} rows read, {brought.new:,} observations new, {brought.revised:,} revised, "
        f"{brought.not_relevant:,} not relevant, {brought.unusable:,} unusable; newest content {content}"
    )
