"""Alert → **evidence pack**: facts, assessments, rows, readings, bytes, reference rows and thresholds in one file."""

from collections.abc import Iterable, Sequence
from importlib.metadata import version

import msgspec

from alerts.facts import Assessed, Fact
from alerts.states import AlertState
from services import packs
from services.archive import Archive
from services.derive import Derived, derive
from services.errors import BadPack
from services.feeds.manifest import Manifest as FileManifest
from services.packs import Manifest, PackedBatch, PackedEvidence
from services.reread import follow, reread
from streams import reference, thresholds
from streams.codec import digest, encode
from streams.engine import Engine
from streams.observations import ObservationBatch


class Ingredients(msgspec.Struct, frozen=True, kw_only=True):
    """What judged: the thresholds file, the reference files with their overlays, the participants."""

    thresholds: bytes
    reference: tuple[dict[str, bytes], ...]  # as shipped, then what is laid over it
    participants: tuple[str, ...]
    manifests: tuple[FileManifest, ...] = ()  # by which the bytes were read, as far as they are at hand


class Packed(msgspec.Struct, frozen=True, kw_only=True):
    """A pack and what it holds. `pack_id` is the SHA-256 of its manifest."""

    pack_id: str
    content: bytes
    facts: int
    rows: int
    files: int
    reread: int  # files of which everything packed was found again when they were read anew
    revisions: tuple[int, ...]
    derived: tuple[int, ...]


def pack(archive: Archive, state: AlertState, facts: Sequence[Fact], given: Ingredients) -> Packed:
    """The pack of one alert, the same bytes every time. Raises BadPack when it would be larger than packs may be."""
    situation = state.assessment.situation
    made = [fact.body for fact in facts if isinstance(fact.body, Assessed)]
    until = max(body.assessment.as_of for body in made)
    batches = list(archive.batches(-(1 << 40), until, situation.group))
    shipped, *overlays = given.reference
    known = reference.load(shipped, overlays)
    limits = thresholds.load(given.thresholds)
    engine = Engine(limits, known, given.participants)
    derived = derive(batches, engine, situation, {body.assessment.as_of for body in made})
    follows = tuple(body.revision for body in made if _follows(body, derived))
    told = [packs.packed(at, batch) for at, batch in batches]
    pieces = [_piece(archive, sha256) for sha256 in sorted(evidence_of(told))]
    used = {name.partition("/")[0] for piece, _ in pieces for name in piece.parser.split(", ")}
    manifests = {each.name: each for each in given.manifests if each.name in used}
    again = follow(told, reread(pieces, manifests, known))
    members = _members(batches, told, pieces, given)
    members[packs.MANIFESTS] = packs.lines(encode(manifests[name]) for name in sorted(manifests))
    members[packs.FACTS] = packs.lines(encode(fact) for fact in facts)
    members[packs.ASSESSMENTS] = packs.lines(encode(body) for body in made)
    members[packs.SIGNALS] = packs.lines(derived.signals)
    manifest = Manifest(
        format=packs.FORMAT,
        program=f"twinbell {version('twinbell')}",
        alert_id=state.alert_id,
        situation=situation,
        participants=given.participants,
        thresholds=limits.digest,
        reference=known.digest,
        derived=follows,
        reread=tuple(sorted(again)),
        members=packs.listed(members),
    )
    content = packs.bytes_of(members, encode(manifest))
    if len(content) > packs.LARGEST or len(members) > packs.MOST:
        raise BadPack(
            f"the pack of {state.alert_id} would have {len(content):,} bytes and {len(members):,} members, packs may "
            f"have {packs.LARGEST:,} and {packs.MOST:,}: give the partner a copy of the store instead"
        )
    return Packed(
        pack_id=digest(encode(manifest)),
        content=content,
        facts=len(facts),
        rows=sum(len(run.values) for _, batch in batches for run in batch.runs),
        files=len(pieces),
        reread=len(again),
        revisions=tuple(body.revision for body in made),
        derived=follows,
    )


def _follows(body: Assessed, derived: Derived) -> bool:
    return encode(body.assessment) in derived.assessments.get(body.assessment.as_of, frozenset())


def _piece(archive: Archive, sha256: str) -> tuple[PackedEvidence, bytes]:
    """Stored bytes and where they came from."""
    found = archive.evidence(sha256)
    told = PackedEvidence(
        sha256=found.sha256,
        origin=found.origin,
        fetched_at=found.fetched_at,
        media_type=found.media_type,
        headers=found.headers,
        parser=found.parser,
        version=found.version,
    )
    return told, found.content


def _members(
    batches: Sequence[tuple[int, ObservationBatch]],
    told: Sequence[PackedBatch],
    pieces: Sequence[tuple[PackedEvidence, bytes]],
    given: Ingredients,
) -> dict[str, bytes]:
    """Rows with their series, the bytes that they came from, and what judged them."""
    series = {run.series.series_id: run.series for _, batch in batches for run in batch.runs}
    members = {
        packs.THRESHOLDS: given.thresholds,
        packs.SERIES: packs.lines(encode(series[name]) for name in sorted(series)),
        packs.BATCHES: packs.lines(encode(batch) for batch in told),
        packs.EVIDENCE: packs.lines(encode(piece) for piece, _ in pieces),
    }
    for number, files in enumerate(given.reference):
        members |= {f"reference/{number}/{name}": content for name, content in files.items()}
    return members | {f"evidence/{piece.sha256}": content for piece, content in pieces}


def evidence_of(batches: Iterable[PackedBatch]) -> dict[str, set[int]]:
    """By SHA-256 the rows that observations came from."""
    rows: dict[str, set[int]] = {}
    for batch in batches:
        for run in batch.runs:
            rows.setdefault(run.evidence, set()).update(run.rows)
        for notice in batch.notices:
            rows.setdefault(notice.evidence, set()).add(notice.row)
        for hazard in batch.hazards:
            rows.setdefault(hazard.evidence, set()).add(hazard.row)
    return rows
