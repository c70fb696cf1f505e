"""What `twinbell check` tries, one after another, so that going live does not end at the first alert."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import sqlalchemy as sa

from alerts import draw
from alerts.deliveries import Mode
from alerts.errors import AlertsError, NotDrawn
from alerts.participants import Participant, Role
from alerts.plots import Legend, Plot, Point, Tick
from alerts.rendering.wording import packaged as packaged_wording
from services.addresses import shown_store
from services.alarms import token_of
from services.database import is_current
from services.errors import ServicesError
from services.routes import trials
from services.settings import Configuration
from services.sources import feeds_of
from services.standing import require, standing_of
from services.wiring import open_store, outbox_of, reference_of, thresholds_of, unwritable
from streams.errors import StreamsError
from streams.reference import Reference
from streams.topics import Client


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing tried: what it says when it works, and what to mend when it does not."""

    what: str
    says: str = ""
    to_mend: str = ""


def findings(configuration: Configuration, url: str, now: int) -> Iterator[Finding]:
    """Everything that can be tried without writing to anybody; the configuration's own relations hold already."""
    yield Finding(what="configuration", says=f"{configuration.name}, mode {configuration.mode}")
    yield _thresholds(configuration)
    try:
        reference = reference_of(configuration)
    except StreamsError as problem:
        yield Finding(what="reference data", to_mend=str(problem))
        return
    yield Finding(what="reference data", says=f"{len(reference.minerals)} minerals, sha256 {reference.digest[:16]}")
    for participant in configuration.directory.participants:
        yield from _participant(participant, reference)
    yield from _feeds(configuration, reference, now)
    yield from _channels(configuration)
    yield _pictures()
    yield _store(url)
    yield from _broker(configuration)
    yield from _operators(configuration)
    if configuration.mode is Mode.EXERCISE:
        yield _writable("outbox", outbox_of(configuration, url))


def _thresholds(configuration: Configuration) -> Finding:
    """Whether the thresholds can be read, and whether they have stood a backtest."""
    try:
        digest = thresholds_of(configuration).digest
        require(configuration)
    except (StreamsError, ServicesError) as problem:
        return Finding(what="thresholds", to_mend=str(problem))
    known = standing_of(configuration, digest)
    stood = f", stood a backtest of {known.since} to {known.until}" if known else ", no backtest report"
    return Finding(what="thresholds", says=f"sha256 {digest[:16]}{stood}")


def _participant(participant: Participant, reference: Reference) -> Iterator[Finding]:
    """A side's people, its languages, and whether the reference data knows anything of it."""
    what = f"participant {participant.iso3}"
    written = packaged_wording().catalogues
    usable = [language for language in participant.languages if language in written]
    if not usable:
        yield Finding(
            what=what,
            to_mend=f"there are no templates in {', '.join(participant.languages)}: add one of "
            f"{', '.join(sorted(written))} to languages, messages fall back to it",
        )
        return
    missing = [language for language in participant.languages if language not in written]
    falls = f", {', '.join(missing)} falls back to {usable[0]}" if missing else ""
    rows = sum(
        1 for figures in reference.reliance.values() for row in figures if row.participant_iso3 == participant.iso3
    )
    yield Finding(what=what, says=f"{len(participant.people)} people, {rows} rows of reliance{falls}")
    if not rows:
        yield Finding(
            what=f"{what}, reliance",
            to_mend="the reference data has no row of reliance.csv for this side, so that its impact stays unknown: "
            "put rows into a directory and name that in `reference`",
        )


def _feeds(configuration: Configuration, reference: Reference, now: int) -> Iterator[Finding]:
    try:
        feeds = feeds_of(configuration, reference, lambda: now)
    except ServicesError as problem:
        yield Finding(what="feeds", to_mend=str(problem))
        return
    for (feed, every_s), entry in zip(feeds, configuration.settings.feeds, strict=True):
        what = f"feed {feed.name}"
        directory = configuration.path(entry.directory)
        if not directory.is_dir():
            yield Finding(what=what, to_mend=f"there is no directory {directory}: make it, or mend `directory`")
            continue
        tasks, notes = feed.tasks("")
        files = sum(len(task.files) for task in tasks)
        says = f"every {every_s} s from {directory}: {files} files to read"
        yield Finding(what=what, says="; ".join((says, *notes)))


def _channels(configuration: Configuration) -> Iterator[Finding]:
    """The channels that are set up, tried without sending anything."""
    try:
        tried = trials(configuration.channels, configuration.directory)
    except AlertsError as problem:
        exercise = configuration.mode is Mode.EXERCISE
        yield Finding(
            what="channels",
            says=f"not needed in an exercise, but for an actual run: {problem}" if exercise else "",
            to_mend="" if exercise else str(problem),
        )
        return
    for trial in tried:
        works = "" if trial.problem else "works"
        yield Finding(what=f"channel {trial.channel}", says=works, to_mend=trial.problem)
    if not tried:
        yield Finding(what="channels", says="none is set up: an exercise needs none")


def _pictures() -> Finding:
    """Whether pictures can be drawn here; messages go out without them otherwise."""
    sample = Plot(
        language="ja",
        title="価格",
        axis="",
        watermark="",
        points=(Point(0.0, 1.0, False), Point(1.0, 2.0, False)),
        marked=(),
        quoted=False,
        ranges=(),
        rings=(),
        dates=(),
        times=(),
        levels=(Tick(0.0, "0"), Tick(2.0, "2")),
        since=0.0,
        until=1.0,
        legend=Legend(band="", expected="", raises="", rang="", provisional=""),
        notes=(),
        alt="",
    )
    try:
        size = len(draw.png(sample))
    except NotDrawn as problem:
        return Finding(what="pictures", to_mend=f"{problem}; `make install` sets them up anew")
    return Finding(what="pictures", says=f"can be drawn ({size:,} bytes)")


def _store(url: str) -> Finding:
    """Whether the store can be opened; it is not made."""
    path = Path(sa.make_url(url).database or "")
    if url.startswith("sqlite") and not path.is_file():
        return _writable(f"store {shown_store(url)}", path.parent)
    try:
        database = open_store(url, create=False)
    except ServicesError as problem:
        return Finding(what=f"store {shown_store(url)}", to_mend=str(problem))
    except sa.exc.DatabaseError as problem:
        return Finding(what=f"store {shown_store(url)}", to_mend=f"it cannot be used: {str(problem.orig).strip()}")
    try:
        return Finding(what=f"store {shown_store(url)}", says="of this version" if is_current(database) else "")
    finally:
        database.dispose()


def _broker(configuration: Configuration) -> Iterator[Finding]:
    """Whether the broker answers and has the topics as they should be; nothing where none is named."""
    if not configuration.broker.bootstrap:
        return
    from services.topic_admin import check_topics  # kafka is loaded only where it is used

    what = f"broker {configuration.broker.bootstrap}"
    try:
        states = check_topics(configuration.broker.of(Client.OPERATOR))
    except ServicesError as problem:
        yield Finding(what=what, to_mend=str(problem))
        return
    wrong = [Finding(what=f"topic {state.name}", to_mend=state.problem) for state in states if state.problem]
    yield from wrong or [Finding(what=what, says=f"{len(states)} topics as they should be")]


def _operators(configuration: Configuration) -> Iterator[Finding]:
    """Whether there is who is told about Twinbell itself; whether Alertmanager, where it calls back, is let in."""
    sides = configuration.directory.participants
    told = [person.person_id for side in sides for person in side.people if Role.OPERATOR in person.roles]
    nobody = (
        "nobody has the role operator: a source that stands still and the alerts about Twinbell reach nobody; give it "
        "to a person of each side"
    )
    yield Finding(what="operators", says=", ".join(told), to_mend="" if told else nobody)
    try:
        if token_of(configuration) is not None:
            yield Finding(what="alertmanager", says="its token can be read")
    except ServicesError as problem:
        yield Finding(what="alertmanager", to_mend=str(problem))


def _writable(what: str, directory: Path) -> Finding:
    """Whether this user could make files in a directory, or make the directory."""
    problem = unwritable(directory)
    return Finding(what=what, to_mend=problem) if problem else Finding(what=what, says=f"{directory} can be written")
