"""Delivery → Slack: one message per alert edited in place, and a reply shown in the channel for every ring.

An edit notifies nobody, so whatever a person must hear is a new message that mentions them. Web API methods
chat.postMessage and chat.update (docs.slack.dev, reference "Web API methods"); the base address is a setting because
GovSlack has its own.
"""

import hashlib
import re
import uuid
from http.client import HTTPException
from typing import ClassVar, Literal

import msgspec
from slack_sdk.errors import SlackApiError, SlackClientError

from alerts.channels.base import Content, Message, Receipt, Rendering
from alerts.channels.credentials import Secret
from alerts.channels.slack_blocks import Block, everything, fallback, first_screen
from alerts.channels.slack_client import DirectClient
from alerts.channels.statuses import failure_of, seconds
from alerts.channels.text import cleaned
from alerts.deliveries import Purpose
from alerts.errors import PermanentFailure, SendFailure, TemporaryFailure
from alerts.reasons import Reason

TEMPORARY = {
    "ratelimited": Reason.RATE_LIMITED,
    "rate_limited": Reason.RATE_LIMITED,
    "message_limit_exceeded": Reason.RATE_LIMITED,
    "internal_error": Reason.PROVIDER_ERROR,
    "fatal_error": Reason.PROVIDER_ERROR,
    "service_unavailable": Reason.PROVIDER_ERROR,
    "team_added_to_org": Reason.PROVIDER_ERROR,
    "request_timeout": Reason.TIMED_OUT,
}
PERMANENT = {
    **dict.fromkeys(
        (
            "access_denied",
            "account_inactive",
            "ekm_access_denied",
            "invalid_auth",
            "missing_scope",
            "no_permission",
            "not_allowed_token_type",
            "not_authed",
            "token_expired",
            "token_revoked",
            "two_factor_setup_required",
        ),
        Reason.BAD_CREDENTIALS,
    ),
    **dict.fromkeys(
        ("channel_not_found", "is_archived", "messages_tab_disabled", "not_in_channel", "user_not_found"),
        Reason.UNKNOWN_RECIPIENT,
    ),
    **dict.fromkeys(("msg_blocks_too_long", "msg_too_long"), Reason.MESSAGE_TOO_LARGE),
}
NEEDED_SCOPE = "chat:write"
_ROOT_GONE = frozenset({"cant_update_message", "edit_window_closed", "message_not_found", "thread_not_found"})
_SILENT = Purpose.UPDATE
_HEARD = frozenset({Purpose.RING, Purpose.ESCALATE, Purpose.REPEAT, Purpose.PARTNER, Purpose.TEST})
_MEMBER = re.compile(r"[UW][A-Z0-9]{2,}")
_RECEIPT = re.compile(r"(?P<channel>[CDG][A-Z0-9]{2,})/(?P<ts>\d+\.\d+)")
_CODE = re.compile(r"[a-z_]{2,60}")


class SlackSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach one workspace. `api_base` of GovSlack: https://slack-gov.com/api/."""

    token: Secret
    api_base: str = "https://slack.com/api/"
    timeout_s: float = 10.0
    proxy: str = ""


class Mark(msgspec.Struct, frozen=True):
    """What a copy of a message can be recognised by."""

    delivery_id: str
    alert_id: str
    revision: int
    purpose: str


class Metadata(msgspec.Struct, frozen=True):
    """Message metadata: seen by programs, not by people."""

    event_payload: Mark
    event_type: str = "twinbell_delivery"


class Post(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Arguments of chat.postMessage."""

    channel: str
    text: str
    blocks: tuple[Block, ...]
    metadata: Metadata
    client_msg_id: str
    unfurl_links: bool
    unfurl_media: bool
    thread_ts: str = ""
    reply_broadcast: bool = False


class Update(msgspec.Struct, frozen=True, kw_only=True):
    """Arguments of chat.update."""

    channel: str
    ts: str
    text: str
    blocks: tuple[Block, ...]
    metadata: Metadata
    parse: Literal["none"] = "none"  # chat.update would otherwise make links and mentions of plain text


class Call(msgspec.Struct, frozen=True):
    """One request: its method and its body."""

    method: str
    body: Post | Update


class Slack:
    """Posts to the participant's channel, or to the person where the participant has none."""

    name: ClassVar[str] = "slack"
    waking: ClassVar[bool] = False
    pictured: ClassVar[bool] = False
    multilingual: ClassVar[bool] = False

    def __init__(self, settings: SlackSettings) -> None:
        self._client = DirectClient(
            settings.token.reveal(), settings.api_base, timeout_s=settings.timeout_s, proxy=settings.proxy
        )

    def send(self, message: Message) -> Receipt:
        """Edit the one message and ring beside it. A ring is never held back because the edit failed."""
        *edits, last = calls(message)
        try:
            for edit in edits:
                self._take(edit)
        except SendFailure as failure:
            if failure.detail in _ROOT_GONE:
                return self._take(_new_root(message))
            if failure.reason is Reason.BAD_CREDENTIALS:
                raise
        try:
            return self._take(last)
        except SendFailure as failure:
            if failure.detail in _ROOT_GONE:
                return self._take(_new_root(message))
            raise

    @staticmethod
    def rendering(message: Message) -> Rendering:
        """The requests in order, as JSON."""
        content = msgspec.json.format(msgspec.json.encode(calls(message)), indent=2)
        return Rendering(suffix=".json", content=content + b"\n")

    def probe(self) -> None:
        """Ask Slack whether the token is good and may post. Raises what `send` would."""
        scopes = self._ask("auth.test", {}).get("x-oauth-scopes")
        if scopes is not None and NEEDED_SCOPE not in {scope.strip() for scope in scopes.split(",")}:
            raise PermanentFailure(Reason.BAD_CREDENTIALS, f"the token lacks the scope {NEEDED_SCOPE}")

    def _take(self, call: Call) -> Receipt:
        answer = self._ask(call.method, msgspec.to_builtins(call.body))
        return Receipt(reference=f"{answer.get('channel', call.body.channel)}/{answer.get('ts', '')}")

    def _ask(self, method: str, body: dict[str, object]) -> dict[str, str]:
        """The text fields of Slack's answer and its headers, names in lower case."""
        try:
            response = self._client.api_call(method, json=body)
        except SlackApiError as error:
            raise _failure(error) from None
        except SlackClientError as error:
            raise PermanentFailure(Reason.BAD_REQUEST, type(error).__name__) from None
        except TimeoutError:
            raise TemporaryFailure(Reason.TIMED_OUT, method) from None
        except (OSError, HTTPException) as error:
            timed_out = isinstance(getattr(error, "reason", None), TimeoutError)
            reason = Reason.TIMED_OUT if timed_out else Reason.UNREACHABLE
            raise TemporaryFailure(reason, f"{method}: {type(error).__name__}") from None
        except (ValueError, LookupError, TypeError, AttributeError):
            raise TemporaryFailure(Reason.PROVIDER_ERROR, f"{method}: an answer that is not Slack's") from None
        headers = {name.lower(): str(value) for name, value in response.headers.items()}
        data = response.data if isinstance(response.data, dict) else {}
        return headers | {name: value for name, value in data.items() if isinstance(value, str)}


def calls(message: Message) -> tuple[Call, ...]:
    """The requests that `message` takes: a new message, or an edit and, unless it is a mere update, a reply."""
    content = cleaned(message.contents[0])
    mention = _mention(message)
    if not message.thread.root:
        return (_new_root(message),)
    channel, ts = _place(message)
    edit = Update(
        channel=channel,
        ts=ts,
        text=fallback(content, ""),
        blocks=everything(message, content, ""),
        metadata=_metadata(message),
    )
    if message.delivery.purpose is _SILENT:
        return (Call("chat.update", edit),)
    blocks = first_screen(message, content, mention)
    reply = _post(message, content, channel, blocks, ts)
    return Call("chat.update", edit), Call("chat.postMessage", reply)


def _new_root(message: Message) -> Call:
    content = cleaned(message.contents[0])
    channel = message.participant.slack_channel or message.person.slack_id
    if not channel:
        raise PermanentFailure(Reason.UNKNOWN_RECIPIENT, "neither the participant nor the person has a Slack address")
    blocks = everything(message, content, _mention(message))
    return Call("chat.postMessage", _post(message, content, channel, blocks))


def _post(message: Message, content: Content, channel: str, blocks: tuple[Block, ...], thread_ts: str = "") -> Post:
    return Post(
        channel=channel,
        text=fallback(content, _mention(message)),
        blocks=blocks,
        metadata=_metadata(message),
        client_msg_id=_client_msg_id(message),
        unfurl_links=False,
        unfurl_media=False,
        thread_ts=thread_ts,
        reply_broadcast=bool(thread_ts),
    )


def _place(message: Message) -> tuple[str, str]:
    """Channel and time stamp of the one message. In an outbox the first receipt is a file, and is named as such."""
    found = _RECEIPT.fullmatch(message.thread.root)
    if found:
        return found["channel"], found["ts"]
    return message.participant.slack_channel or message.person.slack_id, message.thread.root


def _mention(message: Message) -> str:
    person = message.person.slack_id
    if message.delivery.purpose not in _HEARD or not person:
        return ""
    if not _MEMBER.fullmatch(person):
        detail = f"slack_id of {message.person.person_id} is no member id: it begins with U or W, as in U012AB3CD"
        raise PermanentFailure(Reason.UNKNOWN_RECIPIENT, detail)
    return f"<@{person}>"


def _metadata(message: Message) -> Metadata:
    delivery = message.delivery
    return Metadata(Mark(delivery.delivery_id, delivery.alert_id, delivery.revision, delivery.purpose))


def _client_msg_id(message: Message) -> str:
    """The same for every try of one delivery: where Slack honours it, a second copy is not shown."""
    return str(uuid.UUID(bytes=hashlib.sha256(message.delivery.delivery_id.encode()).digest()[:16], version=4))


def _failure(error: SlackApiError) -> SendFailure:
    response = error.response
    status = int(getattr(response, "status_code", 0) or 0)
    headers = {name.lower(): str(value) for name, value in (getattr(response, "headers", None) or {}).items()}
    data = getattr(response, "data", None)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    if not _CODE.fullmatch(code):
        if 300 <= status < 600:
            return failure_of(status, headers.get("retry-after"))
        return TemporaryFailure(Reason.PROVIDER_ERROR, f"HTTP {status}: an answer that is not Slack's")
    if code in TEMPORARY or status >= 500 or status == 429:
        reason = TEMPORARY.get(code, Reason.RATE_LIMITED if status == 429 else Reason.PROVIDER_ERROR)
        return TemporaryFailure(reason, code, seconds(headers.get("retry-after")))
    return PermanentFailure(PERMANENT.get(code, Reason.BAD_REQUEST), code)
