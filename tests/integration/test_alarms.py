"""An alert about Twinbell, the whole way: scraped, fired, posted by Alertmanager, told to the operators."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from services.cluster import watchers
from services.cluster.base import Program, Start, answers, free_port
from services.configuration import shipped_text
from services.errors import PartMissing
from tests.integration.waiting import until

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
MANIFEST = """name = "desk"
[[files]]
id = "antimony"
path = "*.csv"
family = "prices"
publisher = "Desk"
publication = "Spot"
cadence = "daily"
minerals = ["antimony"]
market = "spot"
dates = { column = "day" }
[[files.values]]
column = "price"
measure = "price"
unit = "USD/t"
"""


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """What is ended with the test."""
    with ExitStack() as made:
        yield made


def test_a_rule_that_fires_pages_the_operators(tmp_path: Path, stack: ExitStack) -> None:
    """A row that cannot be used is a dead letter, a rule, an alert, a post, and a letter to each side's operator."""
    port = free_port()
    for name in ("incoming", "manifests"):
        (tmp_path / name).mkdir()
    (tmp_path / "manifests" / "desk.toml").write_text(MANIFEST)
    (tmp_path / "incoming" / "a.csv").write_text("day,price\n2026-11-01,no price at all\n")
    (tmp_path / "token").write_text("0123456789abcdef" * 2)
    own = '[[feeds]]\nmanifest = "manifests/desk.toml"\ndirectory = "incoming"\n[alertmanager]\ntoken_file = "token"\n'
    text = shipped_text().replace('outbox = ""', 'outbox = "outbox"')
    (tmp_path / "twinbell.toml").write_text(f'store = "sqlite:///{tmp_path}/s.db"\n{text}\n{own}')
    words = [sys.executable, "-W", "ignore", "-m", "services", "run", "--config", str(tmp_path / "twinbell.toml")]
    start = Start(
        name="run",
        words=[*words, "--lines", "--metrics", f"127.0.0.1:{port}"],
        folder=tmp_path,
        is_up=lambda: answers(f"http://127.0.0.1:{port}/metrics"),
        environment={**os.environ, "PYTHONPATH": str(DEPLOY.parent)},
    )
    stack.callback(Program(start).wait_until_up().stop)
    operator = f"http://127.0.0.1:{port}/alertmanager"
    written = watchers.write_alertmanager(
        tmp_path, DEPLOY / "alertmanager", operator, f"http://127.0.0.1:{free_port()}", tmp_path / "token"
    )
    written.write_text(written.read_text().replace("group_wait: 10s", "group_wait: 1s"))
    try:
        manager, address = watchers.alertmanager(tmp_path, written)
        stack.callback(manager.stop)
        watched = watchers.write_prometheus(tmp_path, DEPLOY / "prometheus", address, {"run": port})
        prometheus, served = watchers.prometheus(tmp_path, watched)
        stack.callback(prometheus.stop)
    except PartMissing as missing:
        if os.environ.get("TWINBELL_NO_SKIP") == "1":
            raise
        pytest.skip(str(missing))
    outbox = tmp_path / "outbox"
    until(lambda: len(list(outbox.rglob("*.eml"))) == 2, lambda: "a letter to the operator of each side")
    letters = "".join(path.read_text() for path in outbox.rglob("*.eml"))
    assert "TwinbellDeadLetters" in letters
    assert "dead-letters.md" in letters
    assert "twinbell@doe.usa.example" in letters
    assert "duty@ustr" not in letters
    for record in (
        "twinbell:outbox_overdue:bool",
        "twinbell:dead_letters:increase1h",
        "twinbell:outbox_overdue:ratio1h",
    ):
        found = httpx.get(f"{served.base}/api/v1/query", params={"query": record}, trust_env=False).json()
        assert found["data"]["result"], record
