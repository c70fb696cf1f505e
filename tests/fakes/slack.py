"""Slack as its documentation describes it (docs.slack.dev): authorisation, channels, limits of blocks, threads."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.loopback import Answer, Loopback, Request

TOKEN = "xoxb-fake-0123456789-secret"
CHANNEL, ARCHIVED, NOT_JOINED = "C0ALERTS", "C0CLOSED", "C0OTHER"
MAX_BLOCKS, MAX_SECTION, MAX_HEADER, MAX_TEXT, MAX_ALL_BLOCKS = 50, 3000, 150, 40_000, 12_000
MENTION = re.compile(r"<@([UW][A-Z0-9]+)>")


@dataclass
class Posted:
    """One message as the channel shows it now."""

    ts: str
    channel: str
    body: dict[str, Any]
    edits: int = 0


@dataclass
class FakeSlack(Loopback):
    """`posted` is what the channel shows, `notified` who was told by what, in order."""

    scopes: str = "chat:write,users:read"
    honours_client_msg_id: bool = True
    posted: dict[str, Posted] = field(default_factory=dict)
    notified: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    @property
    def api_base(self) -> str:
        """What the setting is to hold."""
        return f"{self.base}/api/"

    def answer(self, request: Request) -> Answer:
        """One Web API call."""
        result = self._call(request)
        if isinstance(result, str):
            result = {"ok": False, "error": result}
        headers = {"Content-Type": "application/json; charset=utf-8", "x-oauth-scopes": self.scopes}
        return Answer(200, json.dumps(result).encode(), headers)

    def _call(self, request: Request) -> dict[str, object] | str:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return "invalid_auth"
        method = request.path.rsplit("/", 1)[-1]
        if method == "auth.test":
            return {"ok": True, "user_id": "UBOT"}
        if "chat:write" not in self.scopes:
            return "missing_scope"
        if not request.headers.get("content-type", "").startswith("application/json"):
            return "invalid_post_type"
        body = json.loads(request.body)
        if error := error_of(body):
            return error
        return {"chat.postMessage": self._post, "chat.update": self._update}[method](body)

    def _post(self, body: dict[str, Any]) -> dict[str, object] | str:
        channel = body["channel"]
        known = {CHANNEL: "", ARCHIVED: "is_archived", NOT_JOINED: "not_in_channel"}
        if channel.startswith("U"):
            channel = f"D{channel[1:]}"  # a message to a person lands in the conversation with them
        elif error := known.get(channel, "channel_not_found"):
            return error
        if body.get("thread_ts") and body["thread_ts"] not in self.posted:
            return "thread_not_found"
        for message in self.posted.values():
            if self.honours_client_msg_id and message.body.get("client_msg_id") == body.get("client_msg_id"):
                return {"ok": True, "channel": channel, "ts": message.ts}
        ts = f"1688385600.{len(self.posted) + 1:06d}"
        self.posted[ts] = Posted(ts, channel, body)
        self.notified += [(person, ts) for person in MENTION.findall(json.dumps(body["blocks"]))]
        return {"ok": True, "channel": channel, "ts": ts}

    def _update(self, body: dict[str, Any]) -> dict[str, object] | str:
        message = self.posted.get(body["ts"])
        if message is None:
            return "message_not_found"
        message.body = {**message.body, **body}
        message.edits += 1  # and nobody is notified
        return {"ok": True, "channel": body["channel"], "ts": body["ts"]}


def texts_of(body: dict[str, Any]) -> list[str]:
    """Every text of a message that Slack formats, the fallback first."""
    found = [str(body["text"])]
    for block in body["blocks"]:
        found += [str(text["text"]) for text in (*block.get("elements", ()), block.get("text")) if text]
    return found


def error_of(body: dict[str, Any]) -> str | None:
    """Which rule the blocks break."""
    blocks = body.get("blocks", [])
    if not body.get("text") and not blocks:
        return "no_text"
    if len(str(body.get("text", ""))) > MAX_TEXT:
        return "msg_too_long"
    if not 0 < len(blocks) <= MAX_BLOCKS or any(not _is_valid(block) for block in blocks):
        return "invalid_blocks"
    if sum(_units(text) for text in texts_of(body)[1:]) > MAX_ALL_BLOCKS:
        return "msg_blocks_too_long"
    return None


def _is_valid(block: dict[str, Any]) -> bool:
    match block:
        case {"type": "divider"}:
            return set(block) == {"type"}
        case {"type": "header", "text": {"type": "plain_text", "text": str(text)}}:
            return 1 <= _units(text) <= MAX_HEADER
        case {"type": "section", "text": {"type": "mrkdwn", "text": str(text)}}:
            return 1 <= _units(text) <= MAX_SECTION
        case {"type": "context", "elements": [*elements]}:
            return 1 <= len(elements) <= 10 and all(1 <= _units(part["text"]) <= MAX_SECTION for part in elements)
    return False


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
