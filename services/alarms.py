"""Alertmanager → **operators**: what its webhook posts, read within bounds, from whoever has the token and nobody else.

Alertmanager repeats what it was not told 200 for, and what goes on; each alert is one firing and one end, however often
it is posted. Source: Alertmanager's webhook payload, version 4.
"""

import datetime
import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec
import sqlalchemy as sa

from alerts.channels.credentials import Secret
from alerts.operators import Alarm
from services.clock import SystemClock
from services.dispatcher.operators import Operators
from services.endpoint import Answer
from services.errors import BadSettings
from services.measuring import Metrics
from services.moments import Moment, Unread
from services.prometheus_texts import TEXTS
from services.settings import Configuration
from streams.codec import identity

PATH: Final = "/alertmanager"
MAX_BYTES: Final = 1_000_000
MAX_ALERTS: Final = 500
_TEXT: Final = 300
_LEAST_TOKEN: Final = 32
_NOT_TOLD: Final = "none"  # the severity of the watchdog, which is for those outside


class _Posted(msgspec.Struct, frozen=True):
    """One alert of the payload."""

    status: str
    labels: Mapping[str, str]
    fingerprint: str
    startsAt: datetime.datetime
    annotations: Mapping[str, str] = {}


class _Payload(msgspec.Struct, frozen=True):
    """What is posted, as far as it is used."""

    version: str
    alerts: Sequence[_Posted]


class Alarms:
    """Takes posts. `keep` writes what is new of them and raises when that cannot be done."""

    def __init__(
        self,
        token: Secret,
        keep: Callable[[Sequence[Alarm]], None],
        failed: Callable[[str], None],
        now: Callable[[], int],
    ) -> None:
        self._token = token.reveal().encode()
        self._now = now
        self._keep = keep
        self._failed = failed
        self._decoder = msgspec.json.Decoder(_Payload)

    def take(self, authorization: str, size: int, read: Callable[[int], bytes]) -> Answer:
        """One post. The body is read only of one who has the token, and only when it is not too long."""
        scheme, _, given = authorization.partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), self._token):
            return Answer("401 Unauthorized", "the token is not that of [alertmanager] token_file")
        if not 0 < size <= MAX_BYTES:
            return Answer("413 Content Too Large", f"between 1 and {MAX_BYTES} bytes, with their length")
        try:
            payload = self._decoder.decode(read(size))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return Answer("400 Bad Request", "this is not a payload of Alertmanager's webhook, version 4")
        if payload.version != "4" or len(payload.alerts) > MAX_ALERTS:
            return Answer("400 Bad Request", f"version 4, at most {MAX_ALERTS} alerts (max_alerts)")
        told = [_alarm(each, self._now()) for each in payload.alerts if each.labels.get("severity") != _NOT_TOLD]
        try:
            self._keep(told)
        except sa.exc.SQLAlchemyError as problem:  # what was not kept is posted again: Alertmanager is told so
            self._failed(f"{type(problem).__name__}: an alert about Twinbell could not be kept")
            return Answer("503 Service Unavailable", "not kept; post it again")
        return Answer("200 OK", "kept")


def _alarm(posted: _Posted, now: int) -> Alarm:
    name = posted.labels.get("alertname", "")[:_TEXT]
    text = TEXTS.get(name)
    summary = posted.annotations.get("summary", "")[:_TEXT] or name
    since = int(posted.startsAt.timestamp())
    return Alarm(
        spell="system-" + identity("alarm", posted.fingerprint, since),
        rule=name,
        is_over=posted.status == "resolved",
        wakes=posted.labels.get("severity") == "page",
        since=since,
        at=now,
        summaries={"en": summary, "ja": posted.annotations.get("summary_ja", "")[:_TEXT] or summary},
        page=text.page if text else "",
    )


def token_of(configuration: Configuration) -> Secret | None:
    """What Alertmanager has to show; None where it does not call back. Raises BadSettings."""
    file = configuration.settings.alertmanager.token_file
    if not file:
        return None
    path = configuration.path(file)
    try:
        token = Secret(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        raise BadSettings(f"alertmanager.token_file {str(path)!r} cannot be read ({type(problem).__name__})") from None
    if len(token.reveal()) < _LEAST_TOKEN:
        raise BadSettings(
            f"alertmanager.token_file {str(path)!r}: at least {_LEAST_TOKEN} characters; `openssl rand -hex 32`"
        )
    return token


def take_alarms(
    configuration: Configuration, operators: Operators | None, metrics: Metrics, tell: Callable[[Moment], None]
) -> None:
    """Let the process's address take them, where the configuration has a token. Raises BadSettings."""
    token, clock = token_of(configuration), SystemClock()
    if token is None or operators is None:
        return

    def failed(note: str) -> None:
        tell(Unread(at=clock.now(), feed="alertmanager", note=note))

    metrics.take_posts(PATH, Alarms(token, operators.alarm, failed, clock.now).take)
