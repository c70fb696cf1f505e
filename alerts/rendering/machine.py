"""Alert → the machine-readable side of a message, the same whatever the language: CAP's words, codes and parameters."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from alerts.channels.base import Facts, Parameter
from alerts.channels.cap import name_of, reference
from alerts.deliveries import Delivery, DeliveryState, Mode, Purpose
from alerts.participants import Participant
from alerts.reasons import Reason
from alerts.rendering import events
from alerts.rendering.plain import plain
from alerts.rendering.revised import errand
from alerts.rendering.surroundings import Surroundings
from alerts.rendering.voice import Voice
from alerts.states import AlertState, JointState
from alerts.timers import MESSAGE_LIFE_S
from streams.assessments import Level

_EVIDENCE = 20
_TOLD = (DeliveryState.SENT, DeliveryState.DELIVERED)


def facts_of(
    voice: Voice,
    surroundings: Surroundings,
    state: AlertState,
    delivery: Delivery,
    reader: Participant,
    also: Sequence[AlertState],
) -> Facts:
    """Codes, times and parameters of one message; `voice` names the area."""
    assessment, situation = state.assessment, state.assessment.situation
    references = _references(state, delivery, reader)
    track = state.tracks.get(reader.iso3)
    return Facts(
        mode=delivery.mode,
        msg_type=_msg_type(state, references),
        hazard=situation.hazard,
        level=Level.NONE if delivery.purpose in (Purpose.RESOLVE, Purpose.CLOSE) else assessment.level,
        certainty=assessment.certainty,
        severity=assessment.severity,
        urgency=assessment.urgency,
        sent_at=delivery.due_at,
        onset_at=_onset(state, delivery.due_at),
        expires_at=delivery.due_at + MESSAGE_LIFE_S,
        area=events.where(voice, assessment),
        geocodes=tuple(code for code in (situation.origin, situation.route) if code),
        parameters=_parameters(state, delivery, also),
        references=references,
        tlp=surroundings.tlp,
        releasable_to=tuple(p.iso3 for p in surroundings.directory.participants),
        answered=track is not None and track.answered,
    )


def _msg_type(state: AlertState, references: tuple[str, ...]) -> str:
    if state.joint is JointState.CANCELLED:
        return "Cancel"
    return "Update" if references else "Alert"


def _references(state: AlertState, delivery: Delivery, reader: Participant) -> tuple[str, ...]:
    """CAP's chain: what this side was sent before by the same channel, each revision by its first message."""
    first: dict[str, int] = {}
    is_any_before = delivery.renews or delivery.purpose in (Purpose.RESOLVE, Purpose.CLOSE)
    for other in state.deliveries.values():
        is_before = other.revision < delivery.revision or (
            (is_any_before or other.renews) and other.due_at <= delivery.due_at
        )
        same = (other.participant, other.channel) == (delivery.participant, delivery.channel)
        if same and is_before and other.state in _TOLD and other.delivery_id != delivery.delivery_id:
            if other.bundle or other.purpose in (Purpose.RESOLVE, Purpose.CLOSE):
                continue
            name = name_of(other)
            first[name] = min(other.due_at, first.get(name, other.due_at))
    return tuple(reference(reader.sender, name, at) for name, at in sorted(first.items(), key=lambda each: each[1]))


def _onset(state: AlertState, now: int) -> int:
    """When it takes effect: the date of the act, else the period of the figure; `now` where neither is there."""
    signal = events.lead(state.assessment)
    if signal is None:
        return now
    if signal.act is not None:
        try:
            day = date.fromisoformat(signal.act.effective_on or signal.act.published_on)
        except ValueError:
            return signal.known_at
        return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    return signal.occurred_at


def _parameters(state: AlertState, delivery: Delivery, also: Sequence[AlertState]) -> tuple[Parameter, ...]:
    assessment, situation = state.assessment, state.assessment.situation
    pairs = [
        ("alert_id", state.alert_id),
        ("revision", str(delivery.revision)),
        ("purpose", delivery.purpose),
        ("reason", Reason.SOURCE_REVISED if errand(state, delivery) in ("revised", "withdrawn") else ""),
        ("situation_id", state.situation_id),
        ("opened_on", state.opened_on),
        ("level", assessment.level),
        ("score", f"{assessment.score:g}"),
        ("group", situation.group),
        ("origin", situation.origin),
        ("route", situation.route),
        ("thresholds", assessment.thresholds),
        *(("mineral", mineral) for mineral in assessment.minerals),
        *(("family", family) for family in assessment.families),
    ]
    signal = events.lead(assessment)
    if signal is not None:
        pairs += [("detector", signal.detector), ("unit", plain(signal.unit, 40))]
        pairs += [
            (n, f"{v:g}") for n, v in (("observed", signal.observed), ("expected", signal.expected)) if v is not None
        ]
        if signal.act is not None:
            pairs += [("document", plain(signal.act.document_id, 200)), ("effective_on", signal.act.effective_on)]
            pairs += [("hs", plain(code, 20)) for code in signal.act.hs[:_EVIDENCE]]
    for impact in assessment.impacts:
        pairs.append((f"severity.{impact.participant}", impact.severity))
        if impact.at_stake is not None:
            pairs.append((f"at_stake.{impact.participant}", f"{impact.at_stake:.4f}"))
    hashes = dict.fromkeys(e.sha256 for s in assessment.signals for e in s.evidence)
    pairs += [("evidence_sha256", sha256) for sha256 in list(hashes)[:_EVIDENCE]]
    pairs += [("also", other.alert_id) for other in also[:_EVIDENCE]]
    if delivery.mode is not Mode.ACTUAL:
        pairs.append(("mode", delivery.mode))
    return tuple(Parameter(name=name, value=value) for name, value in pairs if value)
