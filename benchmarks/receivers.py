"""A local receiver for the storm: takes what the actual channels send to Slack and PagerDuty, and notes when.

It speaks just enough of both APIs to be sent to by the real channels over real sockets; the rules of the providers are
the business of tests/fakes, not of a stop-watch.
"""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from alerts.participants import Directory, Participant, Person
from services.routes import ChannelSettings

_KEY = "0" * 32


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
    """`with Receiver(directory, secrets) as receiver`: then `receiver.settings` and `receiver.directory` reach it."""

    def __init__(self, directory: Directory, secrets: Path) -> None:
        self.arrivals: list[Arrival] = []
        self.directory = _reachable(directory, secrets)
        self._sides = dict(_addresses(self.directory))
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._token = secrets / "slack-token"
        self._token.write_text("xoxb-local")

    @property
    def settings(self) -> ChannelSettings:
        """Slack and PagerDuty, both on this machine."""
        base = f"http://127.0.0.1:{self._server.server_port}"
        return ChannelSettings(
            slack_token_file=str(self._token), slack_api_base=f"{base}/api/", pagerduty_endpoint=f"{base}/v2/enqueue"
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _take(self, path: str, body: bytes) -> bytes:
        at = time.perf_counter()
        if path.endswith("/enqueue"):
            event = msgspec.json.decode(body, type=_PagerDutyEvent)
            details, side = event.payload.custom_details, self._sides[event.payload.source]
            arrival = Arrival(at, "pagerduty", side, (details.alert_id, *details.also))
            answer: dict[str, object] = {"status": "success"}
            if event.event_action != "trigger":  # an incident that is tidied away is no message
                return json.dumps(answer).encode()
        else:
            call = msgspec.json.decode(body, type=_SlackCall)
            arrival = Arrival(at, "slack", self._sides[call.channel], (call.metadata.event_payload.alert_id,))
            answer = {"ok": True, "channel": call.channel, "ts": f"{len(self.arrivals)}.000001"}
        with self._lock:
            self.arrivals.append(arrival)
        return json.dumps(answer).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        take = self._take

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                answer = take(self.path, self.rfile.read(int(self.headers["content-length"])))
                self.send_response(202 if self.path.endswith("/enqueue") else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:
                """The table is printed at the end."""

        return Handler


def _reachable(directory: Directory, secrets: Path) -> Directory:
    """The same people, each with a Slack id and a PagerDuty key, each side with a Slack channel of its own."""
    key = secrets / "pagerduty-key"
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
