"""Outbox: a file that is whole or not there, in a place that can be told from the message."""

import os
import resource
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.channels import CHANNELS
from alerts.channels.base import Kind
from alerts.channels.cap import Cap
from alerts.channels.credentials import Secret
from alerts.channels.files import name_part, write_atomically
from alerts.channels.mail import Mail
from alerts.channels.outbox import Outbox
from alerts.errors import TemporaryFailure
from alerts.reasons import Reason
from tests.fakes.messages import ordinary, pictured

SETTLED = settings(deadline=None, derandomize=True)  # the same examples on every machine, however slow


@pytest.mark.parametrize("kind", CHANNELS, ids=lambda kind: kind.name)
def test_it_stands_in_for_the_channel(kind: type[Kind], tmp_path: Path) -> None:
    """Name, waking and bytes are the channel's; the receipt is the path."""
    box, message = Outbox(kind, tmp_path), ordinary(kind.name)
    receipt = box.send(message)
    assert (box.name, box.waking) == (kind.name, kind.waking)
    assert receipt.confirmed
    assert (tmp_path / receipt.reference).read_bytes() == kind.rendering(message).content
    delivery = message.delivery
    assert Path(receipt.reference).stem == f"{delivery.alert_id}-r{delivery.revision}-{delivery.delivery_id}"
    assert Path(receipt.reference).parent == Path("USA", kind.name)


def test_what_a_rendering_names_lies_beside_it(tmp_path: Path) -> None:
    """The pictures of a CAP file are in the same folder, once, however often it is sent."""
    box, message = Outbox(Cap, tmp_path), pictured("cap")
    box.send(message)
    box.send(message)
    beside = {file.name: file.content for file in Cap.rendering(message).beside}
    assert len(beside) == 4
    found = {path.name: path.read_bytes() for path in (tmp_path / "USA" / "cap").iterdir()}
    assert beside.items() <= found.items()
    assert len(found) == 5


def test_sending_again_leaves_one_file(tmp_path: Path) -> None:
    """The same delivery is the same file, and nothing lies beside it."""
    box = Outbox(Mail, tmp_path)
    box.send(ordinary("email"))
    box.send(ordinary("email"))
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_full_disk_is_temporary_and_leaves_nothing(tmp_path: Path) -> None:
    """No half a message: what was there stays, and the rest is tried again."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    path = tmp_path / "message.txt"
    path.write_bytes(b"before")
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        with pytest.raises(TemporaryFailure) as caught:
            write_atomically(path, b"x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.reason is Reason.DISK_FULL
    assert path.read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["message.txt"]


def test_no_name_leaves_the_directory(tmp_path: Path) -> None:
    """Ids that look like paths become names."""
    message = ordinary("email")
    delivery = msgspec.structs.replace(
        message.delivery, alert_id="../../../etc/x", delivery_id="/abs", participant="../up"
    )
    receipt = Outbox(Mail, tmp_path / "out").send(msgspec.structs.replace(message, delivery=delivery))
    assert (tmp_path / "out" / receipt.reference).resolve().is_relative_to(tmp_path / "out")
    assert ".." not in receipt.reference


@SETTLED
@given(st.text())
def test_a_part_of_a_name_is_harmless(text: str) -> None:
    """Neither a separator nor a dot, never empty, never long."""
    part = name_part(text)
    assert 0 < len(part) <= 100
    assert set(part) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def test_a_secret_does_not_show_itself() -> None:
    """Neither print nor repr nor formatting shows it, and a file's last line break is no part of it."""
    secret = Secret("hunter2\n")
    assert secret.reveal() == "hunter2"
    assert "hunter2" not in f"{secret} {secret!r} {[secret]}"
    assert not Secret(" \n")
    with pytest.raises(TypeError):
        msgspec.json.encode(secret)
