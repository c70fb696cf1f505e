"""What operators read: one JSON object a line, whatever stands in a feed."""

import io
import json
import resource
import signal
from pathlib import Path

import pytest

from alerts.facts import Acknowledged, Fact, SendFailed, Sent
from services.errors import BadSettings
from services.feeds.base import DeadLetter
from services.logs import Log, open_log
from services.moments import Moved, Read, Recorded, Rejected, Sifted, Silence, Unread, Untold
from streams.observations import Family
from streams.reasons import Reason

HOSTILE = 'x"}\n{"event": "sent"}\x1b[2J\u202e'


def fact(body: Sent | SendFailed | Acknowledged) -> Recorded:
    """An entry of the record."""
    return Recorded(fact=Fact(author="a", sequence=1, at=0, alert_id="al", body=body, previous="", hash=""))


def test_each_moment_is_one_line_of_json() -> None:
    """Reads, dead letters, failures and answers, each with its time and its reason word."""
    out = io.StringIO()
    log = Log(out, "debug")
    letter = DeadLetter(feed="desk", origin="a.csv", row=5, reason=Reason.VALUE_MISSING, detail=HOSTILE, content=b"")
    log(Read(at=0, feed="desk", group="g", family=Family.PRICES, publisher="p", rows=3, known_at=0))
    log(Rejected(at=0, letter=letter))
    log(Unread(at=0, feed="desk", note=HOSTILE))
    unsent = {"participant": "JPN", "channel": "email", "person": "jpn-operator", "reason": "unreachable"}
    log(Untold(at=0, **unsent, detail="away", is_lost=True))
    log(Sifted(at=0, feed="desk", group="g", counts={Reason.REVISED: 4, Reason.WITHDRAWN: 1}))
    log(Silence(at=0, source="desk", is_over=False, since=0, series=("desk/a", "desk/b")))
    log(Moved(at=0, rate=60))
    log(fact(Sent(delivery_id="d", receipt="r")))
    log(fact(SendFailed(delivery_id="d", reason="timed_out", retry_at=None)))
    log(fact(Acknowledged(participant="JPN", person="jpn-duty", means="cli", note=HOSTILE)))
    log(fact(Sent(delivery_id="d", receipt="r", lacks="not_drawn")))
    log.failure(0, "run", ValueError("broken"))
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["event"] for line in lines] == [
        "read",
        "dead_letter",
        "feed",
        "operator_untold",
        "sifted",
        "silent",
        "clock",
        "sent",
        "send_failed",
        "acknowledged",
        "sent",
        "failure",
    ]
    assert (lines[3]["person"], lines[3]["reason"], lines[3]["level"]) == ("jpn-operator", "unreachable", "error")
    assert (lines[4]["revised"], lines[4]["withdrawn"]) == (4, 1)
    assert (lines[10]["reason"], lines[10]["level"]) == ("not_drawn", "warning")
    assert lines[1]["reason"] == "value_missing"
    assert lines[1]["detail"] == HOSTILE
    assert {line["level"] for line in lines} == {"info", "warning", "debug", "error"}
    assert all(line["at"] == "1970-01-01T00:00:00Z" for line in lines)
    assert out.getvalue().isascii()
    assert "\x1b" not in out.getvalue()


def test_the_level_is_the_least_that_is_written() -> None:
    """With warning, what is normal is left out."""
    out = io.StringIO()
    log = Log(out, "warning")
    log(fact(Sent(delivery_id="d", receipt="r")))
    log(fact(SendFailed(delivery_id="d", reason="timed_out", retry_at=None)))
    assert [json.loads(line)["event"] for line in out.getvalue().splitlines()] == ["send_failed"]


def test_the_file_is_appended_to(tmp_path: Path) -> None:
    """A run that begins again keeps what the one before wrote; the directory is made."""
    for _ in range(2):
        with open_log(tmp_path / "var" / "twinbell.log", "info") as log:
            log(fact(Sent(delivery_id="d", receipt="r")))
    assert len((tmp_path / "var" / "twinbell.log").read_text().splitlines()) == 2


def test_a_full_disk_loses_lines_and_stops_nothing() -> None:
    """The device that is always full takes no line, and nobody who writes is told."""
    with open_log(Path("/dev/full"), "info") as log:
        log(fact(Sent(delivery_id="d", receipt="r")))


def test_what_a_full_disk_lost_is_counted(tmp_path: Path) -> None:
    """A line that was cut is ended, and the next that finds room says how many were lost."""
    path = tmp_path / "twinbell.log"
    held = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with open_log(path, "info") as log:
            log(fact(Sent(delivery_id="d", receipt="r")))
            resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 10, held[1]))
            log(fact(Sent(delivery_id="cut", receipt="r")))
            log(fact(Sent(delivery_id="lost", receipt="r")))
            resource.setrlimit(resource.RLIMIT_FSIZE, held)
            log(fact(Sent(delivery_id="e", receipt="r")))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, held)
        signal.signal(signal.SIGXFSZ, before)
    first, cut, count, last = path.read_text().splitlines()
    assert json.loads(first)["delivery_id"] == "d"
    assert len(cut) == 10
    assert json.loads(count) == {"event": "lines_lost", "count": 2, "level": "error"}
    assert json.loads(last)["delivery_id"] == "e"


def test_a_log_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The message names setting and path."""
    (tmp_path / "file").touch()
    with (
        pytest.raises(BadSettings, match=r"log\.file = .*cannot be written"),
        open_log(tmp_path / "file" / "l", "info"),
    ):
        pass
