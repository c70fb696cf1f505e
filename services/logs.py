"""What operators read: one JSON object a line, in a file. Text of feeds is data there: escaped, never markup."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TextIO, cast

import structlog

from alerts.facts import Acknowledged, Opened, Planned, Rung, SendFailed, Sent
from services.clock import iso_time
from services.errors import BadSettings
from services.moments import Found, Moment, Moved, Read, Recorded, Rejected, Said, Sifted, Silence, Unread, Untold

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


class Log:
    """A witness that writes. Times are the deployment's own: in an exercise, the store's clock."""

    def __init__(self, stream: TextIO, level: str) -> None:
        self._log = structlog.wrap_logger(
            structlog.WriteLogger(stream),
            processors=[
                structlog.stdlib.add_log_level,
                structlog.processors.JSONRenderer(ensure_ascii=True, sort_keys=True),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
            cache_logger_on_first_use=False,
        )

    def __call__(self, moment: Moment) -> None:
        """Write one moment."""
        match moment:
            case Read():
                self._log.info("read", at=iso_time(moment.at), feed=moment.feed, group=moment.group, rows=moment.rows)
            case Found(signal=signal):
                self._log.info(
                    "signal",
                    at=iso_time(moment.at),
                    detector=signal.detector,
                    subject=signal.subject,
                    phase=signal.phase,
                    score=signal.score,
                    signal_id=signal.signal_id,
                )
            case Silence(series=series):
                said = self._log.info if moment.is_over else self._log.warning
                since = iso_time(moment.since) if moment.since else ""
                event = "heard_again" if moment.is_over else "silent"
                said(event, at=iso_time(moment.at), source=moment.source, since=since, series=list(series))
            case Sifted(counts=counts):
                words = {reason.value: count for reason, count in counts.items()}
                self._log.info("sifted", at=iso_time(moment.at), feed=moment.feed, group=moment.group, **words)
            case Rejected(letter=letter):
                self._log.warning(
                    "dead_letter",
                    at=iso_time(moment.at),
                    feed=letter.feed,
                    origin=letter.origin,
                    row=letter.row,
                    reason=letter.reason,
                    detail=letter.detail,
                )
            case Unread():
                self._log.warning("feed", at=iso_time(moment.at), feed=moment.feed, note=moment.note)
            case Untold():
                said = self._log.error if moment.is_lost else self._log.warning
                said(
                    "operator_untold",
                    at=iso_time(moment.at),
                    participant=moment.participant,
                    person=moment.person,
                    channel=moment.channel,
                    reason=moment.reason,
                    detail=moment.detail,
                    is_lost=moment.is_lost,
                )
            case Said():
                self._log.info("said", at=iso_time(moment.at), lines=list(moment.lines))
            case Moved():
                self._log.debug("clock", at=iso_time(moment.at), rate=moment.rate)
            case Recorded():
                self._record(moment)

    def failure(self, at: int, where: str, problem: BaseException) -> None:
        """Something that Twinbell did not expect; its traceback goes to standard error, by whoever raises it on."""
        self._log.error("failure", at=iso_time(at), where=where, problem=repr(problem))

    def _record(self, moment: Recorded) -> None:
        fact = moment.fact
        known: dict[str, str] = {"at": iso_time(fact.at), "author": fact.author, "alert_id": fact.alert_id}
        match fact.body:
            case Opened(mode=mode):
                self._log.info("opened", **known, mode=mode)
            case Rung(ring=ring):
                self._log.info("rung", **known, level=ring.level, reason=ring.cause)
            case Planned(delivery=delivery):
                self._log.info("planned", **known, delivery_id=delivery.delivery_id, reason=delivery.reason)
            case Sent(delivery_id=delivery_id, lacks=lacks) if lacks:
                self._log.warning("sent", **known, delivery_id=delivery_id, reason=lacks)
            case Sent(delivery_id=delivery_id):
                self._log.info("sent", **known, delivery_id=delivery_id)
            case SendFailed(delivery_id=delivery_id, reason=reason):
                self._log.warning("send_failed", **known, delivery_id=delivery_id, reason=reason)
            case Acknowledged(participant=participant, person=person):
                self._log.info("acknowledged", **known, participant=participant, person=person)
            case body:
                self._log.debug(type(body).__name__.lower(), **known)


class _Lines(io.TextIOBase):
    """A file to which lines are added. One that a full disk does not take is lost, and the next that it takes says how
    many were: the log must not stop the bell. OSError when the file cannot be opened."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        self._lost = 0
        self._torn = b""

    def write(self, text: str, /) -> int:
        """Add this, or lose it."""
        said = json.dumps({"event": "lines_lost", "count": self._lost, "level": "error"}) + "\n" if self._lost else ""
        content = self._torn + (said + text).encode("ascii")
        try:
            written = self._file.write(content)
        except OSError:
            written = 0
        if written == len(content):
            self._lost, self._torn = 0, b""
        else:
            self._lost += 1
            self._torn = b"\n" if written else self._torn  # a line that was cut is ended first
        return len(text)

    def close(self) -> None:
        """Let the file go."""
        self._file.close()
        super().close()


@contextmanager
def open_log(path: Path, level: str) -> Iterator[Log]:
    """The log in a file, appended. BadSettings when it cannot be opened; a disk that fills up later loses lines."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = _Lines(path)
    except OSError as problem:
        raise BadSettings(
            f"log.file = {str(path)!r} cannot be written: {problem.strerror}; name a file in a directory of this user"
        ) from None
    with closing(lines):
        yield Log(cast(TextIO, lines), level)
