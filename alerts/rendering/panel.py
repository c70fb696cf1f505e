"""Panel → the detail section for a person: each point with what it says, what stands behind it and how much it weighs.

It names no motive: the alert says *supply restriction* until a person with the role has released another word.
"""

from alerts.channels.base import Line, Section
from alerts.rendering import events, figures, strikes
from alerts.rendering.attribution import Gate
from alerts.rendering.plain import plain
from alerts.rendering.surroundings import Surroundings
from alerts.rendering.voice import Voice, opened
from alerts.states import AlertState
from streams.assessments import PanelRow
from streams.signals import Comparison

_ROWS = 2  # of the figures behind a point: the newest; `alerts show` has them all


def panel_sections(voice: Voice, state: AlertState, surroundings: Surroundings, reader: str) -> list[Section]:
    """One section for each side that has a panel, the reader's first."""
    panels = sorted(state.assessment.panels, key=lambda panel: panel.participant != reader)
    sections = []
    for panel in panels:
        lines = [Line(label="", text=voice.sentences([voice.say("panel.note")]))]
        for row in panel.rows:
            lines.append(
                Line(label=voice.say(f"panel.item.{row.item}"), text=_row(voice, state, row, panel.participant))
            )
            lines += _stored(voice, surroundings, row)
        heading = voice.say("heading.panel", country=voice.side(panel.participant))
        sections.append(Section(heading=heading, lines=tuple(lines)))
    return sections


def for_a_person(state: AlertState, surroundings: Surroundings, language: str, at: int) -> list[Section]:
    """The panels of an alert by themselves, in one language; what waits for a release is taken out as in a message."""
    catalogue = surroundings.wording.chosen(language, ())
    voice = Voice(catalogue, surroundings.reference, surroundings.directory, (), at)
    gate = Gate(surroundings.wording, released=bool(state.attribution))
    return [gate.section(section) for section in panel_sections(voice, state, surroundings, "")]


def compared(voice: Voice, comparison: Comparison) -> str:
    """How one destination stands against the others, in words."""
    parts = [
        voice.say(
            "panel.compared",
            destination=voice.within(comparison.destination),
            month=voice.month(comparison.occurred_at),
            ratio=voice.fraction(comparison.ratio),
            value=voice.fraction(comparison.value),
            others=voice.number(comparison.others),
        )
    ]
    if comparison.p_value is None or comparison.rank is None or comparison.placebos is None:
        parts.append(voice.say("panel.few_placebos"))
    else:
        rank, placebos = voice.number(comparison.rank), voice.number(comparison.placebos)
        parts.append(voice.say("panel.placebos", rank=rank, count=placebos, p_value=voice.number(comparison.p_value)))
    if comparison.provisional:
        parts.append(voice.say("sure.provisional"))
    return voice.clauses(parts)


def _row(voice: Voice, state: AlertState, row: PanelRow, participant: str) -> str:
    said = voice.say(f"panel.{row.indication}", weight=voice.number(row.weight))
    return voice.sentences([said, _statement(voice, state, row, participant)])


def _statement(voice: Voice, state: AlertState, row: PanelRow, participant: str) -> str:
    """What is known of one point; of what is not known, that."""
    origin = voice.within(state.assessment.situation.origin)
    if row.share is not None and row.share.value is not None:
        share, stage = voice.brief(row.share), voice.stage(row.share.stage)
        known = voice.say("panel.dominance.figure", origin=origin, share=share, stage=stage)
        later = voice.say("figure.later_long", year=plain(row.share.year, 20)) if row.share.younger_than_event else ""
        return voice.clauses([known, later, voice.source(row.share.source)])
    if row.comparison is not None:
        return compared(voice, row.comparison)
    if row.act is not None:
        return voice.say(
            "panel.act.aimed" if row.is_aimed else "panel.act.general",
            document=events.document_name(voice, row.act),
            day=voice.iso_day(plain(row.since, 40)),
            country=voice.side(participant),
        )
    if row.signal is not None and row.signal.strike is not None:
        return opened(strikes.near(voice, row.signal.strike))
    if row.signal is not None:
        return figures.figure(voice, row.signal)
    return voice.say(f"panel.{row.item}.{row.indication}", origin=origin)


def _stored(voice: Voice, surroundings: Surroundings, row: PanelRow) -> list[Line]:
    """The command that opens each of the newest rows behind a point."""
    lines = []
    for evidence in row.evidence[:_ROWS]:
        sha256 = plain(evidence.sha256, 80)
        text = voice.say("panel.stored", digest=sha256[:16], command=surroundings.evidence(sha256, evidence.row))
        lines.append(Line(label=voice.say("field.row"), text=text))
    return lines
