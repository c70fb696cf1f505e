"""Acts → **conditions** of a group: which restrictions of a state are in force, whom they hit and since when.

An act fades as an alert within a season; what it restricts stays restricted until it is suspended, eased or over. A
pure function of the set of acts that are known: they are taken in order of the day of their effect, whatever order they
came in. What was said in passing, planned or only possible is no condition.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

import msgspec

from streams.notices.readings import TIGHTENING, ActKind, Polarity
from streams.observations import SECONDS_A_DAY
from streams.signals import Act, Certainty, Evidence, Signal

ACTS_KEPT = 160  # of one group: a state that has bound itself more often has replaced its oldest acts
EVERYBODY = ("ALL", "WLD")
_OF_ANY_KIND = (ActKind.SUSPENSION, ActKind.OTHER, ActKind.NONE)  # a relief that names no instrument is about all


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """One restriction in force at a moment. Days are ISO days; `until` is empty where no end is stated."""

    origin: str
    kind: ActKind
    minerals: tuple[str, ...]  # empty: the whole group
    since: str
    until: str = ""
    targets: tuple[str, ...] = ()
    signal_id: str  # the newest act that says so …
    act: Act  # … what it is …
    evidence: tuple[Evidence, ...] = ()  # … and where it is stored

    def days_at(self, at: int) -> int:
        """For how many days it has been in force at a moment."""
        return (day_number(at) - _number(self.since)) if self.since else 0


_Key: TypeAlias = tuple[ActKind, str, tuple[str, ...]]  # instrument, mineral, whom it hits


class _State(msgspec.Struct):
    """What is known of one restriction while the acts are taken in order."""

    since: str
    until: str
    signal: Signal
    paused_from: str = ""
    paused_until: str = ""


def is_act(signal: Signal) -> bool:
    """Whether a signal can be a condition: an act on a mineral, done and not only spoken of; a listed firm is none."""
    return (
        signal.act is not None
        and not signal.act.entity
        and signal.act.polarity is not Polarity.NONE
        and signal.claims in (Certainty.OBSERVED, Certainty.LIKELY)
    )


def kept(acts: Iterable[Signal]) -> list[Signal]:
    """The newest acts, in order of when they became known: which ones does not depend on the order they came in."""
    return sorted(acts, key=lambda s: (s.known_at, s.signal_id))[-ACTS_KEPT:]


def in_force(
    acts: Iterable[Signal], origin: str, at: int, against: str = "", known_by: int | None = None
) -> tuple[Condition, ...]:
    """The restrictions of `origin` in force at `at` (seconds); of those, what hits `against` if given.

    As known at `known_by`, which is `at` where it is not given. A relief for one country leaves the others where they
    are.
    """
    known_by = at if known_by is None else known_by
    today = iso_day(at)
    states: dict[_Key, _State] = {}
    known = [s for s in acts if s.origin == origin and s.known_at <= known_by and s.act is not None]
    for signal in sorted(known, key=lambda s: (_starts(s), s.known_at, s.signal_id)):
        act = signal.act
        if act is None or _starts(signal) > today or not _concerns(act, against):
            continue
        if act.polarity in TIGHTENING:
            _restrict(states, signal, act)
        else:
            _relieve(states, signal, act)
    standing: dict[tuple[ActKind, str, str, str], list[str]] = {}
    signals = {signal.signal_id: signal for signal in known}
    for (kind, mineral, _), state in states.items():
        if _stands(state, today):
            since = max(state.since, state.paused_until)  # what was suspended begins anew when that is over
            standing.setdefault((kind, since, state.until, state.signal.signal_id), []).append(mineral)
    return tuple(_condition(key, standing[key], signals[key[3]]) for key in sorted(standing))


def iso_day(at: int) -> str:
    """The UTC day of a moment."""
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def day_number(at: int) -> int:
    """Days since 1970."""
    return at // SECONDS_A_DAY


def _number(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) // SECONDS_A_DAY


def _starts(signal: Signal) -> str:
    """The day from which an act counts: of its effect, else of its publication."""
    act = signal.act
    day = (act.effective_on or act.published_on) if act is not None else ""
    return day if _is_day(day) else iso_day(signal.occurred_at)


def _is_day(day: str) -> bool:
    try:
        datetime.fromisoformat(day)
    except ValueError:
        return False
    return len(day) == 10


def _concerns(act: Act, against: str) -> bool:
    """Whether an act is about exports to `against`; without one, every restriction is and only a relief for all."""
    hit = _hit(act)
    if hit == EVERYBODY[:1]:
        return True
    if not against or against in EVERYBODY:
        return act.polarity in TIGHTENING
    return against in hit


def _hit(act: Act) -> tuple[str, ...]:
    """Whom an act hits: countries, or everybody."""
    named = tuple(sorted({target for target in act.targets if target}))
    return EVERYBODY[:1] if not named or set(named) & set(EVERYBODY) else named


def _restrict(states: dict[_Key, _State], signal: Signal, act: Act) -> None:
    day = _starts(signal)
    end = act.end_on if _is_day(act.end_on) else ""
    for mineral in signal.minerals or ("",):
        key = (act.kind, mineral, _hit(act))
        state = states.get(key)
        renews = act.polarity is Polarity.EXTEND
        if state is not None and _stands(state, day) and (renews or not _is_another(state, signal, act)):
            state.until = end or state.until
        elif state is not None and renews:
            states[key] = _State(state.since, end, signal)
        else:
            states[key] = _State(day, end, signal)


def _is_another(state: _State, signal: Signal, act: Act) -> bool:
    """Whether a restriction is a further act, and not one more page about the one that stands."""
    return signal.claims is Certainty.OBSERVED and bool(act.effective_on) and act.effective_on > state.since


def _relieve(states: dict[_Key, _State], signal: Signal, act: Act) -> None:
    same = [key for key in states if key[0] is act.kind]
    hit = same if same and act.kind not in _OF_ANY_KIND else list(states)
    day = _starts(signal)
    for key in hit:
        if signal.minerals and key[1] and key[1] not in signal.minerals:
            continue
        if act.polarity is Polarity.SUSPEND:
            states[key].paused_from = day
            states[key].paused_until = act.end_on if _is_day(act.end_on) else ""
        else:
            del states[key]


def _stands(state: _State, day: str) -> bool:
    """Whether it is in force on a day: begun, not over, and not suspended."""
    if state.until and day > state.until:
        return False
    is_paused = bool(state.paused_from) and day >= state.paused_from
    return not (is_paused and (not state.paused_until or day <= state.paused_until))


def _condition(key: tuple[ActKind, str, str, str], minerals: Sequence[str], signal: Signal) -> Condition:
    kind, since, until, signal_id = key
    act = signal.act
    assert act is not None
    return Condition(
        origin=signal.origin,
        kind=kind,
        minerals=tuple(sorted(filter(None, minerals))),
        since=since,
        until=until,
        targets=act.targets,
        signal_id=signal_id,
        act=act,
        evidence=signal.evidence,
    )
