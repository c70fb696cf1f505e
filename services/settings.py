"""The one typed list of settings: what a configuration file may say, read, and checked before anything runs.

The file is TOML. Unknown names are refused, relations between values are checked with a message that names them, and
every secret stands in a file of its own. Paths are relative to the configuration file.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from alerts.deliveries import Mode
from alerts.participants import Directory, Participant
from alerts.timers import Timers
from services.broker_settings import BrokerSettings
from services.errors import BadSettings
from services.routes import ChannelSettings
from services.source_settings import FetchingSettings, SourceSettings
from streams.codec import digest
from streams.topics import Client

_T = TypeVar("_T")
_DURATION = re.compile(r"(\d{1,6})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}

_Text = Annotated[str, Meta(max_length=1_000)]
_Path = Annotated[str, Meta(max_length=4_000)]
_SQLITE = "sqlite:///"
_CHANNEL_PATHS = ("slack_token_file", "smtp_password_file", "smtp_ca_file", "pagerduty_ca_file", "cap_directory")
_BROKER_PATHS = ("password_file", "ca_file", "certificate_file", "key_file")
_Duration = Annotated[str, Meta(pattern=r"^\d{1,6}[smhd]$")]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every table of the file: a name that is not listed is refused."""


class FeedSettings(Section, frozen=True, kw_only=True):
    """`[[feeds]]`: one directory that is read again and again by one manifest."""

    manifest: Annotated[_Path, Meta(description="The manifest that says how to read the files of `directory`.")]
    directory: Annotated[_Path, Meta(description="Where new files are dropped; new rows ring.")]
    every: Annotated[_Duration, Meta(description="Time between two readings: 30s, 15m, 1h, 1d.")] = "15m"


class LogSettings(Section, frozen=True, kw_only=True):
    """`[log]`: one JSON object on a line."""

    level: Annotated[Literal["debug", "info", "warning", "error"], Meta(description="The least that is written.")] = (
        "info"
    )
    file: Annotated[_Path, Meta(description="Empty: twinbell.log beside the store.")] = ""


class CanarySettings(Section, frozen=True, kw_only=True):
    """`[canary]`: a made-up observation that goes the whole way, to people with the role canary."""

    every: Annotated[
        str,
        Meta(
            pattern=r"^(\d{1,6}[smhd])?$",
            description="Time between two; empty: none. Each side then needs a person with the role canary.",
        ),
    ] = ""


class AlertmanagerSettings(Section, frozen=True, kw_only=True):
    """`[alertmanager]`: who may post alerts about Twinbell to it, on the address of `metrics`."""

    token_file: Annotated[
        _Path, Meta(description="File that holds the bearer token alone; empty: nothing is taken.")
    ] = ""


class Settings(Section, frozen=True, kw_only=True):
    """The file."""

    mode: Annotated[
        Literal["exercise", "actual"],
        Meta(description="`exercise`: the outbox only, watermarked. `actual`: the channels below."),
    ]
    participants: Annotated[
        tuple[Participant, ...], Meta(min_length=1, description="The governments that are rung, each with its people.")
    ]
    site: Annotated[
        str, Meta(pattern=r"^[a-z0-9-]{1,40}$", description="Name of this hub: author of its facts, `system@SITE`.")
    ] = "hub"
    store: Annotated[
        _Text,
        Meta(description="Where the record is kept; `?password_file=FILE` at its end keeps the password out of it."),
    ] = ""
    outbox: Annotated[
        _Path, Meta(description="Where an exercise puts what would have been sent; empty: a folder beside the store.")
    ] = ""
    thresholds: Annotated[_Path, Meta(description="A thresholds file of one's own; empty: the shipped one.")] = ""
    reference: Annotated[
        tuple[_Path, ...],
        Meta(description="Directories with rows of reference data that are added to the shipped ones, in this order."),
    ] = ()
    runbook_base: Annotated[
        _Text, Meta(description="Address under which the runbook pages are served; printed in each message.")
    ] = ""
    dead_letter_limit: Annotated[
        int, Meta(ge=1, description="Unusable rows in one reading at which the run stops: then the manifest is wrong.")
    ] = 10_000
    metrics: Annotated[_Text, Meta(description="HOST:PORT for Prometheus; empty: none.")] = ""
    feeds: Annotated[tuple[FeedSettings, ...], Meta(description="What is read while Twinbell runs.")] = ()
    sources: Annotated[
        tuple[SourceSettings, ...], Meta(description="Public sources that are read while Twinbell runs.")
    ] = ()
    fetching: Annotated[FetchingSettings, Meta(description="How sources are asked; who hears that all is quiet.")] = (
        FetchingSettings()
    )
    channels: Annotated[ChannelSettings, Meta(description="How the channels of an actual run are reached.")] = (
        ChannelSettings()
    )
    timers: Annotated[Timers, Meta(description="How patient the bell is: grouping, throttles, repeats, retries.")] = (
        Timers()
    )
    broker: Annotated[BrokerSettings, Meta(description="Kafka, for the distributed harness; a desk needs none.")] = (
        BrokerSettings()
    )
    canary: Annotated[CanarySettings, Meta(description="The canary: whether the way to the inboxes works.")] = (
        CanarySettings()
    )
    alertmanager: Annotated[
        AlertmanagerSettings, Meta(description="Alerts about Twinbell that Alertmanager posts, for the operators.")
    ] = AlertmanagerSettings()
    log: Annotated[LogSettings, Meta(description="What is written for operators.")] = LogSettings()


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """A file as read: its settings, where it lies (paths are relative to it), and its hash."""

    settings: Settings
    name: str  # how messages call it
    base: Path
    sha256: str

    @property
    def mode(self) -> Mode:
        """Exercise or actual."""
        return Mode(self.settings.mode)

    @property
    def directory(self) -> Directory:
        """The participants in the order of the file, with the paths of their secrets made absolute."""
        return Directory(participants=tuple(self._participant(each) for each in self.settings.participants))

    @property
    def channels(self) -> ChannelSettings:
        """How the actual channels are reached, with absolute paths."""
        given = self.settings.channels
        paths = {name: self._absolute(getattr(given, name)) for name in _CHANNEL_PATHS}
        return msgspec.structs.replace(given, **paths)

    @property
    def broker(self) -> BrokerSettings:
        """How the broker is reached, with absolute paths."""
        given = self.settings.broker
        paths = {name: self._absolute(getattr(given, name)) for name in _BROKER_PATHS}
        return msgspec.structs.replace(given, **paths)

    def at_broker(self, process: Client) -> "Configuration":
        """The same with the names and files with which this process reaches the broker."""
        settings = msgspec.structs.replace(self.settings, broker=self.settings.broker.of(process))
        return msgspec.structs.replace(self, settings=settings)

    @property
    def store(self) -> str:
        """Address of the store, a SQLite path made absolute; empty when the file names none."""
        url = self.settings.store
        if not url.startswith(_SQLITE):
            return url
        return _SQLITE + str(self.path(url.removeprefix(_SQLITE)).absolute())

    def path(self, relative: str) -> Path:
        """A path of the file as one that can be opened."""
        return self.base / Path(relative).expanduser()

    def _participant(self, given: Participant) -> Participant:
        people = tuple(
            msgspec.structs.replace(person, pagerduty_key_file=self._absolute(person.pagerduty_key_file))
            for person in given.people
        )
        return msgspec.structs.replace(given, people=people)

    def _absolute(self, relative: str) -> str:
        return str(self.path(relative)) if relative else ""


def read_configuration(content: bytes, name: str, base: Path) -> Configuration:
    """The settings of one file, decoded; relations are not yet checked (`services.configuration.load` does)."""
    try:
        settings = msgspec.toml.decode(content, type=Settings)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise BadSettings(
            f"{name}: {problem}; every setting stands in docs/manual/settings.md, and "
            "`twinbell init` writes a file with comments to start from"
        ) from None
    return Configuration(settings=settings, name=name, base=base, sha256=digest(content))


def seconds(duration: str) -> int:
    """Seconds of a duration such as 30s, 15m, 1h or 1d. ValueError when it is none, or zero."""
    match = _DURATION.fullmatch(duration)
    if match is None or int(match[1]) == 0:
        raise ValueError(f"{duration!r} is no duration: write a number above 0 and s, m, h or d, for instance 15m")
    return int(match[1]) * _SECONDS[match[2]]


def repeated(items: Iterable[_T]) -> list[_T]:
    """What stands more than once, in order."""
    seen: set[_T] = set()
    twice: list[_T] = []
    for item in items:
        if item in seen:
            twice.append(item)
        seen.add(item)
    return twice
