"""Alert → the **chain** from rows to rings in one language, section by section: what `twinbell why` prints.

Everything in it is on the record or in the thresholds; what would have rung earlier was found by detection itself.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby

import msgspec

from alerts.channels.base import Line, Section
from alerts.deliveries import Delivery, DeliveryState, Purpose
from alerts.holds import Holds
from alerts.rendering import figures
from alerts.rendering.evidence import act_sections, evidence_section
from alerts.rendering.holds import statements
from alerts.rendering.impact import impact_section
from alerts.rendering.plain import plain
from alerts.rendering.progress import level_line, rings_section
from alerts.rendering.surroundings import Surroundings
from alerts.rendering.voice import Voice
from alerts.states import AlertState, MoveKind
from streams.assessments import Level, Ring
from streams.signals import Certainty, Phase, Signal

DAY_S = 86_400
NO_HOLDS = Holds()
_REACHED = (DeliveryState.SENT, DeliveryState.DELIVERED)
_COUNTED = {Purpose.REPEAT: "why.repeats", Purpose.UPDATE: "why.updates"}
"""What is counted under a key of the catalogue, and not told one by one."""


class StoredRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row behind a signal as it stands in the stored bytes, its header with it."""

    sha256: str
    row: int
    text: str


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """The thresholds by which one series, or one kind of document, was judged, as they stand in the file."""

    detector: str
    subject: str
    values: str


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """What decides severity and level: cut points as fractions of a year's supply, and the score that is strong."""

    extreme: float
    severe: float
    moderate: float
    strong_score: float


class Sooner(msgspec.Struct, frozen=True, kw_only=True):
    """What detection found with the thresholds times `factor`: the first ring of this spell, and how many in all."""

    factor: float
    rings: int  # on this situation, since the data begin, until the alert's own first ring
    ring: Ring | None = None
    signal: Signal | None = None


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """What the record does not hold by itself."""

    rows: tuple[StoredRow, ...]
    rules: tuple[Rule, ...]
    table: Table
    in_force: bool  # whether the thresholds at hand are those of the alert
    sooner: tuple[Sooner, ...]


def sections(
    voice: Voice, surroundings: Surroundings, state: AlertState, chain: Chain, holds: Holds = NO_HOLDS
) -> list[Section]:
    """From the rows to who was rung, then what would have rung earlier."""
    return [
        _rows(voice, chain),
        *act_sections(voice, state),
        evidence_section(voice, state, surroundings),
        _rules(voice, chain),
        _certainty(voice, state),
        *(impact_section(voice, state, iso3) for iso3 in state.tracks),
        _level(voice, state, chain),
        rings_section(voice, state),
        _told(voice, state),
        *_holds(voice, surroundings, holds),
        _sooner(voice, state, chain),
    ]


def _rows(voice: Voice, chain: Chain) -> Section:
    lines = [
        Line(label=f"{row.sha256[:16]}:{row.row}", text=plain(" | ".join(row.text.splitlines()), 400))
        for row in chain.rows
    ]
    return _section(voice, "rows", lines)


def _rules(voice: Voice, chain: Chain) -> Section:
    lines = [Line(label=rule.detector, text=plain(f"{rule.subject}: {rule.values}", 2_000)) for rule in chain.rules]
    if not chain.in_force:
        lines.insert(0, Line(label="", text=voice.say("why.other_thresholds")))
    return _section(voice, "rules", lines)


def _certainty(voice: Voice, state: AlertState) -> Section:
    """What each signal that holds may claim alone, and what they make together."""
    assessment = state.assessment
    lines = []
    for signal in assessment.signals:
        if signal.signal_id not in assessment.holding:
            continue
        text = voice.say(
            "why.claim",
            family=voice.say(f"family.{signal.family}"),
            series=figures.series_name(voice, signal),
            certainty=voice.say(f"certainty.{signal.claims}"),
        )
        lines.append(Line(label=signal.detector, text=text))
    if assessment.provisional:
        lines.append(Line(label="", text=voice.say("why.provisional", likely=voice.say("certainty.Likely"))))
    kinds = voice.count("why.families", len(assessment.families), likely=voice.say(f"certainty.{Certainty.LIKELY}"))
    result = voice.say("why.together", certainty=voice.say(f"certainty.{assessment.certainty}"))
    lines.append(Line(label="", text=voice.sentences([kinds, result])))
    return _section(voice, "certainty", lines)


def _level(voice: Voice, state: AlertState, chain: Chain) -> Section:
    """Cut points, the side that decides, and the field of the level table."""
    say, assessment, table = voice.say, state.assessment, chain.table
    cuts = say(
        "why.cuts",
        extreme=voice.fraction(table.extreme),
        severe=voice.fraction(table.severe),
        moderate=voice.fraction(table.moderate),
    )
    lines = [
        Line(label=say("field.severity"), text=cuts),
        Line(label=say("field.severity"), text=say("why.worst", severity=say(f"severity.{assessment.severity}"))),
        level_line(voice, assessment),
        Line(
            label=say("field.score"),
            text=say("why.strong", strong=voice.number(table.strong_score), own=voice.number(assessment.score)),
        ),
        Line(label=say("field.thresholds"), text=assessment.thresholds),
    ]
    return Section(heading=say("heading.decided"), lines=tuple(lines))


def _told(voice: Voice, state: AlertState) -> Section:
    """What each side was sent, a line for each moment and purpose, and every answer, in the order of time."""
    sent: dict[tuple[int, str, Purpose], list[Delivery]] = {}
    for delivery in sorted(state.deliveries.values(), key=lambda each: (each.moved_at, each.ordinal)):
        if delivery.state in _REACHED:
            sent.setdefault((delivery.moved_at, delivery.participant, delivery.purpose), []).append(delivery)
    told = [(at, own[0].ordinal, _sent(voice, own)) for (at, _, _), own in _single(sent).items()]
    moved = [
        (move.at, move.ordinal, voice.say("why.moved", person=voice.person(move.person), move=_moved(voice, move.kind)))
        for move in state.moves
    ]
    lines = [Line(label=voice.at(at), text=text) for at, _, text in sorted([*told, *moved])]
    for purpose, key in _COUNTED.items():
        number = sum(each is purpose for _, _, each in sent)
        if number:
            lines.append(Line(label="", text=voice.count(key, number)))
    if not lines:
        lines.append(Line(label="", text=voice.say("why.nobody", level=voice.say(f"level.{Level.WATCH}"))))
    return _section(voice, "told", lines)


def _holds(voice: Voice, surroundings: Surroundings, holds: Holds) -> list[Section]:
    said = [voice.sentences([each]) for each in statements(voice, surroundings.mentions, holds)]
    return [_section(voice, "holds", [Line(label="", text=text) for text in said])] if said else []


def _single(
    sent: Mapping[tuple[int, str, Purpose], list[Delivery]],
) -> dict[tuple[int, str, Purpose], list[Delivery]]:
    """What is told one by one: a ring that nobody answers is repeated for months, and updates wake nobody."""
    return {key: own for key, own in sent.items() if key[2] not in _COUNTED}


def _moved(voice: Voice, kind: MoveKind) -> str:
    return voice.catalogue.name(f"track.{kind}") or voice.catalogue.name(f"why.{kind}") or voice.say(f"status.{kind}")


def _sent(voice: Voice, deliveries: Sequence[Delivery]) -> str:
    """One purpose to one side: who was told by which channels."""
    by_person: dict[str, list[str]] = {}
    for delivery in deliveries:
        by_person.setdefault(delivery.person, []).append(voice.channel(delivery.channel))
    people = [
        voice.say("figure.noted", value=voice.person(person), notes=voice.listed(channels))
        for person, channels in by_person.items()
    ]
    first = deliveries[0]
    purpose = voice.say(f"purpose.{first.purpose}")
    return voice.say("why.sent", country=voice.side(first.participant), purpose=purpose, people=voice.clauses(people))


def _sooner(voice: Voice, state: AlertState, chain: Chain) -> Section:
    """By factor the first ring that detection gives, how much earlier it is, and what it costs in rings."""
    if not state.rings:
        return _section(voice, "sooner", [Line(label="", text=voice.say("why.never_rang"))])
    first = state.rings[0]
    lines: list[Line] = []
    for text, alike in groupby(chain.sooner, lambda each: _found(voice, each, first)):
        labels = [_factor(voice, each) for each in alike]
        label = labels[0] if len(labels) == 1 else voice.say("why.factors", first=labels[0], last=labels[-1])
        lines.append(Line(label=label, text=text))
    return _section(voice, "sooner", lines)


def _factor(voice: Voice, each: Sooner) -> str:
    if each.factor == 1.0:
        return voice.say("why.in_force")
    return voice.say("why.factor", factor=voice.number(each.factor))


def _found(voice: Voice, each: Sooner, first: Ring) -> str:
    cost = voice.count("why.rings", each.rings)
    if each.ring is None:
        return voice.clauses([voice.say("why.not_again" if each.factor == 1.0 else "why.not_found"), cost])
    level = voice.say(f"level.{each.ring.level}")
    if each.factor == 1.0 and each.ring.ring_id == first.ring_id:
        return voice.clauses([voice.say("why.again", moment=voice.at(first.at), level=level), cost])
    days = (first.at - each.ring.at) // DAY_S
    said = voice.say("why.no_sooner", level=level)
    if days > 0:
        said = voice.count("why.sooner", days, moment=voice.at(each.ring.at), level=level)
    return voice.clauses([said, _by(voice, each.signal), cost])


def _by(voice: Voice, signal: Signal | None) -> str:
    """The signal that would have rung."""
    if signal is None or signal.phase is Phase.CLEARED:
        return ""
    about = figures.series_name(voice, signal) if signal.act is not None else figures.figure(voice, signal)
    return voice.say("why.by", detector=signal.detector, figure=about, score=voice.number(signal.score))


def _section(voice: Voice, name: str, lines: Sequence[Line]) -> Section:
    shown = lines or [Line(label="", text=voice.say("detail.none"))]
    return Section(heading=voice.say(f"heading.{name}"), lines=tuple(shown))
