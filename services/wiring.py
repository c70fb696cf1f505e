"""Where one process is put together: the configuration in, the hub and what the commands need out."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
import sqlalchemy as sa

from alerts.channels import CHANNELS
from alerts.channels.base import Channel, Message
from alerts.deliveries import Delivery, Mode
from alerts.render import compose
from alerts.rendering.surroundings import Surroundings
from alerts.rendering.wording import packaged as packaged_wording
from alerts.states import AlertState
from alerts.store import Store
from alerts.track_record import TrackRecord
from services.addresses import shown_store
from services.archive import Archive
from services.clock import SystemClock
from services.curves import curve_of
from services.database import is_current, migrate, open_engine
from services.dispatcher.intake import Intake
from services.dispatcher.lanes import InTurn, SideBySide
from services.dispatcher.operators import Operators
from services.dispatcher.send import Patience, Sender
from services.embedded import Hub, Parts
from services.errors import BadSettings, WrongStore
from services.routes import actual_channels, exercise_channels
from services.settings import Configuration
from services.standing import require, standing_of
from services.tables import deployment
from streams import reference, thresholds
from streams.codec import digest, encode
from streams.engine import STATE_FORMAT, Engine
from streams.errors import BadReference, BadThresholds
from streams.reference import Reference
from streams.relate import Relating
from streams.thresholds import Thresholds

DEFAULT_STORE = "sqlite:///var/twinbell.db"
DEFAULT_EPISODE = "gallium-germanium-2023"


class Deployment(msgspec.Struct, frozen=True, kw_only=True):
    """What a store serves: an episode that is played, or (empty) feeds that are followed; and its configuration."""

    episode: str
    configuration: str


class Knowledge(msgspec.Struct, frozen=True, kw_only=True):
    """What a deployment knows before it has read anything."""

    reference: Reference
    thresholds: Thresholds
    digest: str


def knowledge_of(configuration: Configuration) -> Knowledge:
    """Reference data and thresholds of a configuration. Raises BadReference or BadThresholds naming the file."""
    known = reference_of(configuration)
    limits = thresholds_of(configuration)
    codes = [participant.iso3 for participant in configuration.directory.participants]
    made_with = digest(encode([known.digest, limits.digest, codes, configuration.mode, STATE_FORMAT]))
    return Knowledge(reference=known, thresholds=limits, digest=made_with)


def knowledge_in_force(configuration: Configuration) -> Knowledge:
    """The same for a deployment that runs: thresholds that have not stood a backtest raise BadSettings."""
    require(configuration)
    return knowledge_of(configuration)


def reference_of(configuration: Configuration) -> Reference:
    """The shipped reference data with the configuration's own rows laid over it."""
    if not configuration.settings.reference:
        return reference.packaged()
    shipped, *overlays = reference_files(configuration)
    return reference.load(shipped, overlays)


def reference_files(configuration: Configuration) -> list[dict[str, bytes]]:
    """The shipped files, then those of each directory that is laid over them. Raises BadReference."""
    overlays = [_overlay(configuration, directory) for directory in configuration.settings.reference]
    return [reference.packaged_files(), *overlays]


def thresholds_of(configuration: Configuration) -> Thresholds:
    """The configuration's own thresholds, or the shipped ones."""
    given = configuration.settings.thresholds
    content, name = thresholds_bytes(configuration.path(given) if given else None)
    return thresholds.load(content, name)


def thresholds_bytes(path: Path | None) -> tuple[bytes, str]:
    """A thresholds file and how messages call it; without a path the shipped one. Raises BadThresholds."""
    if path is None:
        return thresholds.packaged_bytes(), "the shipped thresholds"
    try:
        return path.read_bytes(), str(path)
    except OSError as problem:
        raise BadThresholds(
            f"{path}: {problem.strerror}; `twinbell thresholds show > {path.name}` writes a file to start from"
        ) from None


def outbox_of(configuration: Configuration, url: str) -> Path:
    """Where an exercise puts what would have been sent: as set, else a folder beside the store."""
    return configuration.path(configuration.settings.outbox) if configuration.settings.outbox else beside(url, "outbox")


def unwritable(directory: Path) -> str:
    """Why this user could not make files in a directory, or make the directory; empty where they could."""
    there = next((each for each in (directory, *directory.absolute().parents) if each.exists()), Path("/"))
    probe = there / ".twinbell-check"
    try:
        probe.touch()
        probe.unlink()
    except OSError as problem:
        return f"{there} cannot be written ({problem.strerror}): name another, or its owner"
    return ""


def log_of(configuration: Configuration, url: str) -> Path:
    """Where operators read: as set, else a file beside the store."""
    file = configuration.settings.log.file
    return configuration.path(file) if file else beside(url, "twinbell.log")


def beside(url: str, name: str) -> Path:
    """A path in the directory of the store's file; in var/ where the store is none."""
    database = sa.make_url(url).database if url.startswith("sqlite") else ""
    return (Path(database).parent if database else Path("var")) / name


def open_store(url: str, create: bool, durable: bool = True) -> sa.Engine:
    """The database at `url`, with the tables of this version. Raises WrongStore when it is not there, older or newer.

    With `durable` every commit outlives a power cut; without it a killed process only, which is enough for a play.
    """
    path = sa.make_url(url).database or ""
    if not create and url.startswith("sqlite") and not Path(path).is_file():
        raise WrongStore(
            f"there is no store at {shown_store(url)}: `twinbell run` makes one, --store names another "
            "(`twinbell live` keeps its own in sqlite:///var/live.db)"
        )
    database = open_engine(url, durable)
    if create:
        migrate(database)
    elif not is_current(database):
        raise WrongStore(
            f"the store at {shown_store(url)} is of an older version: `twinbell store migrate --store "
            f"{shown_store(url)}` brings it to this one"
        )
    return database


def served(database: sa.Engine) -> Deployment | None:
    """What the store was last run for, or None when it has not been run."""
    with database.execution_options(reading=True).connect() as connection:
        row = connection.execute(sa.select(deployment)).mappings().first()
    return Deployment(episode=row["episode"], configuration=row["configuration"]) if row else None


def played_in(url: str) -> str:
    """The episode that the store at `url` has begun; empty when there is no such store, or it plays none."""
    if url.startswith("sqlite") and not Path(sa.make_url(url).database or "").is_file():
        return ""
    database = open_store(url, create=True)
    try:
        found = served(database)
    finally:
        database.dispose()
    return found.episode if found else ""


def refuse_played(database: sa.Engine) -> None:
    """Raise WrongStore when an episode is played in this store: a recorded play takes no other rows."""
    found = served(database)
    if found is not None and found.episode:
        raise WrongStore(
            f"this store plays the episode {found.episode}, which takes no other rows: name another one with --store, "
            "for instance sqlite:///var/own.db"
        )


def claim(database: sa.Engine, wanted: Deployment) -> None:
    """Make the store one for this episode, or for following feeds. Raises WrongStore when it is one for another."""
    found = served(database)
    if found is not None and found.episode != wanted.episode:
        has = f"plays the episode {found.episode}" if found.episode else "follows feeds"
        raise WrongStore(f"this store {has}: name another one with --store, for instance sqlite:///var/another.db")
    if found is None and wanted.episode and not archive_of(database).is_empty():
        raise WrongStore(
            "rows were imported into this store, and an episode takes no other rows: `twinbell run --config FILE` "
            "rings on what was imported; for the episode name another store, for instance sqlite:///var/another.db"
        )
    values = {"episode": wanted.episode, "configuration": wanted.configuration}
    try:
        with database.begin() as connection:
            if found is None:
                connection.execute(sa.insert(deployment).values(id=1, played_until=None, **values))
            else:
                connection.execute(sa.update(deployment).values(values))
    except sa.exc.IntegrityError:
        if found is not None:
            raise
        claim(database, wanted)  # another process of the deployment was first


def refuse_mixed(store: Store, mode: Mode) -> None:
    """Raise WrongStore when alerts of another mode are open: an exercise and the real thing never share a record."""
    others = [state for state in store.open_alerts() if state.mode is not mode]
    if others:
        raise WrongStore(
            f"{len(others)} alerts of mode {others[0].mode} are open in this store, this run is {mode}: close them, or "
            "name another store with --store"
        )


def hub_of(
    configuration: Configuration,
    known: Knowledge,
    database: sa.Engine,
    outbox: Path | None,
    operators: Operators | None = None,
) -> Hub:
    """The embedded system on this store. With `outbox` it is an exercise: every channel writes there.

    Without, the channels are those of the configuration, whose mode must be actual (else Refused). Raises WrongStore
    when alerts of another mode are open there.
    """
    directory, timers = configuration.directory, configuration.settings.timers
    mode = Mode.ACTUAL if outbox is None else Mode.EXERCISE
    store = Store(database, configuration.settings.site)
    refuse_mixed(store, mode)
    channels = _channels_of(configuration, outbox)
    patience = Patience(timers, lanes=SideBySide(), clock=SystemClock().now) if outbox is None else Patience(timers)
    archive = archive_of(database)
    parts = Parts(
        database=database,
        archive=archive,
        store=store,
        detection=detection_of(configuration, known),
        relating=Relating(known.reference),
        made_with=known.digest,
        directory=directory,
        intake=Intake(store, directory, mode, timers),
        sender=Sender(store, channels, composer(configuration, known, store, archive), mode, patience),
        timers=timers,
        dead_letter_limit=configuration.settings.dead_letter_limit,
        operators=operators,
    )
    return Hub(parts)


def operators_of(configuration: Configuration, known: Knowledge, database: sa.Engine, outbox: Path | None) -> Operators:
    """What tells the operators, by the channels of `hub_of`; for what is followed, never for a play."""
    lanes = SideBySide() if outbox is None else InTurn()
    surroundings = surroundings_of(configuration, known.reference)
    channels = _channels_of(configuration, outbox)
    return Operators(database, channels, surroundings, configuration.settings.timers, lanes)


def _channels_of(configuration: Configuration, outbox: Path | None) -> Mapping[str, Channel]:
    """Every channel as an outbox, or those of the configuration. Raises BadSettings where it cannot be written."""
    if outbox is not None:
        if problem := unwritable(outbox):
            raise BadSettings(f"outbox: {problem}; no message could be kept there")
        return exercise_channels(outbox)
    return actual_channels(configuration.channels, configuration.directory, configuration.mode)


def archive_of(database: sa.Engine) -> Archive:
    """The archive; what it reads waits for no writer."""
    return Archive(database.execution_options(reading=True))


def detection_of(configuration: Configuration, known: Knowledge) -> Engine:
    """The detection engine with the configuration's thresholds, reference data and participants."""
    codes = tuple(participant.iso3 for participant in configuration.directory.participants)
    return Engine(known.thresholds, known.reference, codes)


def composer(
    configuration: Configuration, known: Knowledge, store: Store, archive: Archive
) -> Callable[[AlertState, Delivery], Message]:
    """What words a delivery for the configuration's participants, with the curve where its channel shows pictures."""
    surroundings = surroundings_of(configuration, known.reference)
    pictured = {kind.name for kind in CHANNELS if kind.pictured}
    multilingual = {kind.name for kind in CHANNELS if kind.multilingual}

    def composed(state: AlertState, delivery: Delivery) -> Message:
        is_pictured = delivery.channel in pictured
        curve = curve_of(archive, known.reference, state, delivery.due_at) if is_pictured else None
        with store.looking() as connection:
            holds = store.board(connection).holds(state, delivery.due_at, configuration.settings.timers.explains_s)
            also = _named(store, connection, delivery.also)
        return compose(state, delivery, surroundings, also, curve, holds.of, delivery.channel in multilingual)

    return composed


def _named(store: Store, connection: sa.Connection, alert_ids: Sequence[str]) -> list[AlertState]:
    """The alerts that stand in one message, as they are now; one that was merged is told as the other."""
    found = store.states(connection, alert_ids)
    return [store.state(connection, each.merged_into) if each.merged_into else each for each in found]


def surroundings_of(configuration: Configuration, reference: Reference) -> Surroundings:
    """What messages quote besides the alert."""
    return Surroundings(
        directory=configuration.directory,
        reference=reference,
        wording=packaged_wording(),
        runbook_base=configuration.settings.runbook_base,
        record=record_of(configuration),
    )


def record_of(configuration: Configuration) -> TrackRecord | None:
    """What the configuration's thresholds did on recorded history; None where they have stood no backtest."""
    chosen = configuration.settings.thresholds
    content, _ = thresholds_bytes(configuration.path(chosen) if chosen else None)
    found = standing_of(configuration, digest(content))
    return found.record if found is not None else None


def _overlay(configuration: Configuration, directory: str) -> dict[str, bytes]:
    """The files of one directory of reference rows."""
    path = configuration.path(directory)
    try:
        files = {file.name: file.read_bytes() for file in sorted(path.iterdir()) if file.suffix == ".csv"}
    except OSError as problem:
        raise BadReference(
            f"{configuration.name}: reference: {str(path)!r} cannot be read ({problem.strerror}); name a directory "
            "with files called like those of streams/reference/data"
        ) from None
    if not files:
        raise BadReference(f"{configuration.name}: reference: {str(path)!r} holds no .csv file")
    return files
