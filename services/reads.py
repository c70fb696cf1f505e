"""What a poll brought, as it is told: refused where too much of it was unusable, summed where rows came together."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial

import msgspec

from services.errors import TooManyDeadLetters
from services.feeds.base import Poll
from services.moments import Found, Moment, Read, Sifted, Silence
from streams.observations import SECONDS_A_DAY, Family, ObservationBatch
from streams.reasons import Reason
from streams.signals import Phase, Signal
from streams.silence import DETECTOR as SILENCE

RECENT_S = 7 * SECONDS_A_DAY  # a signal older than this is history: it counts, and is not told one by one


def refuse_too_many(poll: Poll, limit: int) -> None:
    """Raise TooManyDeadLetters when more rows of one reading were unusable than `limit`: then it is misread."""
    if len(poll.dead_letters) > limit:
        first = poll.dead_letters[0]
        raise TooManyDeadLetters(
            f"{poll.feed}: {len(poll.dead_letters)} rows of one reading could not be used, dead_letter_limit is "
            f"{limit}; the first is {first.origin} row {first.row}: {first.reason}, "
            f"{first.detail}; mend the manifest, `twinbell import MANIFEST --data DIR --check` tries it"
        )


def summed(seen: Iterable[Moment], at: int) -> Iterator[Moment]:
    """What is worth telling of rows that came together: one line for each group and family, and what is recent."""
    reads: dict[tuple[str, str, Family], Read] = {}
    found = [moment for moment in seen if isinstance(moment, Found) and moment.signal.known_at > at - RECENT_S]
    sifted: dict[tuple[str, str], Sifted] = {}
    for moment in seen:
        if isinstance(moment, Sifted):
            place = (moment.feed, moment.group)
            counts: Counter[Reason] = Counter(sifted[place].counts if place in sifted else {})
            counts.update(moment.counts)
            sifted[place] = msgspec.structs.replace(moment, counts=dict(counts))
        if isinstance(moment, Read):
            key = (moment.feed, moment.group, moment.family)
            before = reads.get(key)
            rows = moment.rows + (before.rows if before else 0)
            reads[key] = msgspec.structs.replace(moment, rows=rows, titles=moment.titles if rows == 1 else ())
    yield from reads.values()
    yield from sifted.values()
    yield from silences(seen)
    yield from found


def silences_of(signals: Iterable[Signal], at: int) -> Iterator[Silence]:
    """The series that fell silent or are heard again, by source: hundreds may at once, and are one thing to mend."""
    found: dict[tuple[str, bool], list[Signal]] = {}
    for signal in signals:
        if signal.detector == SILENCE and signal.phase in (Phase.RAISED, Phase.CLEARED):
            key = (signal.subject.partition("/")[0], signal.phase is Phase.CLEARED)
            found.setdefault(key, []).append(signal)
    for (source, is_over), own in sorted(found.items()):
        since = 0 if is_over else min(signal.occurred_at for signal in own)
        names = tuple(sorted({signal.subject for signal in own}))
        yield Silence(at=at, source=source, is_over=is_over, since=since, series=names)


def silences(seen: Iterable[Moment]) -> list[Silence]:
    """The silences of all groups, each source once."""
    found: dict[tuple[str, bool], Silence] = {}
    for moment in seen:
        if isinstance(moment, Silence):
            before = found.get((moment.source, moment.is_over), moment)
            series = tuple(sorted({*before.series, *moment.series}))
            since = min(before.since, moment.since)
            found[moment.source, moment.is_over] = msgspec.structs.replace(moment, series=series, since=since)
    return list(found.values())


def sifted_of(batch: ObservationBatch, counts: Mapping[Reason, int], at: int) -> Iterator[Sifted]:
    """What was not simply new in a batch, where anything was not."""
    told: dict[Reason, int] = {reason: count for reason, count in counts.items() if reason is not Reason.ACCEPTED}
    if told:
        yield Sifted(at=at, feed=batch.feed, group=batch.group, counts=told)


def reads_of(batch: ObservationBatch, at: int) -> Iterator[Read]:
    """What a batch brought, by family."""
    read = partial(Read, at=at, feed=batch.feed, group=batch.group)
    for family in dict.fromkeys(run.series.family for run in batch.runs):
        runs = [run for run in batch.runs if run.series.family is family]
        yield read(
            family=family,
            publisher=runs[0].series.publisher,
            rows=sum(len(run.rows) for run in runs),
            known_at=max(known for run in runs for known in run.known_at),
        )
    if batch.notices:
        yield read(
            family=Family.NOTICES,
            publisher=batch.notices[0].issuer,
            rows=len(batch.notices),
            known_at=max(notice.known_at for notice in batch.notices),
            titles=tuple(notice.title for notice in batch.notices),
        )
    if batch.hazards:
        yield read(
            family=Family.HAZARD_FEED,
            publisher=batch.hazards[0].publisher,
            rows=len(batch.hazards),
            known_at=max(hazard.known_at for hazard in batch.hazards),
            titles=tuple(hazard.name for hazard in batch.hazards),
        )
