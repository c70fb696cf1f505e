"""Signals of one situation → assessment: the only place that sets certainty, severity, urgency and level, and rings.

A pure function of the set of a situation's recent signals: they are folded in order of (known_at, signal id), so the
order in which they arrived changes nothing. The rules are those of the decision record on levels and rings.
"""

import functools
from collections.abc import Sequence
from datetime import date

import msgspec

from streams.assessments import Assessment, Impact, Level, Severity, Situation, Urgency
from streams.codec import identity
from streams.holding import Holding
from streams.impact import ALL, RANK, Cause, ImpactParameters, ImpactQuestion, Outage, alternatives, impacts
from streams.notices.readings import TIGHTENING, ActKind
from streams.observations import SECONDS_A_DAY, Family
from streams.reference import Reference
from streams.rings import AFTER_ALL, NO_EVIDENCE, Rings, direction_of, is_after, is_over, iso_day
from streams.signals import Certainty, Direction, Hazard, Phase, Signal
from streams.situations import HORIZON_S, AssessParameters, Book, Fold, Held, Verdict, is_stale

_CERTAINTY = (Certainty.UNKNOWN, Certainty.UNLIKELY, Certainty.POSSIBLE, Certainty.LIKELY, Certainty.OBSERVED)


class Assessor:
    """Judges situations with one set of thresholds, one reference and one list of participants."""

    def __init__(
        self,
        parameters: AssessParameters,
        impact: ImpactParameters,
        reference: Reference,
        participants: tuple[str, ...],
        thresholds: str,
    ) -> None:
        self._parameters = parameters
        self._impact = impact
        self._reference = reference
        self._participants = participants
        self._thresholds = thresholds
        self._dwell_s = int(parameters.dwell_days * SECONDS_A_DAY)
        self._impacts = functools.lru_cache(maxsize=4096)(self._impacts_of)

    def assess(self, book: Book, situation: Situation, at: int) -> Assessment | None:
        """The assessment of `situation` at `at` from the signals in `book`; None where no spell was ever opened.

        Advances `book.folded`, which saves work and changes no result.
        """
        holding = Holding(self._parameters, book, situation, at)
        key = situation.situation_id
        sealed = book.sealed.get(key, Fold())
        fold = book.folded.get(key, sealed)
        events = [h for h in holding.all if h.signal.known_at <= at]
        seen = [h for h in events if is_after(sealed, h) and not is_after(fold, h)]
        if len(seen) != fold.count - sealed.count:
            fold = sealed  # a signal came late: fold again from the summary
        rings = self._rings(situation, holding)
        for event in events:
            if is_after(fold, event):
                fold = rings.step(fold, event)
        book.folded[key] = fold
        if not fold.started:
            return None
        return self._assessment(book, situation, fold, holding, at)

    def seal(self, book: Book, situation: Situation) -> set[str]:
        """Fold what is older than the horizon into a summary; return the ids of the signals that are still needed.

        A signal older than the horizon is needed while it counts at a moment that may still be judged.
        """
        horizon = book.now - HORIZON_S
        key = situation.situation_id
        fold = book.sealed.get(key, Fold())
        holding = Holding(self._parameters, book, situation, book.now)
        rings = self._rings(situation, holding)
        for event in holding.all:
            if event.signal.known_at > horizon:
                break
            if is_after(fold, event):
                fold = rings.step(fold, event)
        if fold.count:
            book.sealed[key] = fold
        book.folded.pop(key, None)
        left = holding.seen_at((horizon, AFTER_ALL))
        ends = ((h, h.signal.known_at if h.signal.phase in NO_EVIDENCE else h.until) for h in left)
        return {h.signal.signal_id for h, end in ends if end + self._dwell_s >= horizon}

    def _rings(self, situation: Situation, holding: Holding) -> Rings:
        return Rings(
            self._parameters,
            situation,
            holding,
            lambda place, at, last: self._verdict(situation, holding.seen_at(place), at, last),
        )

    def _verdict(self, situation: Situation, held: Sequence[Held], at: int, last: str = AFTER_ALL) -> Verdict:
        """Judge what holds at `at`; of the signals known at that very moment, those up to the id `last` are counted."""
        holding = tuple(
            h
            for h in held
            if h.signal.phase not in NO_EVIDENCE
            and (h.signal.known_at, h.signal.signal_id) <= (at, last)
            and at < h.until
        )
        primary = [h.signal for h in holding if h.primary]
        if not primary:
            return Verdict()
        score = max(h.signal.score for h in holding if h.signal.family is not Family.NEWS)
        certainty = _certainty(primary, {h.signal.family for h in holding} - {Family.NEWS})
        question = _question(situation, primary)
        found = self._impacts(question)
        severity = max((i.severity for i in found), key=RANK.index, default=Severity.UNKNOWN)
        level = self._level(severity, certainty, score)
        return Verdict(level=level, certainty=certainty, severity=severity, score=score, holding=holding, impacts=found)

    def _impacts_of(self, question: ImpactQuestion) -> tuple[Impact, ...]:
        return impacts(question, self._reference, self._impact, self._participants)

    def _level(self, severity: Severity, certainty: Certainty, score: float) -> Level:
        """The level table of thresholds.toml."""
        row = self._parameters.levels[severity.value]
        if certainty is Certainty.OBSERVED:
            return row.observed
        if certainty is Certainty.LIKELY:
            return row.likely
        if certainty is Certainty.POSSIBLE:
            return row.possible_strong if score >= self._parameters.strong_score else row.possible
        return Level.ADVISORY

    def _assessment(self, book: Book, situation: Situation, fold: Fold, holding: Holding, at: int) -> Assessment:
        held = holding.seen_at((at, AFTER_ALL))
        has_ended = fold.void or fold.over
        verdict = Verdict() if has_ended else self._verdict(situation, held, at)
        level = Level.NONE if has_ended else self._rings(situation, holding).level_at(fold, at, verdict.level)
        spell = set(fold.signals)
        counted = tuple(h.signal.signal_id for h in verdict.holding)
        revisions, withdrawn = _taken_back(holding, fold)
        told = {*counted, *(r.signal_id for r in fold.rings), *fold.signals[:1], *revisions, *withdrawn}
        signals = tuple(
            h.signal
            for h in holding.all
            if h.signal.signal_id in told or (h.signal.phase is Phase.CLEARED and h.signal.known_at >= fold.started)
        )
        named = [h.signal for h in held if h.primary and h.signal.signal_id in spell]
        clocks = {s.subject: clock for s in named if (clock := book.clocks.get(s.subject)) is not None}
        silent = {name: clock.frozen_since or clock.last_known for name, clock in clocks.items() if is_stale(clock, at)}
        # An alert that ends is still told with the certainty and the impact that it had last.
        last = holding.all if has_ended else held
        last_at = fold.levels[-1][0] if fold.over else fold.known_at
        shown = verdict if verdict.holding else self._verdict(situation, last, last_at)
        assessment = Assessment(
            assessment_id=identity("assessment", situation.situation_id, fold.opened_on),
            revision="",
            situation=situation,
            opened_on=fold.opened_on,
            as_of=at,
            certainty=shown.certainty,
            severity=shown.severity,
            urgency=self._urgency(situation, shown, at),
            level=level,
            score=round(verdict.score, 4),
            direction=direction_of([h.signal for h in shown.holding]),
            minerals=fold.minerals,
            families=tuple(sorted({h.signal.family for h in shown.holding})),
            signals=signals,
            holding=counted,
            rings=fold.rings,
            impacts=shown.impacts,
            alternatives=alternatives(situation.group, situation.origin, fold.started, self._reference),
            industries=fold.minerals,
            stale=tuple(sorted(silent)),
            stale_since=min(silent.values(), default=0),
            provisional=any(h.signal.provisional for h in shown.holding),
            resolved=has_ended or is_over(fold, level),
            revised_at=fold.revised_at,
            withdrawn=withdrawn,
            void=fold.void,
            thresholds=self._thresholds,
        )
        silences = sum(end > fold.started for s in named if (c := book.clocks.get(s.subject)) for _, end in c.gaps)
        return msgspec.structs.replace(assessment, revision=_revision(assessment, fold.signals, silences))

    def _urgency(self, situation: Situation, verdict: Verdict, at: int) -> Urgency:
        """Days to the effective date; else days of cover; a closed route is immediate."""
        days = [
            (date.fromisoformat(day) - date.fromisoformat(iso_day(at))).days
            for h in verdict.holding
            if (day := _day_of(h.signal))
        ]
        if days:
            ahead = [d for d in days if d > 0]
            if not ahead:
                return Urgency.IMMEDIATE
            return Urgency.EXPECTED if min(ahead) <= self._parameters.expected_within_days else Urgency.FUTURE
        if situation.hazard is Hazard.LOGISTICS:
            return Urgency.IMMEDIATE
        cover = [i.cover.value for i in verdict.impacts if i.cover.value is not None]
        if cover:
            return Urgency.IMMEDIATE if min(cover) <= self._parameters.cover_short_days else Urgency.EXPECTED
        return Urgency.UNKNOWN


def _taken_back(holding: Holding, fold: Fold) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The newest revisions of a spell, and what they took back."""
    newest = [h.signal for h in holding.all if h.signal.phase is Phase.REVISED and h.signal.known_at == fold.revised_at]
    withdrawn = dict.fromkeys(name for signal in newest for name in signal.withdraws)
    return tuple(signal.signal_id for signal in newest), tuple(withdrawn)


def _certainty(primary: Sequence[Signal], families: set[Family]) -> Certainty:
    """What the strongest signal claims alone; two families make it at least Likely, provisional rows at most Likely.

    `families` are those whose agreement counts: news is not one of them.
    """
    claims = [Certainty.LIKELY if s.provisional and s.claims is Certainty.OBSERVED else s.claims for s in primary]
    strongest = max(claims, key=_CERTAINTY.index)
    if len(families) >= 2 and _CERTAINTY.index(strongest) < _CERTAINTY.index(Certainty.LIKELY):
        return Certainty.LIKELY
    return strongest


def _day_of(signal: Signal) -> str:
    """The day that a signal of an act points to; empty where it names none."""
    if signal.due is not None:
        return signal.due.day
    return signal.act.effective_on if signal.act is not None else ""


def _question(situation: Situation, primary: Sequence[Signal]) -> ImpactQuestion:
    """What the impact panel has to answer for these signals."""
    return ImpactQuestion(
        hazard=situation.hazard,
        group=situation.group,
        minerals=tuple(sorted({m for s in primary for m in s.minerals})),
        origin=situation.origin,
        route=situation.route,
        causes=_causes(primary),
        outages=tuple(
            sorted({Outage(s.strike.place_id, s.minerals, s.strike.days) for s in primary if s.strike is not None})
        ),
        at=min(s.known_at for s in primary),
    )


def _causes(primary: Sequence[Signal]) -> tuple[Cause, ...]:
    """The acts that restrict, and for each destination the deepest fall that customs show, to the percent."""
    found = set()
    falls: dict[str, float] = {}
    for signal in primary:
        act = signal.act
        restricts = act is not None and (act.polarity in TIGHTENING or signal.due is not None)
        if act is not None and restricts and act.kind is not ActKind.NONE:
            found.add(Cause(_hit(act.targets), act=act.kind))
        down = signal.family is Family.CUSTOMS and signal.direction is Direction.DOWN
        if down and signal.observed is not None and signal.expected:
            fall = round(min(1.0, max(1.0 - signal.observed / signal.expected, 0.0)), 2)
            falls[signal.destination] = max(fall, falls.get(signal.destination, 0.0))
    found.update(Cause(_hit((destination,)), fall=fall) for destination, fall in falls.items() if fall)
    return tuple(sorted(found))


def _hit(targets: tuple[str, ...]) -> tuple[str, ...]:
    """The targets as codes; nobody named, or the world, is everybody."""
    named = tuple(sorted({t for t in targets if t}))
    return named if named and not {ALL, "WLD"} & set(named) else (ALL,)


def _revision(assessment: Assessment, spell: tuple[str, ...], silences: int) -> str:
    """A hash of everything that a reader would see change; the passing of time alone is no change.

    No revision comes back, or it would be mistaken for one that was taken in before: hence `silences`, the number of
    those that are over. What has ended changes with `spell`, the ids of the signals folded since it opened, and no
    longer when its source falls silent or its signals are forgotten.
    """
    rings = " ".join(r.ring_id for r in assessment.rings)
    if assessment.resolved:
        end = ("void" if assessment.void else "resolved", assessment.revised_at)
        return identity(assessment.assessment_id, *end, rings, " ".join(spell), assessment.thresholds)
    return identity(
        assessment.assessment_id,
        assessment.level,
        assessment.certainty,
        assessment.severity,
        assessment.urgency,
        " ".join(s.signal_id for s in assessment.signals),
        " ".join(assessment.holding),
        rings,
        " ".join(assessment.stale),
        silences,
        assessment.revised_at,
        assessment.thresholds,
    )
