"""What Alertmanager posts reaches the operators: a firing once, its end once, from who has the token alone."""

import json
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.alarms import MAX_BYTES, take_alarms
from services.configuration import load, shipped_text
from services.database import migrate, open_engine
from services.endpoint import Endpoint
from services.errors import BadSettings
from services.measuring import Metrics
from services.moments import Moment
from services.wiring import knowledge_of, operators_of

TOKEN = "0123456789abcdef0123456789abcdef"
FAR = 4_000_000_000


def _body(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


class Desk:
    """One process's address with the operators behind it, in an exercise."""

    def __init__(self, directory: Path, token: str = TOKEN) -> None:
        (directory / "token").write_text(token)
        file = directory / "twinbell.toml"
        file.write_text(f'{shipped_text()}\n[alertmanager]\ntoken_file = "token"\n', encoding="utf-8")
        configuration = load(file, directory)
        self.database = open_engine(f"sqlite:///{directory}/site.db", durable=False)
        migrate(self.database)
        self.outbox = directory / "outbox"
        self.operators = operators_of(configuration, knowledge_of(configuration), self.database, self.outbox)
        self.told: list[Moment] = []
        metrics = Metrics()
        take_alarms(configuration, self.operators, metrics, self.told.append)
        self.endpoint: Endpoint = metrics.serve("127.0.0.1", 0)
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.endpoint.port}", trust_env=False)

    def post(self, body: bytes, token: str = TOKEN, path: str = "/alertmanager") -> int:
        """What is answered."""
        return self.http.post(path, content=body, headers={"Authorization": f"Bearer {token}"}).status_code

    def letters(self) -> list[str]:
        """Every e-mail that went out, as text."""
        self.operators.advance(FAR + len(list(self.outbox.rglob("*"))) * 100)
        found = [message_from_bytes(path.read_bytes(), policy=default) for path in sorted(self.outbox.rglob("*.eml"))]
        return [f"{each['To']} {' '.join(_body(each).split())}" for each in found]

    def close(self) -> None:
        """Let everything go."""
        self.http.close()
        self.endpoint.close()
        self.database.dispose()


def payload(status: str = "firing", severity: str = "page", **labels: str) -> bytes:
    """What Alertmanager posts for one alert."""
    alert: dict[str, Any] = {
        "status": status,
        "labels": {"alertname": "TwinbellBellLate", "participant": "JPN", "severity": severity, **labels},
        "annotations": {"summary": "The bell of JPN is late <b>now</b>.", "summary_ja": "JPN への発報が遅れている。"},
        "startsAt": "2026-11-27T08:00:00.123Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus/graph",
        "fingerprint": "c0ffee0123456789",
    }
    return json.dumps({"version": "4", "groupKey": "{}", "status": status, "alerts": [alert]}).encode()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk."""
    made = Desk(tmp_path)
    yield made
    made.close()


def test_a_firing_is_told_once_and_its_end_once(desk: Desk) -> None:
    """However often Alertmanager repeats itself; in both languages, with the runbook, to operators alone."""
    for _ in range(3):
        assert desk.post(payload()) == 200
    first = desk.letters()
    assert len(first) == 2, "one operator on each side"
    assert sorted("The bell of JPN is late" in letter for letter in first) == [False, True]
    assert sorted("JPN への発報が遅れている。" in letter for letter in first) == [False, True]
    for letter in first:
        assert "bell-late.md" in letter
        assert "twinbell@doe.usa.example" in letter or "twinbell@meti.jpn.example" in letter
        assert "duty@" not in letter
        assert "toban@" not in letter
    for _ in range(2):
        assert desk.post(payload("resolved")) == 200
    assert len(desk.letters()) == 4
    assert desk.post(payload()) == 200
    assert len(desk.letters()) == 4


def test_the_end_of_what_nobody_was_told_is_not_told(desk: Desk) -> None:
    """It began before this store, or was the watchdog."""
    assert desk.post(payload("resolved")) == 200
    assert desk.post(payload(severity="none", alertname="TwinbellWatchdog")) == 200
    assert desk.letters() == []


def test_only_who_has_the_token_is_heard(desk: Desk) -> None:
    """Another token, none, another path: nothing is taken."""
    assert desk.post(payload(), token="x" * 32) == 401
    assert desk.http.post("/alertmanager", content=payload()).status_code == 401
    assert desk.post(payload(), path="/metrics") == 404
    assert desk.http.get("/metrics").status_code == 200
    assert desk.letters() == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'{"version": "3", "alerts": []}', 400),
        (b'{"version": "4", "alerts": [{"status": "firing"}]}', 400),
        (b"", 413),
        (b" " * (MAX_BYTES + 1), 413),
    ],
    ids=["no JSON", "no payload", "another version", "half an alert", "nothing", "too long"],
)
def test_what_is_not_a_payload_is_refused(desk: Desk, body: bytes, status: int) -> None:
    """In words and within bounds; the process goes on."""
    try:
        assert desk.post(body) == status
    except httpx.WriteError:
        assert len(body) > MAX_BYTES, "it was not even read"
    assert desk.post(payload()) == 200


def test_what_cannot_be_kept_is_to_be_posted_again(desk: Desk) -> None:
    """A store that is away is a 503, which Alertmanager repeats, and is told to those who read the log."""
    with desk.database.begin() as connection:
        connection.exec_driver_sql("DROP TABLE operator_messages")
    assert desk.post(payload()) == 503
    assert len(desk.told) == 1


def test_a_short_token_is_refused(tmp_path: Path) -> None:
    """One that could be guessed is none."""
    with pytest.raises(BadSettings, match="at least 32 characters"):
        Desk(tmp_path, "short")
