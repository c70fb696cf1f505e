"""Delivery → PagerDuty Events v2: the channel that wakes a person.

Format: developer.pagerduty.com, "Send an Alert Event" (POST /v2/enqueue; summary at most 1,024 characters, dedup_key
255, event 512 KB; 202 is taken, not delivered). An acknowledged incident rings for no further event with its dedup_key,
so a ring that must be heard opens an incident of its own; the one before it is resolved, so that one stays open. When
the side has answered, that one is acknowledged: PagerDuty's own escalation ends with Twinbell's.
"""

import re
import ssl
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import ClassVar, Literal

import httpx
import msgspec

from alerts.channels.base import Content, Facts, Message, Receipt, Rendering
from alerts.channels.credentials import Secret
from alerts.channels.statuses import failure_of
from alerts.channels.text import CUT, cleaned, cut, one_line, utf8_bytes
from alerts.deliveries import Purpose
from alerts.errors import PermanentFailure, SendFailure, TemporaryFailure
from alerts.reasons import Reason

SEVERITY: Mapping[str, Literal["critical", "error", "warning", "info"]] = {
    "emergency": "critical",
    "warning": "error",
    "watch": "warning",
}
Action = Literal["trigger", "acknowledge", "resolve"]
SUMMARY_LIMIT = 1024
KEY_LIMIT = 255
EVENT_LIMIT = 512 * 1024
_FIELD_LIMIT = 1000  # bytes; with the counts below an event stays far under its limit
_MAX_LINES = 20
_MAX_PARAMETERS = 100
_MAX_ALSO = 12_000  # ids of 20 characters: half of what an event may hold
_KEY = re.compile(r"[A-Za-z0-9]{32}")
_ENDS = frozenset({Purpose.RESOLVE, Purpose.CLOSE})


class PagerDutySettings(msgspec.Struct, frozen=True, kw_only=True):
    """`keys`: the integration key of each person who has one, by person id."""

    keys: Mapping[str, Secret]
    endpoint: str = "https://events.pagerduty.com/v2/enqueue"
    timeout_s: float = 10.0
    proxy: str = ""
    ca_file: str = ""


class Link(msgspec.Struct, frozen=True):
    """A link shown with the incident."""

    href: str
    text: str


class Details(msgspec.Struct, frozen=True, kw_only=True):
    """What the responder reads under the summary."""

    watermark: str
    asked: str
    lines: tuple[str, ...]
    alert_id: str
    also: tuple[str, ...]
    revision: int
    delivery_id: str
    mode: str
    tlp: str
    parameters: dict[str, str]


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """The event itself."""

    summary: str
    source: str
    severity: Literal["critical", "error", "warning", "info"]
    timestamp: str
    component: str
    group: str
    event_class: str = msgspec.field(name="class")
    custom_details: Details


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request. The routing key, a secret, is put in as it leaves."""

    routing_key: str = ""
    event_action: Action
    dedup_key: str
    payload: Payload
    links: tuple[Link, ...] = ()
    client: str = ""


class PagerDuty:
    """Triggers an incident at the person's own integration."""

    name: ClassVar[str] = "pagerduty"
    waking: ClassVar[bool] = True
    pictured: ClassVar[bool] = False
    multilingual: ClassVar[bool] = False

    def __init__(self, settings: PagerDutySettings) -> None:
        self._settings = settings
        self._verify = ssl.create_default_context(cafile=settings.ca_file or None)

    def send(self, message: Message) -> Receipt:
        """Raises TemporaryFailure or PermanentFailure; the receipt is the dedup_key that rang or was changed."""
        key = self._settings.keys.get(message.person.person_id)
        if not key:
            raise PermanentFailure(
                Reason.UNKNOWN_RECIPIENT, f"no integration key for {message.person.person_id}: set pagerduty_key_file"
            )
        first, *others = events(message)
        self._enqueue(first, key)
        for event in others:
            if message.delivery.purpose in _ENDS:
                self._enqueue(event, key)
            else:
                # The bell has rung: what stays open is resolved at the end, and is no reason to ring again.
                with suppress(SendFailure):
                    self._enqueue(event, key)
        return Receipt(reference=first.dedup_key)

    @staticmethod
    def rendering(message: Message) -> Rendering:
        """The events in order, as JSON, without the routing key."""
        content = msgspec.json.format(msgspec.json.encode(events(message)), indent=2)
        return Rendering(suffix=".json", content=content + b"\n")

    def probe(self) -> None:
        """See whether the endpoint answers and the keys look like keys; only an incident would prove more."""
        for person, key in self._settings.keys.items():
            if not _KEY.fullmatch(key.reveal()):
                detail = f"the integration key of {person} is not 32 letters and digits: copy it from Events API v2"
                raise PermanentFailure(Reason.BAD_CREDENTIALS, detail)
        self._ask("HEAD", b"")

    def _enqueue(self, event: Event, key: Secret) -> None:
        body = msgspec.json.encode(msgspec.structs.replace(event, routing_key=key.reveal()))
        answer = self._ask("POST", body)
        if answer.is_success:
            return
        if answer.status_code == httpx.codes.BAD_REQUEST and b"routing" in answer.content[:2000].lower():
            raise PermanentFailure(Reason.BAD_CREDENTIALS, "HTTP 400: the integration key is not known")
        raise failure_of(answer.status_code, answer.headers.get("retry-after"))

    def _ask(self, method: str, body: bytes) -> httpx.Response:
        settings = self._settings
        try:
            with httpx.Client(
                timeout=settings.timeout_s, verify=self._verify, proxy=settings.proxy or None, trust_env=False
            ) as client:
                return client.request(
                    method, settings.endpoint, content=body, headers={"content-type": "application/json"}
                )
        except httpx.TimeoutException:
            raise TemporaryFailure(Reason.TIMED_OUT, "no answer in time") from None
        except httpx.HTTPError as error:
            raise TemporaryFailure(Reason.UNREACHABLE, type(error).__name__) from None


def events(message: Message) -> tuple[Event, ...]:
    """The requests that `message` takes, the one that matters first."""
    content = cleaned(message.contents[0])
    delivery, thread = message.delivery, message.thread
    own = cut(f"{delivery.alert_id}-{delivery.participant}-{delivery.delivery_id}", KEY_LIMIT)
    open_keys = tuple(dict.fromkeys(key for key in (*reversed(thread.previous), thread.root) if key))
    if delivery.purpose in _ENDS:
        return tuple(_event("resolve", key, message, content) for key in open_keys or (own,))
    moved = delivery.purpose is Purpose.PARTNER and delivery.reason == Reason.PARTNER_MOVED
    if delivery.purpose is Purpose.ANSWERED:
        return tuple(_event("acknowledge", key, message, content) for key in open_keys[:1] or (own,))
    if open_keys and (delivery.purpose is Purpose.UPDATE or moved):
        action: Action = "acknowledge" if message.facts.answered else "trigger"
        return (_event(action, open_keys[0], message, content),)
    tidied = (_event("resolve", key, message, content) for key in open_keys[:1] if key != own)
    return (_event("trigger", own, message, content), *tidied)


def _event(action: Action, key: str, message: Message, content: Content) -> Event:
    """PagerDuty reads the payload of a trigger only; the others carry it for whoever opens the file."""
    delivery, facts = message.delivery, message.facts
    summary = f"{content.watermark} {content.subject}".strip()
    payload = Payload(
        summary=cut(summary, SUMMARY_LIMIT),
        source=message.participant.sender,
        severity=SEVERITY.get(facts.level, "info"),
        timestamp=datetime.fromtimestamp(facts.sent_at, UTC).isoformat(),
        component=facts.hazard,
        group=delivery.alert_id,
        event_class=facts.hazard,
        custom_details=_details(message, content),
    )
    lines = [line for line in content.first_screen if line.address]
    links = tuple(Link(line.address, _field(line.text or line.label or line.address)) for line in lines[:_MAX_LINES])
    return Event(event_action=action, dedup_key=key, payload=payload, links=links, client="Twinbell")


def _details(message: Message, content: Content) -> Details:
    delivery, facts = message.delivery, message.facts
    lines = [f"{line.label}: {line.text}" if line.label else line.text for line in content.first_screen]
    return Details(
        watermark=_field(content.watermark),
        asked=_field(content.asked),
        lines=tuple(_field(line) for line in lines[:_MAX_LINES]),
        alert_id=delivery.alert_id,
        also=_also(delivery.also),
        revision=delivery.revision,
        delivery_id=delivery.delivery_id,
        mode=facts.mode,
        tlp=facts.tlp,
        parameters=_parameters(facts),
    )


def _also(alerts: tuple[str, ...]) -> tuple[str, ...]:
    """Every alert that the message stands for, and how many did not fit."""
    if len(alerts) <= _MAX_ALSO:
        return alerts
    return (*alerts[:_MAX_ALSO], f"{CUT.strip()} +{len(alerts) - _MAX_ALSO}")


def _parameters(facts: Facts) -> dict[str, str]:
    """The values of each name, in order, and how many names were left out."""
    values: dict[str, list[str]] = {}
    for parameter in facts.parameters:
        values.setdefault(_field(one_line(parameter.name)), []).append(one_line(parameter.value))
    shown = {name: _field(", ".join(found)) for name, found in list(values.items())[:_MAX_PARAMETERS]}
    if len(values) > len(shown):
        shown[CUT.strip()] = f"+{len(values) - len(shown)}"
    return shown


def _field(text: str) -> str:
    return cut(text, _FIELD_LIMIT, utf8_bytes)
