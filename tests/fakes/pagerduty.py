"""PagerDuty's Events API v2 as its documentation describes it (developer.pagerduty.com): keys, limits, incidents."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.loopback import Answer, Loopback, Request

ROUTING_KEY = "0123456789abcdef0123456789SECRET"
MAX_SUMMARY, MAX_DEDUP_KEY, MAX_EVENT = 1024, 255, 512 * 1024
SEVERITIES = {"critical", "error", "warning", "info"}


@dataclass
class FakePagerDuty(Loopback):
    """`incidents` by dedup_key with their state, `rings` the keys that woke somebody, in order."""

    incidents: dict[str, str] = field(default_factory=dict)
    rings: list[str] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    @property
    def endpoint(self) -> str:
        """What the setting is to hold."""
        return f"{self.base}/v2/enqueue"

    def answer(self, request: Request) -> Answer:
        """One event."""
        if request.method == "HEAD":
            return Answer(405)
        if len(request.body) > MAX_EVENT:
            return Answer(413)
        event = json.loads(request.body)
        if errors := _errors_of(event):
            return Answer(400, json.dumps({"status": "invalid event", "errors": errors}).encode())
        self.events.append(event)
        self._apply(event["event_action"], event["dedup_key"])
        return Answer(202, json.dumps({"status": "success", "dedup_key": event["dedup_key"]}).encode())

    def _apply(self, action: str, key: str) -> None:
        state = self.incidents.get(key, "none")
        if action == "trigger" and state in ("none", "resolved"):
            self.incidents[key] = "triggered"
            self.rings.append(key)
        elif action == "acknowledge" and state == "triggered":
            self.incidents[key] = "acknowledged"
        elif action == "resolve" and state != "none":
            self.incidents[key] = "resolved"


def _errors_of(event: dict[str, Any]) -> list[str]:
    found = []
    if event.get("routing_key") != ROUTING_KEY:
        found.append("routing_key is not a valid integration key")
    if event.get("event_action") not in {"trigger", "acknowledge", "resolve"}:
        found.append("event_action is invalid")
    if not 1 <= len(event.get("dedup_key", "")) <= MAX_DEDUP_KEY:
        found.append("dedup_key is missing or too long")
    if event.get("event_action") != "trigger":
        return found
    payload = event.get("payload", {})
    if not 1 <= len(payload.get("summary", "")) <= MAX_SUMMARY:
        found.append("payload.summary is missing or too long")
    if not payload.get("source") or payload.get("severity") not in SEVERITIES:
        found.append("payload.source is missing or payload.severity is invalid")
    if any(not link["href"].startswith("https://") for link in event.get("links", [])):
        found.append("links are invalid")
    return found
