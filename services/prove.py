"""Evidence pack → what it **proves**: everything that it says follows from its own bytes, without a store or a network.

The file is not trusted: it is opened within bounds (`services.packs`), what its bytes expand to is bounded again, and
nothing of it is executed or written. That no fact of the alert was left out, only the whole record proves
(`twinbell store verify`): an author's chain runs through all alerts.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from alerts.audit import hash_of
from alerts.errors import AlertsError
from alerts.facts import Assessed, Fact
from alerts.lifecycle import check, step
from alerts.states import AlertState
from services import packs
from services.derive import derive
from services.errors import BadPack, NothingFound
from services.feeds.layouts import layout_of, open_rows
from services.feeds.manifest import Manifest as FileManifest
from services.pack import evidence_of
from services.packs import Manifest, PackedBatch, PackedEvidence
from services.reread import EXPANDED, follow, reread
from streams import reference, thresholds
from streams.codec import digest, encode
from streams.engine import Engine
from streams.errors import StreamsError
from streams.observations import ObservationBatch, Series
from streams.reference import Reference

_T = TypeVar("_T")


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What holds. `pack_id` is to be compared with what the sender says of it by another way."""

    pack_id: str
    alert_id: str
    program: str
    thresholds: str
    facts: int
    signals: int
    files: int
    rows: int
    documents: int
    reread: int  # files of which everything packed was found again when they were read anew
    derived: tuple[int, ...]  # revisions whose assessment was derived again to the same bytes
    not_derived: tuple[int, ...]  # of these the pack does not claim that they follow from its rows


def prove(path: Path) -> Proof:
    """Check a pack from its bytes to its conclusions. Raises BadPack naming the first thing that does not hold.

    Raises NothingFound when the file cannot be read.
    """
    try:
        return _proved(path)
    except (BadPack, NothingFound):
        raise
    except Exception as problem:
        raise BadPack(f"{path}: it cannot be checked: {type(problem).__name__}: {problem}") from problem


def _proved(path: Path) -> Proof:
    manifest, members, pack_id = packs.opened(path)
    facts = _records(members, packs.FACTS, Fact)
    made = _records(members, packs.ASSESSMENTS, Assessed)
    _prove_facts(manifest, facts, made)
    series = {each.series_id: each for each in _records(members, packs.SERIES, Series)}
    batches = _records(members, packs.BATCHES, PackedBatch)
    rows, documents = _prove_rows(members, batches)
    judged = [packs.unpacked(found, manifest.situation.group, series) for found in batches]
    known = _known(manifest, members)
    _prove_readings(manifest, members, batches, known)
    signals = _prove_conclusions(manifest, members, (judged, known), made)
    return Proof(
        pack_id=pack_id,
        alert_id=manifest.alert_id,
        program=manifest.program,
        thresholds=manifest.thresholds,
        facts=len(facts),
        signals=signals,
        files=sum(name.startswith("evidence/") for name in members),
        rows=rows,
        documents=documents,
        reread=len(manifest.reread),
        derived=manifest.derived,
        not_derived=tuple(body.revision for body in made if body.revision not in manifest.derived),
    )


def _records(members: Mapping[str, bytes], name: str, kind: type[_T]) -> list[_T]:
    if name not in members:
        raise BadPack(f"{name} is missing")
    decoder = msgspec.json.Decoder(kind)
    found = []
    for number, line in enumerate(members[name].splitlines(), start=1):
        try:
            found.append(decoder.decode(line))
        except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
            raise BadPack(f"{name}, line {number}: {problem}") from None
    return found


def _prove_facts(manifest: Manifest, facts: Sequence[Fact], made: Sequence[Assessed]) -> None:
    """Each fact is what was hashed, follows the author's one before where that is here, and was allowed then."""
    last: dict[str, Fact] = {}
    state: AlertState | None = None
    for number, fact in enumerate(facts, start=1):
        where = f"{packs.FACTS}, line {number} (fact {fact.sequence} of {fact.author})"
        body = encode(fact.body)
        if fact.hash != hash_of(fact.author, fact.sequence, fact.at, fact.alert_id, body, fact.previous):
            raise BadPack(f"{where}: its content is not what was hashed")
        before = last.get(fact.author)
        follows = before is None or fact.sequence > before.sequence
        if before is not None and fact.sequence == before.sequence + 1:
            follows = fact.previous == before.hash
        if not follows or fact.alert_id != manifest.alert_id:
            raise BadPack(f"{where}: it does not follow the author's fact before it, or is of another alert")
        try:
            check(state, fact.author, fact.at, fact.body)
            state = step(state, fact)
        except AlertsError as problem:
            raise BadPack(f"{where}: {problem}") from None
        last[fact.author] = fact
    recorded = [fact.body for fact in facts if isinstance(fact.body, Assessed)]
    if [encode(body) for body in recorded] != [encode(body) for body in made]:
        raise BadPack(f"{packs.ASSESSMENTS}: these are not the assessments of {packs.FACTS}")


def _prove_rows(members: Mapping[str, bytes], batches: Sequence[PackedBatch]) -> tuple[int, int]:
    """Every row that an observation names stands in packed bytes of that hash; the numbers of rows and documents."""
    told = {each.sha256: each for each in _records(members, packs.EVIDENCE, PackedEvidence)}
    for sha256, wanted in sorted(evidence_of(batches).items()):
        content = members.get(f"evidence/{sha256}")
        if content is None or sha256 not in told:
            raise BadPack(f"evidence/{sha256}: an observation rests on these bytes, and they are not here")
        if digest(content) != sha256:
            raise BadPack(f"evidence/{sha256}: these are other bytes than those of that hash")
        missing = wanted - {0} - _rows_of(content, told[sha256])
        if missing:
            raise BadPack(f"evidence/{sha256}: it has no row {min(missing)}, on which an observation rests")
    documents = sum(len(batch.notices) + len(batch.hazards) for batch in batches)
    return sum(len(run.values) for batch in batches for run in batch.runs), documents


def _rows_of(content: bytes, told: PackedEvidence) -> set[int]:
    """The numbers of the rows, read in each of the ways in which they were."""
    found: set[int] = set()
    for media in told.media_type.split("\n"):
        try:
            layout = layout_of(media)
            if layout is not None:
                bounded = msgspec.structs.replace(layout, max_bytes=min(layout.max_bytes, EXPANDED))
                found.update(number for number, _ in open_rows(content, bounded, ()))
        except (StreamsError, msgspec.MsgspecError, ValueError, LookupError) as problem:
            raise BadPack(f"evidence/{told.sha256}: it cannot be read as it was: {problem}") from None
    return found


def _prove_conclusions(
    manifest: Manifest,
    members: Mapping[str, bytes],
    given: tuple[Sequence[tuple[int, ObservationBatch]], Reference],
    made: Sequence[Assessed],
) -> int:
    """Signals and assessments follow from the rows, thresholds and reference rows; the number of signals."""
    limits = _or_bad(lambda: thresholds.load(members.get(packs.THRESHOLDS, b""), packs.THRESHOLDS))
    if limits.digest != manifest.thresholds:
        raise BadPack(f"{packs.THRESHOLDS}: its SHA-256 is not the one of the manifest")
    batches, known = given
    engine = Engine(limits, known, manifest.participants)
    derived = derive(batches, engine, manifest.situation, {body.assessment.as_of for body in made})
    if packs.lines(derived.signals) != members.get(packs.SIGNALS):
        raise BadPack(
            f"{packs.SIGNALS}: the packed rows give other signals here; written by {manifest.program}: another version "
            "of the program judges differently"
        )
    claimed = {body.revision: body for body in made}
    for revision in manifest.derived:
        body = claimed.get(revision)
        if body is None:
            raise BadPack(f"{packs.ASSESSMENTS}: revision {revision} is missing")
        if encode(body.assessment) not in derived.assessments.get(body.assessment.as_of, frozenset()):
            raise BadPack(
                f"{packs.ASSESSMENTS}: revision {revision} does not follow from the packed rows; written by "
                f"{manifest.program}"
            )
    return len(derived.signals)


def _known(manifest: Manifest, members: Mapping[str, bytes]) -> Reference:
    """The reference rows of the pack."""
    shipped, *overlays = _reference(members)
    known = _or_bad(lambda: reference.load(shipped, overlays))
    if known.digest != manifest.reference:
        raise BadPack("reference: these rows are not those of the manifest")
    return known


def _prove_readings(
    manifest: Manifest, members: Mapping[str, bytes], batches: Sequence[PackedBatch], known: Reference
) -> None:
    """Figures, readings and hazards are what the bytes say, of every file of which the pack claims it."""
    manifests = {each.name: each for each in _records(members, packs.MANIFESTS, FileManifest)}
    told = _records(members, packs.EVIDENCE, PackedEvidence)
    pieces = [(each, members[f"evidence/{each.sha256}"]) for each in told if f"evidence/{each.sha256}" in members]
    again = _or_bad(lambda: follow(batches, reread(pieces, manifests, known)))
    lacking = sorted(set(manifest.reread) - again)
    if lacking:
        raise BadPack(
            f"evidence/{lacking[0]}: read again, these bytes do not say what {packs.BATCHES} has of them; written by "
            f"{manifest.program}"
        )


def _reference(members: Mapping[str, bytes]) -> list[dict[str, bytes]]:
    """The files as shipped, then each overlay."""
    found: dict[int, dict[str, bytes]] = {}
    for name, content in members.items():
        if name.startswith("reference/"):
            _, number, file = name.split("/")
            found.setdefault(int(number), {})[file] = content
    return [found[number] for number in sorted(found)] or [{}]


def _or_bad(load: Callable[[], _T]) -> _T:
    try:
        return load()
    except StreamsError as problem:
        raise BadPack(str(problem)) from None
