"""The peer of the storm: a real Alertmanager with the same grouping and a receiver for each side, if it is installed.

It keeps nothing on disk while it notifies, judges no level and words nothing; it is the best-known machine for the one
part that both do, which is to group a burst and tell each of two receivers.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec

from benchmarks.listener import Listener
from services.cluster import watchers

PATIENCE_S = 60.0

_CONFIGURATION = """
route:
  receiver: {first}
  group_by: [hazard, place]
  group_wait: 0s
  group_interval: {interval}s
  repeat_interval: 4h
  routes:
{routes}
receivers:
{receivers}
"""
_ROUTE = "    - {{receiver: {side}, continue: true}}\n"
_RECEIVER = "  - {{name: {side}, webhook_configs: [{{url: '{base}/{side}', send_resolved: false}}]}}\n"


class Notice(msgspec.Struct, frozen=True):
    """One notification: seconds of time.perf_counter, the side, and the alerts that it names."""

    at: float
    side: str
    alerts: tuple[str, ...]


class Labels(msgspec.Struct, frozen=True):
    """What the peer groups by, and what an alert is known by."""

    alertname: str
    hazard: str
    place: str


class _Posted(msgspec.Struct):
    labels: Labels


class _Webhook(msgspec.Struct):
    alerts: tuple[_Posted, ...]


def notified(
    alerts: Sequence[Labels], portion: int, sides: Sequence[str], interval_s: int, folder: Path
) -> tuple[float, list[Notice]]:
    """When posting began, and every notification until all alerts were named to all sides, or PATIENCE_S had passed.

    Raises PartMissing where this machine has no Alertmanager.
    """
    taken: list[tuple[float, str, bytes]] = []

    def take(at: float, path: str, body: bytes) -> tuple[int, bytes]:
        taken.append((at, path.strip("/"), body))
        return 200, b"{}"

    with Listener(take) as listener:
        configuration = _CONFIGURATION.format(
            first=sides[0],
            interval=interval_s,
            routes="".join(_ROUTE.format(side=side) for side in sides),
            receivers="".join(_RECEIVER.format(side=side, base=listener.base) for side in sides),
        )
        (folder / "alertmanager.yml").write_text(configuration)
        with _running(folder) as base, httpx.Client(base_url=base, trust_env=False) as client:
            began = time.perf_counter()
            for start in range(0, len(alerts), portion):
                body = msgspec.json.encode([_Posted(labels) for labels in alerts[start : start + portion]])
                headers = {"content-type": "application/json"}
                client.post("/api/v2/alerts", content=body, headers=headers).raise_for_status()
            owed = len(alerts) * len(sides)
            while time.perf_counter() - began < PATIENCE_S:
                seen = {(notice.side, alert) for notice in _read(list(taken)) for alert in notice.alerts}
                if len(seen) >= owed:
                    break
                time.sleep(0.25)
    return began, _read(taken)


def _read(taken: Sequence[tuple[float, str, bytes]]) -> list[Notice]:
    decoder = msgspec.json.Decoder(_Webhook)
    return [
        Notice(at, side, tuple(alert.labels.alertname for alert in decoder.decode(body).alerts))
        for at, side, body in taken
    ]


@contextmanager
def _running(folder: Path) -> Iterator[str]:
    program, address = watchers.alertmanager(folder, folder / "alertmanager.yml")
    try:
        yield address.base
    finally:
        program.stop()
