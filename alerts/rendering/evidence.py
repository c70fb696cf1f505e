"""Signals → the detail sections *official act* and *evidence*: every figure with the command that opens its bytes."""

from collections.abc import Sequence

from alerts.channels.base import Line, Section
from alerts.rendering import events, figures, strikes
from alerts.rendering.panel import compared
from alerts.rendering.plain import plain
from alerts.rendering.surroundings import Surroundings
from alerts.rendering.voice import Voice, opened
from alerts.states import AlertState
from streams.signals import Act, Evidence, Phase, Signal

_SIGNALS = 12  # shown in full; the rest is counted, with the command that shows it
_ROWS = 5  # the newest of a signal
_QUOTES = 8
_PREFIX = 16  # hex digits of a SHA-256: enough to find it and to compare by eye


def act_sections(voice: Voice, state: AlertState) -> list[Section]:
    """One section for each official document, newest first; documents without a restriction are listed too."""
    seen: dict[str, Section] = {}
    for signal in sorted(state.assessment.signals, key=lambda s: (-s.known_at, s.signal_id)):
        act = signal.act
        if act is not None and act.document_id not in seen and len(seen) < _SIGNALS:
            seen[act.document_id] = Section(heading=voice.say("heading.act"), lines=tuple(_act(voice, act)))
    return list(seen.values())


def _act(voice: Voice, act: Act) -> list[Line]:
    def line(field: str, text: str, address: str = "") -> Line:
        return Line(label=voice.say(f"field.{field}"), text=text, address=address)

    lines = [line("document", events.document_name(voice, act))]
    if act.title:
        lines.append(line("title", _in_language(voice, act.title, act.language)))
    kind, polarity = voice.say(f"kind.{act.kind}"), voice.say(f"polarity.{act.polarity}")
    lines.append(line("kind", voice.say("detail.kind", kind=kind, polarity=polarity)))
    dates = [voice.say("detail.published", day=_day(voice, act.published_on))] if act.published_on else []
    effective = voice.say("detail.effective", day=_day(voice, act.effective_on)) if act.effective_on else ""
    dates.append(effective or voice.say("detail.no_effective"))
    if act.end_on:
        dates.append(voice.say("detail.end", day=_day(voice, act.end_on)))
    lines += [line("dates", voice.clauses(dates)), line("targets", voice.targets(act.targets))]
    if act.hs:
        lines.append(line("tariff", voice.clauses([plain(code, 20) for code in act.hs[:40]])))
    if act.quotes:
        quotes = voice.clauses([voice.quoted(quote, 200) for quote in _longest(act.quotes)])
        lines.append(line("quote", _tagged(voice, quotes, act.language)))
    if act.address:
        lines.append(line("address", plain(act.address, 300)))
    return lines


def _day(voice: Voice, day: str) -> str:
    return voice.iso_day(plain(day, 40))


def _in_language(voice: Voice, text: str, language: str) -> str:
    """A quotation in its own language, which is named."""
    return _tagged(voice, voice.quoted(text, 600), language)


def _tagged(voice: Voice, text: str, language: str) -> str:
    return voice.say("detail.in_language", text=text, language=voice.language(plain(language, 20)))


def _longest(quotes: Sequence[str]) -> list[str]:
    """The quotations that no other one holds, in their order."""
    whole = [quote for quote in quotes if not any(quote != other and quote in other for other in quotes)]
    return whole[:_QUOTES]


def evidence_section(voice: Voice, state: AlertState, surroundings: Surroundings) -> Section:
    """Every signal with its figures: value, usual range, publisher, stored bytes and the command that opens them."""
    signals = sorted(
        state.assessment.signals,
        key=lambda s: (s.signal_id not in state.assessment.holding, -s.known_at, -s.score, s.signal_id),
    )
    lines: list[Line] = []
    for signal in signals[:_SIGNALS]:
        lines.append(_signal(voice, state, signal))
        lines += _rows(voice, signal, state.alert_id, surroundings)
    rest = len(signals) - _SIGNALS
    if rest > 0:
        text = voice.count("detail.signals_more", rest, command=surroundings.show(state.alert_id))
        lines.append(Line(label="", text=text))
    if not lines:
        lines.append(Line(label="", text=voice.say("detail.none")))
    return Section(heading=voice.say("heading.evidence"), lines=tuple(lines))


def _signal(voice: Voice, state: AlertState, signal: Signal) -> Line:
    said = figures.figure(voice, signal) if signal.act is None else events.document_name(voice, signal.act)
    parts = [opened(said)]
    if signal.band_low is not None and signal.band_high is not None:
        low = figures.value(voice, signal.band_low, signal.unit)
        high = figures.value(voice, signal.band_high, signal.unit)
        parts.append(voice.say("detail.band", low=low, high=high))
    if signal.comparison is not None:
        parts.append(compared(voice, signal.comparison))
    if signal.strike is not None:
        parts += strikes.taken(voice, signal.strike)
    if signal.raises_at is not None:
        parts.append(voice.say("detail.raises", value=figures.value(voice, signal.raises_at, signal.unit)))
    if signal.provisional:
        parts.append(voice.say("sure.provisional"))
    text = voice.say(
        "detail.revision" if signal.phase is Phase.REVISED else "detail.signal",
        figure=voice.clauses(parts),
        score=voice.number(signal.score),
        phase=voice.say(f"phase.{signal.phase}"),
        holds=_holds(voice, state, signal),
    )
    family = voice.say(f"family.{signal.family}")
    label = voice.say("figure.noted", value=plain(signal.detector, 20), notes=family)
    return Line(label=label, text=text + voice.say("meta.stop"))


def _holds(voice: Voice, state: AlertState, signal: Signal) -> str:
    """Whether a signal still counts, and where it does not, whether its source has taken it back."""
    if signal.signal_id in state.assessment.withdrawn:
        return voice.say("detail.withdrawn")
    if signal.phase in (Phase.CLEARED, Phase.REVISED):
        return ""
    return voice.say("detail.holds" if signal.signal_id in state.assessment.holding else "detail.faded")


def _rows(voice: Voice, signal: Signal, alert_id: str, surroundings: Surroundings) -> list[Line]:
    newest = sorted(signal.evidence, key=lambda e: (-e.occurred_at, -e.known_at, -e.row))
    lines = [
        Line(label=voice.say("field.row"), text=_row(voice, signal, evidence, surroundings))
        for evidence in newest[:_ROWS]
    ]
    rest = len(newest) - _ROWS
    if rest > 0:
        text = voice.count("detail.rows_more", rest, command=surroundings.show(alert_id))
        lines.append(Line(label=voice.say("field.row"), text=text))
    return lines


def _row(voice: Voice, signal: Signal, evidence: Evidence, surroundings: Surroundings) -> str:
    document = evidence.value is None and signal.act is not None
    value = voice.say("detail.document_row")
    if not document:
        value = figures.value(voice, evidence.value, evidence.unit or signal.unit)
    year = voice.utc_year(evidence.known_at)
    publisher, publication = voice.issuer(evidence.publisher), plain(evidence.publication, 160)
    source = voice.say("detail.source_unknown")
    if document and signal.act is not None:
        source = events.document_name(voice, signal.act)
    elif publisher and publication:
        source = voice.say("detail.source", publisher=publisher, publication=publication, year=year)
    elif publisher or publication:
        source = voice.clauses([publisher or publication, year])
    return voice.say(
        "detail.row",
        period=voice.utc_day(evidence.occurred_at) if document else figures.period(voice, signal, evidence.occurred_at),
        value=value,
        source=source,
        digest=plain(evidence.sha256, 80)[:_PREFIX],
        row=str(evidence.row),
        command=surroundings.evidence(plain(evidence.sha256, 80), evidence.row),
    )
