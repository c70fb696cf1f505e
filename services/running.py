"""`twinbell run` itself: a recorded episode played where a person watches, or feeds followed on a configuration."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
import sqlalchemy as sa

from alerts.deliveries import Mode
from services.alarms import take_alarms
from services.canary import Canary
from services.canary_wiring import canary_every_s, landing_of
from services.clock import DeploymentClock, StoredClock, SystemClock
from services.configuration import host_and_port
from services.embedded import Hub
from services.endpoint import Health
from services.episodes import Episode
from services.errors import BadSettings
from services.exit_codes import ExitCode
from services.feed_clocks import FeedClocks
from services.following import Follower
from services.hints import hints, program, store_option
from services.holding import held
from services.interrupting import terminated
from services.logs import Log, open_log
from services.measuring import Metrics
from services.metrics import Process
from services.pace import Pace, Watched
from services.playing import Player, as_played, is_over
from services.rounds import Followership, followed, rounds
from services.screen import Screen, View, open_screen
from services.settings import Configuration
from services.sources import read_episode
from services.stored_metrics import measure, measured_of
from services.telling import Teller
from services.wiring import (
    Deployment,
    Knowledge,
    archive_of,
    claim,
    detection_of,
    hub_of,
    knowledge_in_force,
    log_of,
    open_store,
    operators_of,
    outbox_of,
)
from streams.observations import SECONDS_A_DAY

_SOON_S = 45  # what waits for its group, or for a second attempt, is waited for; the next step of a ladder is not
_ONCE_S = 10**9  # between two readings of a feed that is to be read once


class RunWish(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for on the command line."""

    url: str
    config: str  # absolute path of the configuration file, or empty
    until_done: bool
    lines: bool
    metrics: str
    process: Process = Process.RUN


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A run that has been set up."""

    wish: RunWish
    configuration: Configuration
    known: Knowledge
    database: sa.Engine
    hub: Hub
    screen: Screen
    metrics: Metrics


def play(episode: Episode, configuration: Configuration, wish: RunWish, pace: Pace) -> None:
    """Play an episode from where the store stopped; then stay up, unless `until_done`, until interrupted."""
    outbox = outbox_of(configuration, wish.url)
    with set_up(as_played(configuration), wish, episode.id, outbox) as run:
        real = SystemClock()
        clock = StoredClock(run.database, real)
        archive = archive_of(run.database)
        run.screen.say(f"{episode.title['en']}: an exercise, its messages land in {outbox}")
        if not is_over(run.database, episode):
            run.hub.store(read_episode(episode, run.known.reference, archive.cursor))
            days = (episode.ends_at - episode.starts_at) // SECONDS_A_DAY
            watched = Watched(run.hub, clock, real, pace, days)
            run.hub.join(watched)
            Player(run.hub, run.database, watched).play(episode, archive.batches)
        clock.end_play(episode.ends_at)
        say_what_next(run)
        if not wish.until_done:
            Follower(run.hub, (), clock, real).run(lambda: False)


def follow(configuration: Configuration, wish: RunWish) -> ExitCode:
    """Follow the configuration's feeds until interrupted; with `until_done` read each once, send what is due soon.

    UNREACHED when one of them could not be read.
    """
    outbox = outbox_of(configuration, wish.url) if configuration.mode is Mode.EXERCISE else None
    with set_up(configuration, wish, "", outbox) as run, ExitStack() as stack:
        real = SystemClock()
        own = Followership(
            configuration=configuration,
            known=run.known,
            database=run.database,
            tell=run.hub.tell,
            open_alerts=lambda: len(run.hub.open_alerts()),
        )
        feeds = stack.enter_context(followed(own, real.now))
        if wish.until_done:
            feeds = [msgspec.structs.replace(each, every_s=_ONCE_S, once=True) for each in feeds]
        where = f"an exercise, its messages land in {outbox}" if outbox else "ACTUAL, messages leave by their channels"
        named = ", ".join(each.feed.name for each in feeds) or "no feed, imported rows only"
        run.screen.say(f"{configuration.name} follows {named}: {where}")

        def is_done() -> bool:
            due = run.hub.next_due()
            return wish.until_done and (due is None or due > real.now() + _SOON_S)

        canary = stack.enter_context(_canary(run, outbox))
        beside = stack.enter_context(rounds(own, feeds))
        beside = msgspec.structs.replace(beside, duties=(*beside.duties, *canary))
        Follower(run.hub, feeds, real, real, beside).run(is_done)
        clocks = FeedClocks(run.database).all()
        unread = {name: clocks[name].reason for name in sorted(each.feed.name for each in feeds) if name in clocks}
        unread = {name: reason for name, reason in unread.items() if reason}
        if wish.until_done:
            say_what_next(run, unread)
        return ExitCode.UNREACHED if unread else ExitCode.DONE


@contextmanager
def _canary(run: Run, outbox: Path | None) -> Iterator[tuple[Callable[[int], None], ...]]:
    """The duty that lets canaries fly, where the configuration wants one."""
    every_s = canary_every_s(run.configuration)
    if not every_s:
        yield ()
        return
    with landing_of(run.configuration, run.known, outbox, run.hub.tell, run.metrics) as landing:
        yield (Canary(detection_of(run.configuration, run.known), landing, every_s),)


@contextmanager
def set_up(configuration: Configuration, wish: RunWish, episode: str, outbox: Path | None) -> Iterator[Run]:
    """Everything of a run, closed at its end however that comes."""
    known = knowledge_in_force(configuration)  # before anything is made or claimed
    with ExitStack() as stack:
        stack.enter_context(held(wish.url))
        database = open_store(wish.url, create=True, durable=not episode)
        stack.callback(database.dispose)
        claim(database, Deployment(episode=episode, configuration=wish.config))
        operators = None if episode else operators_of(configuration, known, database, outbox)
        hub = hub_of(configuration, known, database, outbox, operators)
        stack.callback(hub.close)
        log = stack.enter_context(open_log(log_of(configuration, wish.url), configuration.settings.log.level))
        metrics = Metrics(wish.process)
        clock = DeploymentClock(database)
        measure(metrics, database, clock, measured_of(configuration, known, feeds=not episode))
        take_alarms(configuration, operators, metrics, hub.tell)
        address = wish.metrics or configuration.settings.metrics
        if address:
            stack.callback(serve_at(address, "metrics =", metrics))
        teller = Teller(known.reference, hub.alert)
        view = View(
            teller=teller,
            directory=configuration.directory,
            timers=configuration.settings.timers,
            alerts=hub.open_alerts,
            hints=lambda: hints(hub.open_alerts(), configuration.directory, wish.url, wish.config),
        )
        screen = stack.enter_context(open_screen(view, wish.lines))
        for witness in (screen, log, metrics):
            hub.join(witness)
        stack.enter_context(terminated(KeyboardInterrupt()))  # as the keyboard does
        stack.enter_context(_logged(log))
        yield Run(
            wish=wish,
            configuration=configuration,
            known=known,
            database=database,
            hub=hub,
            screen=screen,
            metrics=metrics,
        )


def serve_at(address: str, named: str, metrics: Metrics, health: Health | None = None) -> Callable[[], None]:
    """Serve the metrics; what ends that. Raises BadSettings, in the words of the setting `named`."""
    found = host_and_port(address)
    if found is None:
        raise BadSettings(f"{named} {address!r}: write HOST:PORT, for instance 127.0.0.1:9464")
    try:
        return metrics.serve(*found, health).close
    except OSError as problem:
        raise BadSettings(f"{named} {address!r}: {problem.strerror}; name another port") from None


def say_what_next(run: Run, unread: Mapping[str, str] | None = None) -> None:
    """What was not read (feeds with the reason), which commands answer, and which shows what was sent."""
    run.screen.ask()
    command = f"{program()} messages list{store_option(run.wish.url, run.wish.config)}"
    left = ", ".join(f"{name} ({reason})" for name, reason in (unread or {}).items())
    read = f"NOT READ: {left}; the same command goes on from there." if left else "Everything was read."
    run.screen.say(f"{read} What was sent: {command}")


@contextmanager
def _logged(log: Log) -> Iterator[None]:
    """What nobody expected stands in the log too, before it ends the run."""
    try:
        yield
    except Exception as problem:
        log.failure(SystemClock().now(), "run", problem)
        raise
