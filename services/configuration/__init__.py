"""Configurations: the shipped exercise, the file that `twinbell init` writes (the same), and the checks of any file.

Everything that a file may say wrongly is found here before anything runs, all of it at once.
"""

import datetime
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from alerts.channels import CHANNELS
from alerts.participants import Participant, Person, Role, Step
from services.configuration.canaries import canary_problems
from services.errors import BadSettings
from services.settings import Configuration, Settings, read_configuration, repeated, seconds
from services.source_settings import problems as source_problems
from streams.assessments import Level

SHIPPED = "exercise.toml"
MUST_RING = (Level.WATCH, Level.WARNING, Level.EMERGENCY)  # levels that need a policy on each side
MUST_WAKE = (Level.WARNING, Level.EMERGENCY)
_NEEDED = {"email": "smtp_host", "slack": "slack_token_file", "cap": "cap_directory"}  # pagerduty: a key each person
_ISO3 = re.compile(r"[A-Z]{3}")
_PERSON_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")
_SENDER = re.compile(r"[^\s,<>&]{3,200}")  # CAP 1.2: no spaces, commas, < or &
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_HOST_PORT = re.compile(r"(\[[0-9a-fA-F:]+\]|[^:\s]+):(\d{1,5})")


def shipped_text() -> str:
    """The commented file that `twinbell init` writes; as it stands it is the shipped exercise."""
    return files(__name__).joinpath(SHIPPED).read_text(encoding="utf-8")


def load(path: Path | None, start: Path) -> Configuration:
    """The checked configuration of a file, or the shipped exercise with paths relative to `start`.

    Raises BadSettings with everything that is wrong, one line each.
    """
    if path is None:
        configuration = read_configuration(shipped_text().encode(), "the shipped exercise", start)
    else:
        try:
            content = path.read_bytes()
        except OSError as problem:
            raise BadSettings(
                f"{path}: {problem.strerror}; `twinbell init {path.parent}` writes a configuration to start from"
            ) from None
        configuration = read_configuration(content, str(path), path.resolve().parent)
    problems = [f"{configuration.name}: {problem}" for problem in relations(configuration.settings)]
    if problems:
        raise BadSettings("\n".join(problems))
    return configuration


def relations(settings: Settings) -> Iterator[str]:
    """What cannot hold together, in words."""
    waking = {kind.name: kind.waking for kind in CHANNELS}
    yield from _feeds(settings)
    yield from source_problems(settings.sources, settings.fetching)
    if settings.metrics and not host_and_port(settings.metrics):
        yield f"metrics = {settings.metrics!r}: write HOST:PORT, for instance 127.0.0.1:9464"
    for channel in settings.timers.waking_channels:
        if not waking.get(channel, False):
            yield f"timers.waking_channels: {channel!r} wakes nobody; {_waking_names(waking)} does"
    for code in repeated(participant.iso3 for participant in settings.participants):
        yield f"participant {code} stands twice: keep one table"
    everybody = [person.person_id for participant in settings.participants for person in participant.people]
    for person_id in repeated(everybody):
        yield f"person_id {person_id!r} stands twice: a command says who by this name alone, so it must be unique"
    yield from canary_problems(settings)
    for participant in settings.participants:
        yield from _participant(participant, waking)
        if settings.mode == "actual":
            yield from _actual(settings, participant, waking)


def host_and_port(address: str) -> tuple[str, int] | None:
    """The parts of HOST:PORT, or None when it is something else."""
    match = _HOST_PORT.fullmatch(address)
    if match is None or not 0 < int(match[2]) <= 65_535:
        return None
    return match[1].strip("[]"), int(match[2])


def _feeds(settings: Settings) -> Iterator[str]:
    for number, feed in enumerate(settings.feeds, start=1):
        try:
            seconds(feed.every)
        except ValueError as problem:
            yield f"feeds, entry {number}: every: {problem}"
    places = ((feed.manifest, feed.directory) for feed in settings.feeds)
    for manifest, directory in repeated(places):
        yield f"feeds: manifest {manifest!r} reads {directory!r} twice: keep one entry"


def _participant(participant: Participant, waking: Mapping[str, bool]) -> Iterator[str]:
    where = f"participant {participant.iso3}"
    if not _ISO3.fullmatch(participant.iso3):
        yield f"{where}: iso3 is an ISO 3166-1 alpha-3 code of three capitals, for instance JPN"
    if not _SENDER.fullmatch(participant.sender):
        yield f"{where}: sender = {participant.sender!r} may hold no space, comma, <, > or & (CAP 1.2)"
    if not participant.languages:
        yield f"{where}: languages needs at least one entry"
    for language in participant.languages:
        if not _LANGUAGE.fullmatch(language):
            yield f"{where}: languages: {language!r} is no language tag such as en or ja"
    first, last = participant.duty_hours
    if not 0 <= first < last <= 24:
        yield f"{where}: duty_hours = [{first}, {last}]: write two hours of the day, the earlier first"
    yield from _zone(where, participant.time_zone)
    for person in participant.people:
        yield from _person(participant, person)
    yield from _operators(where, participant)
    if not any(Role.DUTY in person.roles for person in participant.people):
        yield f"{where}: nobody has the role duty, so nobody could answer"
    for level in MUST_RING:
        if level not in participant.policy:
            yield f"{where}: policy.{level} is missing: say who is rung, [participants.policy.{level}]"
    for level, policy in participant.policy.items():
        at = f"{where}, policy.{level}"
        if policy.repeat_minutes < 1 or policy.lapse_minutes < 1:
            yield f"{at}: repeat_minutes and lapse_minutes must be at least 1"
        yield from _steps(at, participant, policy.steps, waking)


def _person(participant: Participant, person: Person) -> Iterator[str]:
    where = f"person {person.person_id!r}"
    if not _PERSON_ID.fullmatch(person.person_id):
        yield f"{where}: person_id holds small letters, digits and hyphens"
    if person.language not in participant.languages:
        yield f"{where}: language {person.language!r} is not among the languages of {participant.iso3}"
    yield from _zone(where, person.time_zone)


def _operators(where: str, participant: Participant) -> Iterator[str]:
    """Whether those with the role operator can be told, and by channels that are theirs alone."""
    known = sorted({*_NEEDED, "pagerduty"} - {"slack"})
    for channel in participant.operator_channels:
        if channel == "slack":
            yield f"{where}: operator_channels: the channel of slack is the duty officers': name {', '.join(known)}"
        elif channel not in known:
            yield f"{where}: operator_channels: there is no {channel!r}; there are: {', '.join(known)}"
        for person in participant.people:
            if Role.OPERATOR in person.roles and (missing := _missing_address(participant, person, channel)):
                yield f"{where}: operator_channels: {channel} cannot reach {person.person_id!r}: {missing} is empty"


def _zone(where: str, name: str) -> Iterator[str]:
    try:
        ZoneInfo(name).utcoffset(datetime.datetime(2026, 1, 1))  # noqa: DTZ001 - a wall time, to try the zone
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield f"{where}: time_zone = {name!r} is no IANA zone, for instance Asia/Tokyo"


def _steps(at: str, participant: Participant, steps: tuple[Step, ...], waking: Mapping[str, bool]) -> Iterator[str]:
    if not steps or steps[0].after_minutes != 0:
        yield f"{at}: the first step must have after_minutes = 0, so that somebody is rung at once"
    if [step.after_minutes for step in steps] != sorted(step.after_minutes for step in steps):
        yield f"{at}: steps must stand in order of after_minutes"
    people = {person.person_id: person for person in participant.people}
    for number, step in enumerate(steps, start=1):
        if not step.people or not step.channels:
            yield f"{at}, step {number}: people and channels need at least one entry each"
        for channel in step.channels:
            if channel not in waking:
                yield f"{at}, step {number}: no channel is called {channel!r}; there are: {', '.join(sorted(waking))}"
        for person_id in step.people:
            if person_id not in people:
                yield f"{at}, step {number}: {person_id!r} is nobody of {participant.iso3}: add a person or mend the id"
                continue
            for channel in step.channels:
                missing = _missing_address(participant, people[person_id], channel)
                if missing:
                    yield f"{at}, step {number}: {channel} cannot reach {person_id!r}: {missing} is empty"


def _missing_address(participant: Participant, person: Person, channel: str) -> str:
    """The empty setting without which this channel cannot reach this person; empty when it can."""
    if channel == "email" and not person.email:
        return "email of the person"
    if channel == "pagerduty" and not person.pagerduty_key_file:
        return "pagerduty_key_file of the person"
    if channel == "slack" and not participant.slack_channel:
        return f"slack_channel of {participant.iso3}"
    return ""


def _actual(settings: Settings, participant: Participant, waking: Mapping[str, bool]) -> Iterator[str]:
    """What an actual run needs beyond an exercise: a waking channel on each side, and every channel set up."""
    for level in MUST_WAKE:
        policy = participant.policy.get(level)
        used = {channel for step in policy.steps for channel in step.channels} if policy else set()
        if not any(waking.get(channel, False) for channel in used):
            yield (
                f'participant {participant.iso3}, policy.{level}: mode = "actual" needs a step with a channel that '
                f"wakes ({_waking_names(waking)}); {', '.join(sorted(used)) or 'nothing'} only informs"
            )
    channels = {channel for policy in participant.policy.values() for step in policy.steps for channel in step.channels}
    if any(Role.OPERATOR in person.roles for person in participant.people):
        channels.update(participant.operator_channels)
    for channel in sorted(channels):
        setting = _NEEDED.get(channel, "")
        if setting and not getattr(settings.channels, setting):
            yield (
                f'participant {participant.iso3} is rung by {channel}, but mode = "actual" and {setting} of [channels] '
                "is missing: add it, or take the channel out of the steps"
            )


def _waking_names(waking: Mapping[str, bool]) -> str:
    return ", ".join(sorted(name for name, wakes in waking.items() if wakes))
