"""Canary observation → detection → **an inbox of its own** on each side, by every channel, every so many minutes.

What it sends is a Test message in words of its own (CAP status Test, watermark throughout), to a person with the role
canary, who is rung for nothing else. It opens no alert, writes no fact, and no row of it reaches the archive.

Arrival is what the other end says: the relay took the letter (250), Slack gave the message its ts, PagerDuty accepted
the event (202), the outbox holds the file with the bytes that were rendered. CAP files have no inbox and no canary.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from alerts.channels.base import Channel, Message
from alerts.errors import SendFailure
from alerts.participants import Directory, Participant, Person, Role
from alerts.render import compose
from alerts.rendering.surroundings import Surroundings
from services.clock import Clock
from services.dispatcher.attempting import attempt
from services.dispatcher.lanes import InTurn, Lane, Lanes
from services.trial_message import folded, test_delivery
from streams.assessments import Assessment
from streams.canary import canary_batch
from streams.codec import identity
from streams.engine import Engine, GroupState

LATEST_S: Final = 3_600  # what waited longer for a broker proves nothing any more
LOST: Final = "the file in the outbox is not what was rendered"


class Inbox(msgspec.Struct, frozen=True, kw_only=True):
    """Where the canary of one side arrives by one channel. `participant` posts into the canary's own Slack place."""

    participant: Participant
    person: Person
    channel: str


class Flight(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one canary by one channel; `problem` is empty when it arrived."""

    participant: str
    channel: str
    at: int
    seconds: int
    problem: str = ""


def inboxes(directory: Directory) -> tuple[Inbox, ...]:
    """Every inbox: of each person with the role, by each channel for which there is an address."""
    return tuple(
        Inbox(participant=msgspec.structs.replace(side, slack_channel=person.slack_id), person=person, channel=channel)
        for side in directory.participants
        for person in side.people
        if Role.CANARY in person.roles
        for channel in _channels(person)
    )


def _channels(person: Person) -> Iterator[str]:
    addresses = {"email": person.email, "slack": person.slack_id, "pagerduty": person.pagerduty_key_file}
    return (channel for channel, address in addresses.items() if address)


class Landing:
    """Takes what detection made of a canary, and sends it to every inbox."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        surroundings: Surroundings,
        clock: Clock,
        tell: Callable[[Flight], None],
        outbox: Path | None = None,
        lanes: Lanes | None = None,
    ) -> None:
        self._channels, self._surroundings, self._clock, self._tell = channels, surroundings, clock, tell
        self._outbox = outbox
        self._lanes: Lanes = lanes or InTurn()
        self._inboxes = inboxes(surroundings.directory)
        self._files: dict[Lane, Path] = {}  # the newest of each inbox of an outbox: older ones are taken away

    def take(self, assessment: Assessment) -> None:
        """Send one canary to every inbox whose last one is not still on its way; one that comes too late is none."""
        if self._clock.now() - assessment.as_of > LATEST_S:
            return
        busy = self._lanes.busy()
        jobs = {}
        for inbox in self._inboxes:
            lane = (inbox.participant.iso3, inbox.channel)
            if lane in busy:
                self._fly(inbox, assessment.as_of, "the one before is still on its way")
            else:
                jobs[lane] = partial(self._land, inbox, assessment)
        self._lanes.run(jobs)

    def close(self) -> None:
        """Wait for what is on its way."""
        self._lanes.close()

    def _land(self, inbox: Inbox, assessment: Assessment) -> None:
        at, side = assessment.as_of, inbox.participant
        state = folded(assessment, f"canary-{identity('canary', at, side.iso3)}", assessment.opened_on, at)
        delivery = test_delivery(state, side, inbox.person, inbox.channel, at)

        def write() -> Message:
            return msgspec.structs.replace(compose(state, delivery, self._surroundings), participant=side)

        try:
            receipt = attempt(self._channels, inbox.channel, write)
            problem = self._kept(inbox, receipt.reference, self._channels[inbox.channel].rendering(write()).content)
        except (SendFailure, OSError) as failure:
            problem = str(failure)
        self._fly(inbox, at, problem)

    def _kept(self, inbox: Inbox, reference: str, content: bytes) -> str:
        """Whether the file of an outbox is there; the one before is taken away."""
        if self._outbox is None:
            return ""
        path = self._outbox / reference
        if not path.is_file() or path.read_bytes() != content:
            return LOST
        lane = (inbox.participant.iso3, inbox.channel)
        before = self._files.get(lane)
        if before is not None and before != path:
            before.unlink(missing_ok=True)
        self._files[lane] = path
        return ""

    def _fly(self, inbox: Inbox, at: int, problem: str) -> None:
        seconds = max(0, self._clock.now() - at)
        flight = Flight(
            participant=inbox.participant.iso3, channel=inbox.channel, at=at, seconds=seconds, problem=problem
        )
        self._tell(flight)


class Canary:
    """A duty of the embedded harness: through a detection state of its own, then to the inboxes."""

    def __init__(self, engine: Engine, landing: Landing, every_s: int) -> None:
        self._engine, self._landing, self._every_s = engine, landing, every_s
        self._flown_at: int | None = None

    def __call__(self, now: int) -> None:
        """Let one fly, when it is time."""
        if self._flown_at is not None and 0 <= now - self._flown_at < self._every_s:
            return
        self._flown_at = now
        for assessment in found(self._engine, now):
            self._landing.take(assessment)


def found(engine: Engine, now: int) -> Sequence[Assessment]:
    """What detection makes of a canary in a state that nobody else has."""
    return engine.apply(GroupState(), canary_batch(now)).assessments
