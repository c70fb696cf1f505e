"""Local receivers for the storm: they take what the actual channels send by Slack, PagerDuty and SMTP, and note when.

They speak just enough of each to be sent to by the real channels over real sockets; the rules of the providers are the
business of tests/fakes, not of a stop-watch. What a message names is read after the run.
"""

import email
import email.policy
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from aiosmtpd.smtp import SMTP, Envelope, Session
from lxml import etree

from alerts.participants import Directory, Participant, Person
from benchmarks.listener import Listener
from services.routes import ChannelSettings
from tests.fakes.relay import Relay, certificates

_KEY = "0" * 32
_INCIDENTS = "{urn:oasis:names:tc:emergency:cap:1.2}incidents"


class Arrival(msgspec.Struct, frozen=True):
    """One message: seconds of time.perf_counter, and the alerts that it names."""

    at: float
    channel: str
    side: str  # alpha-3
    alerts: tuple[str, ...]


class _PagerDutyDetails(msgspec.Struct):
    alert_id: str
    also: tuple[str, ...]


class _PagerDutyPayload(msgspec.Struct):
    source: str
    custom_details: _PagerDutyDetails


class _PagerDutyEvent(msgspec.Struct):
    payload: _PagerDutyPayload
    event_action: str


class _SlackMark(msgspec.Struct):
    alert_id: str


class _SlackMetadata(msgspec.Struct):
    event_payload: _SlackMark


class _SlackCall(msgspec.Struct):
    channel: str
    metadata: _SlackMetadata


class Receiver:
    """`with Receiver(directory, folder) as receiver`: then `receiver.settings` and `receiver.directory` reach it."""

    def __init__(self, directory: Directory, folder: Path) -> None:
        self.directory = _reachable(directory, folder)
        self._side_of = dict(_addresses(self.directory))
        self._posted: list[tuple[float, str, bytes]] = []
        self._listener = Listener(self._take)
        self._relay = _Relay(certificates(), size_limit=30_000_000)
        self._folder = folder

    @property
    def settings(self) -> ChannelSettings:
        """Slack, PagerDuty, mail and a folder for CAP, all on this machine."""
        token, authority = self._folder / "slack-token", self._folder / "authority.pem"
        token.write_text("xoxb-local")
        authority.write_bytes(self._relay.certificates.authority.cert_pem.bytes())
        return ChannelSettings(
            slack_token_file=str(token),
            slack_api_base=f"{self._listener.base}/api/",
            pagerduty_endpoint=f"{self._listener.base}/v2/enqueue",
            smtp_host="127.0.0.1",
            smtp_port=self._relay.port,
            smtp_from="bounces@example.org",
            smtp_ca_file=str(authority),
            cap_directory=str(self._folder / "cap"),
        )

    @property
    def taken(self) -> int:
        """How many requests and letters have arrived so far."""
        return len(self._posted) + len(self._relay.letters)

    def arrivals(self) -> list[Arrival]:
        """Every message so far, in the order of arrival."""
        posted = (found for each in self._posted for found in self._read(*each))
        letters = (
            Arrival(at, "email", self._side_of[letter.recipients[0]], _incidents(letter.content))
            for at, letter in zip(self._relay.times, self._relay.letters, strict=True)
        )
        return sorted([*posted, *letters], key=lambda arrival: arrival.at)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self._listener)
            stack.enter_context(self._relay)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _take(self, at: float, path: str, body: bytes) -> tuple[int, bytes]:
        self._posted.append((at, path, body))
        if path.endswith("/enqueue"):
            return 202, b'{"status": "success"}'
        call = msgspec.json.decode(body, type=_SlackCall)
        return 200, json.dumps({"ok": True, "channel": call.channel, "ts": f"{len(self._posted)}.000001"}).encode()

    def _read(self, at: float, path: str, body: bytes) -> Iterator[Arrival]:
        if path.endswith("/enqueue"):
            event = msgspec.json.decode(body, type=_PagerDutyEvent)
            details = event.payload.custom_details
            if event.event_action == "trigger":  # an incident that is tidied away is no message
                side = self._side_of[event.payload.source]
                yield Arrival(at, "pagerduty", side, (details.alert_id, *details.also))
        elif path.endswith("/chat.postMessage"):  # an edit in place is none either
            call = msgspec.json.decode(body, type=_SlackCall)
            yield Arrival(at, "slack", self._side_of[call.channel], (call.metadata.event_payload.alert_id,))


class _Relay(Relay):
    """The relay of the tests, with a stop-watch."""

    @property
    def times(self) -> list[float]:
        """When each of `letters` was taken."""
        self.__dict__.setdefault("_times", [])
        found: list[float] = self.__dict__["_times"]
        return found

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The letter."""
        self.times.append(time.perf_counter())
        return await super().handle_DATA(server, session, envelope)


def _incidents(letter: bytes) -> tuple[str, ...]:
    """The alerts that a letter names: those of the CAP file in it, which stand in its text too."""
    read = email.message_from_bytes(letter, policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    for part in read.iter_attachments():
        found = etree.fromstring(part.get_content()).findtext(_INCIDENTS)
        return tuple((found or "").split())
    return ()


def _reachable(directory: Directory, folder: Path) -> Directory:
    """The same people, each with a Slack id and a PagerDuty key, each side with a Slack channel of its own."""
    key = folder / "pagerduty-key"
    key.write_text(_KEY)
    replace = msgspec.structs.replace

    def person(one: Person) -> Person:
        return replace(one, slack_id=one.slack_id or "U00LOCAL", pagerduty_key_file=str(key))

    def side(one: Participant) -> Participant:
        return replace(one, people=tuple(map(person, one.people)), slack_channel=f"C{one.iso3}LOCAL")

    return replace(directory, participants=tuple(map(side, directory.participants)))


def _addresses(directory: Directory) -> Iterator[tuple[str, str]]:
    for side in directory.participants:
        yield side.slack_channel, side.iso3
        yield side.sender, side.iso3
        for person in side.people:
            yield person.email, side.iso3
