"""Evidence packs: what lies in one file, how it is laid out byte by byte, and how it is opened without trusting it.

A pack is a zip file of stored members in a fixed order with fixed times: the same content is the same file, and nothing
in it expands, so a file can claim no more than it is long. Nothing is ever written to disk when it is read.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from services.errors import BadPack, NothingFound
from streams.assessments import Situation
from streams.codec import digest
from streams.observations import HazardObservation, NoticeObservation, ObservationBatch, Run, Series

FORMAT = "twinbell-evidence-pack/1"
MANIFEST = "manifest.json"
FACTS, ASSESSMENTS, SIGNALS = "facts.jsonl", "assessments.jsonl", "signals.jsonl"
SERIES, BATCHES, EVIDENCE, MANIFESTS = "series.jsonl", "batches.jsonl", "evidence.jsonl", "manifests.jsonl"
THRESHOLDS = "thresholds.toml"
LARGEST = 512_000_000  # bytes of a pack
MOST = 20_000  # members
_WHEN = (1980, 1, 1, 0, 0, 0)  # the first day that a zip file knows: no time of packing enters
_NAME = re.compile(r"[a-z]+\.(json|jsonl|toml)|reference/\d{1,3}/[a-z0-9_]{1,64}\.csv|evidence/[0-9a-f]{64}")


class Member(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of the pack."""

    name: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the pack is about and what lies in it. Its own SHA-256 is the pack's id: told by another way, it proves all.

    `derived` are the revisions of the alert whose assessment follows from the packed rows to the byte, `reread` the
    SHA-256 of the files of which everything packed is found again when they are read by the packed manifests.
    """

    format: str
    program: str  # name and version that wrote it
    alert_id: str
    situation: Situation
    participants: tuple[str, ...]
    thresholds: str
    reference: str
    derived: tuple[int, ...]
    reread: tuple[str, ...]
    members: tuple[Member, ...]


class PackedRun(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A run whose series stands once in series.jsonl."""

    series: str
    evidence: str
    occurred_at: list[int]
    known_at: list[int]
    values: list[float | None]
    rows: list[int]
    provisional: list[bool]
    context: dict[str, list[float | None]] = {}


class PackedBatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The observations of the group that became known at one instant; readings of documents stand with them."""

    known_at: int
    feed: str
    runs: list[PackedRun] = []
    notices: list[NoticeObservation] = []
    hazards: list[HazardObservation] = []


class PackedEvidence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where packed bytes came from and how they were read."""

    sha256: str
    origin: str
    fetched_at: int
    media_type: str
    headers: tuple[tuple[str, str], ...] = ()
    parser: str = ""
    version: str = ""


def packed(known_at: int, batch: ObservationBatch) -> PackedBatch:
    """A batch as it stands in the pack."""
    runs = [
        PackedRun(
            series=run.series.series_id,
            evidence=run.evidence,
            occurred_at=run.occurred_at,
            known_at=run.known_at,
            values=run.values,
            rows=run.rows,
            provisional=run.provisional,
            context=run.context,
        )
        for run in batch.runs
    ]
    return PackedBatch(known_at=known_at, feed=batch.feed, runs=runs, notices=batch.notices, hazards=batch.hazards)


def unpacked(found: PackedBatch, group: str, series: Mapping[str, Series]) -> tuple[int, ObservationBatch]:
    """The batch and its instant. Raises BadPack where a run names a series that the pack has not."""
    runs = []
    for run in found.runs:
        own = series.get(run.series)
        lengths = {len(run.occurred_at), len(run.known_at), len(run.rows), len(run.provisional)}
        lengths |= {len(column) for column in run.context.values()}
        if own is None or lengths != {len(run.values)}:
            raise BadPack(f"{BATCHES}: a run of {run.series[:80]!r} has no series, or columns of several lengths")
        runs.append(
            Run(
                series=own,
                evidence=run.evidence,
                occurred_at=run.occurred_at,
                known_at=run.known_at,
                values=run.values,
                rows=run.rows,
                provisional=run.provisional,
                context=run.context,
            )
        )
    batch = ObservationBatch(group=group, feed=found.feed, runs=runs, notices=found.notices, hazards=found.hazards)
    return found.known_at, batch


def lines(records: Iterable[bytes]) -> bytes:
    """Records, one a line."""
    return b"".join(record + b"\n" for record in records)


def bytes_of(members: Mapping[str, bytes], manifest: bytes) -> bytes:
    """The file: the manifest first, then the members in order of their names. The same members give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in ((MANIFEST, manifest), *sorted(members.items())):
            info = zipfile.ZipInfo(name, _WHEN)
            info.create_system = 3
            info.external_attr = 0o444 << 16
            archive.writestr(info, content)
    return out.getvalue()


def listed(members: Mapping[str, bytes]) -> tuple[Member, ...]:
    """What the manifest says of the members."""
    return tuple(
        Member(name=name, size=len(content), sha256=digest(content)) for name, content in sorted(members.items())
    )


def opened(path: Path) -> tuple[Manifest, dict[str, bytes], str]:
    """Manifest, members and the pack's id of a file. Raises BadPack naming what is not as it was packed.

    Raises NothingFound for a file that cannot be read: that says nothing of the pack.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise BadPack(f"{path}: {size:,} bytes are more than a pack may have ({LARGEST:,}); it is not read")
        content = path.read_bytes()
    except OSError as problem:
        raise NothingFound(f"{path}: {problem.strerror}; name a file that `twinbell evidence pack` wrote") from None
    found = _read(content, path)
    manifest_bytes = found.pop(MANIFEST, None)
    if manifest_bytes is None:
        raise BadPack(f"{path}: it has no {MANIFEST}, so it is no evidence pack")
    try:
        manifest = msgspec.json.decode(manifest_bytes, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise BadPack(f"{path}: {MANIFEST} was changed, or is of another program: {problem}") from None
    if manifest.format != FORMAT:
        raise BadPack(f"{path}: {manifest.format[:80]!r} is not read by this version, which knows {FORMAT}")
    _compare(path, manifest, found)
    whole = bytes_of(found, manifest_bytes)
    if whole != content:
        at = next((n for n, (a, b) in enumerate(zip(whole, content, strict=False)) if a != b), min(len(whole), size))
        raise BadPack(f"{path}: byte {at} is not as it was packed: it belongs to no member, but to the zip file itself")
    return manifest, found, digest(manifest_bytes)


def _read(content: bytes, path: Path) -> dict[str, bytes]:
    """The members. Refuses what is compressed, encrypted, named otherwise than packs are, or there twice."""
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
            if len(infos) > MOST:
                raise BadPack(f"{path}: {len(infos):,} members are more than a pack may have ({MOST:,})")
            for info in infos:
                if not _NAME.fullmatch(info.filename) or info.filename in found:
                    raise BadPack(f"{path}: {info.filename[:80]!r} is no name of a member, or stands there twice")
                plain = info.compress_type == zipfile.ZIP_STORED and not info.flag_bits & 0x1
                if not plain or info.file_size != info.compress_size or info.file_size > len(content):
                    raise BadPack(f"{path}: {info.filename} is packed or encrypted: members of a pack lie there as are")
                found[info.filename] = _member(archive, info, path)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, OverflowError) as problem:
        raise BadPack(f"{path}: it is no zip file, or was changed: {problem}") from None
    return found


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> bytes:
    try:
        return archive.read(info)
    except zipfile.BadZipFile as problem:  # whose words may hold the member's bytes
        raise BadPack(f"{path}: {info.filename} was changed: {str(problem)[:100]}") from None


def _compare(path: Path, manifest: Manifest, found: Mapping[str, bytes]) -> None:
    """Each member is there as the manifest lists it, and no other is."""
    told = {member.name: member for member in manifest.members}
    for name in sorted(told.keys() | found.keys()):
        if name not in found:
            raise BadPack(f"{path}: {name} is missing")
        if name not in told:
            raise BadPack(f"{path}: {name} is not in the manifest")
        if digest(found[name]) != told[name].sha256:
            raise BadPack(f"{path}: {name} was changed: its SHA-256 is not that of the manifest")
