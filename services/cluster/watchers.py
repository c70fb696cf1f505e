"""Prometheus and Alertmanager from the system's packages, watching the cluster on this machine."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from services.cluster.base import Program, Start, answers, found_program, free_port

_PROMETHEUS = ("prometheus",)
_ALERTMANAGER = ("prometheus-alertmanager", "alertmanager")


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where a watcher is served on the loopback."""

    port: int

    @property
    def base(self) -> str:
        """Without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"


def prometheus(folder: Path, configuration: Path, port: int = 0) -> tuple[Program, Address]:
    """A running Prometheus with this configuration file; its data under `folder`."""
    address = Address(port=port or free_port())
    words = [
        found_program(_PROMETHEUS, "prometheus"),
        f"--config.file={configuration.resolve()}",
        f"--storage.tsdb.path={folder.resolve() / 'prometheus-data'}",
        f"--web.listen-address=127.0.0.1:{address.port}",
        "--storage.tsdb.retention.time=7d",
        "--web.enable-lifecycle",
    ]
    return _started("prometheus", folder, words, address)


def alertmanager(folder: Path, configuration: Path, port: int = 0) -> tuple[Program, Address]:
    """A running Alertmanager with this configuration file, alone in its cluster."""
    address = Address(port=port or free_port())
    words = [
        found_program(_ALERTMANAGER, "prometheus-alertmanager"),
        f"--config.file={configuration.resolve()}",
        f"--storage.path={folder.resolve() / 'alertmanager-data'}",
        f"--web.listen-address=127.0.0.1:{address.port}",
        "--cluster.listen-address=",
    ]
    return _started("alertmanager", folder, words, address)


def _started(name: str, folder: Path, words: list[str], address: Address) -> tuple[Program, Address]:
    start = Start(name=name, words=words, folder=folder.resolve(), is_up=lambda: answers(f"{address.base}/-/ready"))
    return Program(start).wait_until_up(), address


def write_prometheus(folder: Path, shipped: Path, manager: Address, targets: Mapping[str, int]) -> Path:
    """A configuration for Prometheus under `folder`: the shipped rules, these processes, this Alertmanager."""
    listed = "\n".join(
        f"      - targets: ['127.0.0.1:{port}']\n        labels: {{process: {name}}}" for name, port in targets.items()
    )
    text = (shipped / "prometheus.yaml").read_text(encoding="utf-8")
    for mark, value in (
        ("@RULES@", str(shipped / "rules.yaml")),
        ("@ALERTMANAGER@", f"127.0.0.1:{manager.port}"),
        ("@TARGETS@", listed),
    ):
        text = text.replace(mark, value)
    path = folder / "prometheus.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def write_alertmanager(folder: Path, shipped: Path, operator: str, outside: str, token_file: Path) -> Path:
    """A configuration for Alertmanager under `folder`: the shipped one, which posts to these addresses.

    `operator` is the address of Twinbell's own endpoint, `outside` what the pager and the heartbeat would be.
    """
    text = (shipped / "alertmanager.yaml").read_text(encoding="utf-8")
    for example, value in (
        ("http://127.0.0.1:9464/alertmanager", operator),
        ("/etc/twinbell/alertmanager-token", str(token_file.resolve())),
        ("https://pager.example.org/twinbell", outside),
        ("https://heartbeat.example.org/twinbell", outside),
    ):
        assert example in text, example
        text = text.replace(example, value)
    path = folder / "alertmanager.yaml"
    path.write_text(text, encoding="utf-8")
    return path
