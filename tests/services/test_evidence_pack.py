"""Evidence packs: one file, the same every time, checked by somebody who has nothing else, and trusted in nothing."""

import gzip
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner, Result

from services import packs
from services.cli import app, exit_code_of
from services.errors import BadPack, NothingFound
from services.exit_codes import ExitCode
from services.packs import Manifest
from services.prove import prove
from streams.codec import digest, encode
from tests.played import played_in

RUNNER = CliRunner()
Members = dict[str, bytes]


def call(*arguments: str) -> Result:
    """One command in this process."""
    return RUNNER.invoke(app, list(arguments))


def alert_of(url: str) -> str:
    """The first alert of a store."""
    return str(json.loads(call("alerts", "list", "--all", "--json", "--store", url).output)[0]["alert_id"])


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store with an act, a flow that falls, and two alerts."""
    return played_in(tmp_path_factory.mktemp("played"), "gallium-germanium-2023")


@pytest.fixture(scope="module")
def made(store: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pack of one of its alerts."""
    path = tmp_path_factory.mktemp("pack") / "alert.zip"
    result = call("evidence", "pack", alert_of(store), "--out", str(path), "--store", store)
    assert result.exit_code == 0, result.exception
    return path


def changed(made: Path, target: Path, change: Callable[[Members], None], **told: object) -> Path:
    """The pack with other members and a manifest that lists them truly: what a forger would make."""
    manifest, members, _ = packs.opened(made)
    change(members)
    forged: Manifest = replace(manifest, members=packs.listed(members), **told)
    target.write_bytes(packs.bytes_of(members, encode(forged)))
    return target


def test_what_is_packed_is_proved_from_its_own_bytes(store: str, made: Path, tmp_path: Path) -> None:
    """Twice the same file; facts, rows, documents, signals and assessments all follow, without the store."""
    again = tmp_path / "again.zip"
    said = call("evidence", "pack", alert_of(store), "--out", str(again), "--store", store, "--json")
    assert again.read_bytes() == made.read_bytes()
    told = json.loads(said.output)
    proof = prove(made)
    assert (proof.pack_id, proof.facts, proof.rows) == (told["pack_id"], told["facts"], told["rows"])
    assert proof.derived == tuple(told["revisions"])
    assert (proof.not_derived, proof.files, proof.reread) == ((), 2, 2)
    assert (proof.documents, proof.signals) == (1, 3)  # the act, the day of its effect coming near, the fall of exports
    checked = call("evidence", "verify", str(again))
    assert checked.exit_code == 0, checked.exception
    assert proof.pack_id in checked.output
    assert "4 derived again to the same bytes" in checked.output


def test_the_pack_holds_everything_that_the_alert_rests_on(made: Path) -> None:
    """Thresholds and reference rows as files, evidence under its hash, answers as facts; no time of packing."""
    manifest, members, pack_id = packs.opened(made)
    assert digest(members[packs.THRESHOLDS]) == manifest.thresholds
    assert all(
        digest(content) == name.removeprefix("evidence/")
        for name, content in members.items()
        if "ence/" in name and name.startswith("evidence/")
    )
    assert "reference/0/minerals.csv" in members
    assert len(members[packs.FACTS].splitlines()) > 100
    assert pack_id == digest(encode(manifest))
    with zipfile.ZipFile(made) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_any_changed_byte_is_found_and_the_member_named(made: Path, tmp_path: Path) -> None:
    """Wherever a bit turns, in a member, in the manifest or in the zip file's own bookkeeping."""
    content = made.read_bytes()
    _, members, _ = packs.opened(made)
    numbers = random.Random(1)
    places = [numbers.randrange(len(content)) for _ in range(150)]
    places += [content.index(own) + len(own) // 2 for own in members.values()]
    places += list(range(40)) + list(range(len(content) - 120, len(content)))
    path = tmp_path / "changed.zip"
    for at in places:
        path.write_bytes(content[:at] + bytes([content[at] ^ 1 << numbers.randrange(8)]) + content[at + 1 :])
        with pytest.raises(BadPack):
            packs.opened(path)
    for name, own in members.items():
        at = content.index(own) + len(own) // 2
        path.write_bytes(content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :])
        with pytest.raises(BadPack, match=name):
            packs.opened(path)


def test_a_changed_header_is_told_without_the_bytes_behind_it(made: Path, tmp_path: Path) -> None:
    """A name that claims to be two hundred bytes longer does not bring these bytes to the screen."""
    path = tmp_path / "header.zip"
    content = bytearray(made.read_bytes())
    content[27] ^= 1  # the upper half of the length of the first member's name
    path.write_bytes(content)
    with pytest.raises(BadPack, match="was changed") as refused:
        packs.opened(path)
    assert len(str(refused.value).removeprefix(str(path))) < 200


@pytest.mark.parametrize("cut", [0, 1, 30, 4_000, -1, -30])
def test_what_is_cut_off_or_longer_is_refused(made: Path, tmp_path: Path, cut: int) -> None:
    """Half a file, a file with something behind it, and a file that is none."""
    path = tmp_path / "cut.zip"
    content = made.read_bytes()
    path.write_bytes(content[:cut])
    with pytest.raises(BadPack):
        packs.opened(path)
    path.write_bytes(content + b"\0" * (cut % 50 + 1))
    with pytest.raises(BadPack):
        packs.opened(path)


def figure(members: Members) -> None:
    """A figure is other than in its bytes."""
    lines = members[packs.BATCHES].splitlines()
    at = next(n for n, line in enumerate(lines) if b'"values":[5150.0]' in line)
    lines[at] = lines[at].replace(b'"values":[5150.0]', b'"values":[6150.0]')
    members[packs.BATCHES] = packs.lines(lines)


def reading(members: Members) -> None:
    """A document is read otherwise than its words say."""
    members[packs.BATCHES] = members[packs.BATCHES].replace(b'"polarity":"impose"', b'"polarity":"relax"')


def level(members: Members) -> None:
    """An assessment is louder, in both places where it stands."""
    for name in (packs.FACTS, packs.ASSESSMENTS):
        members[name] = members[name].replace(b'"level":"warning"', b'"level":"emergency"', 1)


def receipt(members: Members) -> None:
    """A message is said to have been taken that was not."""
    members[packs.FACTS] = members[packs.FACTS].replace(b'"confirmed":true', b'"confirmed":false', 1)


def beginning(members: Members) -> None:
    """The facts do not begin with the opening."""
    members[packs.FACTS] = packs.lines(members[packs.FACTS].splitlines()[1:])


def thresholds(members: Members) -> None:
    """The thresholds are others than those that judged."""
    members[packs.THRESHOLDS] = members[packs.THRESHOLDS].replace(b"strong_score = 1.5", b"strong_score = 1.6")


def reference(members: Members) -> None:
    """A reference row says another share."""
    members["reference/0/supply_shares.csv"] = members["reference/0/supply_shares.csv"].replace(b"98.4", b"18.4", 1)


def evidence(members: Members) -> None:
    """The stored bytes are others, under the hash of the true ones."""
    name = next(name for name in members if name.startswith("evidence/") and b"kilograms" in members[name])
    members[name] = members[name].replace(b"5150", b"6150")


def gone(members: Members) -> None:
    """The bytes are not there at all."""
    del members[next(name for name in members if name.startswith("evidence/"))]


def signal(members: Members) -> None:
    """A signal scores more."""
    members[packs.SIGNALS] = members[packs.SIGNALS].replace(b'"score":1.5', b'"score":2.5')


@pytest.mark.parametrize(
    ("forged", "named"),
    [
        (figure, "evidence/"),
        (reading, "evidence/"),
        (level, "facts.jsonl, line"),
        (receipt, "facts.jsonl, line"),
        (beginning, "facts.jsonl, line 1"),
        (thresholds, "thresholds.toml"),
        (reference, "reference"),
        (evidence, "evidence/"),
        (gone, "evidence/"),
        (signal, "signals.jsonl"),
    ],
)
def test_a_forgery_with_a_true_manifest_is_found_by_what_it_says(
    made: Path, tmp_path: Path, forged: Callable[[Members], None], named: str
) -> None:
    """Whoever changes a member and lists it truly contradicts the bytes, the chain of facts or the judgement."""
    path = changed(made, tmp_path / "forged.zip", forged)
    assert packs.opened(path)
    with pytest.raises(BadPack, match=named):
        prove(path)
    result = call("evidence", "verify", str(path))
    assert isinstance(result.exception, BadPack)
    assert exit_code_of(result.exception) is ExitCode.DAMAGED


def test_a_whole_forgery_does_not_follow_from_its_rows(made: Path, tmp_path: Path) -> None:
    """With every hash made anew, thresholds and all, the claimed assessments are not what detection gives."""
    _, members, _ = packs.opened(made)
    thresholds(members)
    path = changed(made, tmp_path / "whole.zip", thresholds, thresholds=digest(members[packs.THRESHOLDS]))
    with pytest.raises(BadPack, match=r"signals\.jsonl|does not follow"):
        prove(path)


def written(path: Path, *members: tuple[str, bytes], how: int = zipfile.ZIP_STORED) -> Path:
    """Any zip file."""
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, how)
    return path


@pytest.mark.parametrize(
    "name",
    [
        "../manifest.json",
        "/etc/passwd",
        "evidence/../../x",
        "a\\b.json",
        "evidence/xyz",
        "MANIFEST.JSON",
        "reference/x/y",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    """Nothing is ever unpacked, and what is not named as in a pack is not even read."""
    with pytest.raises(BadPack, match="no name of a member"):
        packs.opened(written(tmp_path / "x.zip", (name, b"{}")))


def test_nothing_in_a_pack_may_expand(made: Path, tmp_path: Path) -> None:
    """A compressed member is refused before a byte of it is made, however little it claims to be."""
    bomb = written(tmp_path / "bomb.zip", ("facts.jsonl", b"\0" * 50_000_000), how=zipfile.ZIP_DEFLATED)
    assert bomb.stat().st_size < 100_000
    with pytest.raises(BadPack, match=r"facts\.jsonl is packed"):
        packs.opened(bomb)
    twice = tmp_path / "twice.zip"
    with pytest.warns(UserWarning, match="Duplicate name"):
        written(twice, ("facts.jsonl", b""), ("facts.jsonl", b""))
    with pytest.raises(BadPack, match="stands there twice"):
        packs.opened(twice)
    with pytest.raises(BadPack, match="no evidence pack"):
        packs.opened(written(tmp_path / "none.zip", ("facts.jsonl", b"")))


def test_packed_bytes_that_expand_are_bounded_too(made: Path, tmp_path: Path) -> None:
    """Evidence may be a compressed file: what it expands to is bounded, whatever the pack says of its layout."""
    bomb = gzip.compress(b"month,kilograms\n" + b"2023-07,5150\n" * 20_000_000, 9)
    _, members, _ = packs.opened(made)
    old = next(name for name in members if name.startswith("evidence/") and b"kilograms" in members[name])

    def swap(found: Members) -> None:
        sha256 = digest(bomb)
        del found[old]
        found[f"evidence/{sha256}"] = bomb
        for name in (packs.BATCHES, packs.EVIDENCE, packs.SIGNALS):
            found[name] = found[name].replace(old.removeprefix("evidence/").encode(), sha256.encode())
        found[packs.EVIDENCE] = (
            found[packs.EVIDENCE]
            .replace(b'\\"format\\":\\"csv\\"', b'\\"format\\":\\"csv.gz\\"')
            .replace(b'\\"max_bytes\\":200000000', b'\\"max_bytes\\":9000000000')
        )

    path = changed(made, tmp_path / "bomb.zip", swap)
    with pytest.raises(BadPack, match="cannot be read as it was"):
        prove(path)


def test_what_thresholds_in_force_did_not_judge_is_not_claimed(store: str, tmp_path: Path) -> None:
    """Packed under other thresholds the pack says which assessments do not follow, and verifies with just that."""
    call("init", str(tmp_path))
    shown = call("thresholds", "show").output
    (tmp_path / "mine.toml").write_text(shown.replace("dated = 1.5", "dated = 2.5"), encoding="utf-8")
    config = tmp_path / "twinbell.toml"
    text = config.read_text(encoding="utf-8").replace('thresholds = ""', 'thresholds = "mine.toml"')
    config.write_text(text, encoding="utf-8")
    out = tmp_path / "other.zip"
    said = call("evidence", "pack", alert_of(store), "--out", str(out), "--store", store, "--config", str(config))
    assert said.exit_code == 0, said.exception
    assert "0 of 4 assessments follow" in said.output
    assert prove(out).not_derived == (1, 2, 3, 4)
    assert "the pack does not claim that they follow" in call("evidence", "verify", str(out)).output


def test_a_file_that_is_there_is_not_overwritten(store: str, made: Path) -> None:
    """Evidence is not lost by a command that is given twice."""
    result = call("evidence", "pack", alert_of(store), "--out", str(made), "--store", store)
    assert isinstance(result.exception, NothingFound)
    assert prove(made)


def test_a_file_that_is_no_zip_is_refused_in_words(tmp_path: Path) -> None:
    """A text, and a file of nothing."""
    for path, content in ((tmp_path / "text.zip", b"hello"), (tmp_path / "0.zip", b"")):
        path.write_bytes(content)
        with pytest.raises(BadPack):
            prove(path)


def test_a_file_that_cannot_be_read_is_not_called_changed(tmp_path: Path) -> None:
    """A name mistyped and a directory: whoever verifies must not take them for a forgery."""
    for path in (tmp_path / "none.zip", tmp_path):
        with pytest.raises(NothingFound, match="name a file that"):
            prove(path)
