"""Impact → the detail section of one side: each figure with its source, and the arithmetic shown."""

import math

from alerts.channels.base import Line, Section
from alerts.rendering import sides, strikes
from alerts.rendering.voice import Voice, opened
from alerts.states import AlertState
from streams.assessments import Figure, Impact


def impact_section(voice: Voice, state: AlertState, iso3: str) -> Section:
    """What is at stake for one side. What is not known is said to be unknown."""
    impact = sides.impact_of(state, iso3)
    heading = voice.say("heading.impact_route", country=voice.side(iso3))
    if impact is None or not impact.mineral:
        lines = [Line(label="", text=opened(voice.say("side.none")))]
        if impact is not None:
            lines.append(_line(voice, "arithmetic", voice.say(f"computed.{impact.reason}")))
        return Section(heading=heading, lines=tuple(lines))
    heading = voice.say("heading.impact", country=voice.side(iso3), mineral=voice.mineral(impact.mineral))
    return Section(heading=heading, lines=tuple(_lines(voice, state, impact)))


def _lines(voice: Voice, state: AlertState, impact: Impact) -> list[Line]:
    origin = state.assessment.situation.origin
    lines = [
        _line(voice, "severity", _severity(voice, impact)),
        _line(voice, "reliance", _figure(voice, impact, impact.reliance), impact.reliance),
    ]
    if origin:
        country = voice.country(origin)
        for field, figure in (("world_share", impact.world_share), ("own_share", impact.own_share)):
            label = voice.say(f"field.{field}", country=country)
            lines.append(Line(label=label, text=_figure(voice, impact, figure), address=_address(figure)))
    if impact.place:
        label = voice.say("field.place_share", place=strikes.place(voice, impact.place))
        figure = impact.place_share
        lines.append(Line(label=label, text=_figure(voice, impact, figure), address=_address(figure)))
    if impact.partner and impact.through_partner.value is not None:
        label = voice.say("field.through_partner", country=voice.side(impact.partner))
        figure = impact.through_partner
        lines.append(Line(label=label, text=_figure(voice, impact, figure), address=_address(figure)))
    not_published = voice.say("figure.not_published")
    cover = not_published if impact.cover.value is None else _figure(voice, impact, impact.cover)
    lines.append(_line(voice, "cover", cover, impact.cover))
    if impact.cover_target.value is not None:
        lines.append(_line(voice, "cover_target", _figure(voice, impact, impact.cover_target), impact.cover_target))
    lines += _floors(voice, state, impact)
    lines += [_line(voice, "arithmetic", text) for text in arithmetic(voice, impact)]
    single = voice.say("detail.not_single")
    if impact.single_point:
        single = opened(voice.say("detail.single_point", country=voice.within(origin)))
    lines.append(_line(voice, "single_point", single))
    return lines


def arithmetic(voice: Voice, impact: Impact) -> list[str]:
    """Reliance × share × loss × (1 − substitutable) with its result, and what each part rests on."""
    if impact.at_stake is None or impact.loss_fraction is None:
        return [voice.say(f"computed.{impact.reason}")]
    which, share = _share(impact)
    shown = voice.say(
        "detail.arithmetic",
        reliance=voice.value(impact.reliance),
        share=voice.value(share),
        loss=voice.number(impact.loss_fraction),
        substitutable=voice.number(impact.substitutable or 0.0),
        result=sides.bound_of(impact) + voice.fraction(impact.at_stake),
    )
    lines = [shown]
    if impact.uncovered is not None and impact.cover.value is not None:
        figure = sides.bound_of(impact) + voice.fraction(impact.uncovered)
        lines.append(voice.say("detail.uncovered", figure=figure))
    reasons = [voice.say(f"detail.share_{which}"), voice.say("detail.loss_reason")]
    if impact.missing is not None and impact.missing_days is not None:
        days = voice.quantity(impact.missing_days, "days")
        reasons[1] = voice.say("detail.loss_missing", missing=voice.fraction(impact.missing), days=days)
    if impact.days_out is not None:
        days = voice.quantity(impact.days_out, "days")
        reasons = [voice.say("detail.share_place"), voice.say("detail.loss_days", days=days)]
    if not impact.substitutable:
        reasons.append(voice.say("detail.substitutable_unknown"))
    if not impact.targeted:
        reasons.append(voice.say("detail.not_targeted"))
    reasons.append(voice.say(f"computed.{impact.reason}"))
    return [*lines, voice.sentences(reasons)]


def _share(impact: Impact) -> tuple[str, Figure]:
    """The share that the product was made with: the record keeps the product, which tells."""
    if impact.place:
        return "place", impact.place_share
    ways = [("world", impact.world_share), ("own", impact.own_share), ("through", impact.through_partner)]
    if not impact.targeted:
        ways.reverse()
    for which, share in ways:
        if _is_product(impact, share):
            return which, share
    return ways[0]


def _is_product(impact: Impact, share: Figure) -> bool:
    if share.value is None or impact.reliance.value is None or impact.at_stake is None:
        return False
    left = 1 - (impact.substitutable or 0.0)
    product = impact.reliance.value / 100 * share.value / 100 * (impact.loss_fraction or 0.0) * left
    return math.isclose(product, impact.at_stake, rel_tol=1e-9, abs_tol=1e-12)


def _severity(voice: Voice, impact: Impact) -> str:
    parts = [voice.say(f"severity.{impact.severity}")]
    if impact.at_stake is not None:
        parts.append(voice.say("side.loss", figure=sides.bound_of(impact) + voice.fraction(impact.at_stake)))
    return voice.clauses(parts)


def _floors(voice: Voice, state: AlertState, impact: Impact) -> list[Line]:
    standing = sides.floors(voice, impact.mineral, sides.day_of(state))
    if not standing:
        return [_line(voice, "floor", opened(voice.say("side.no_floor")))]
    lines = []
    for floor in standing:
        figure = Figure(value=floor.value, unit=floor.unit, source=floor.source)
        notes = voice.clauses([sides.floor_name(voice, floor), voice.source(floor.source)])
        text = voice.say("detail.figure", value=voice.value(figure), notes=notes)
        lines.append(_line(voice, "floor", text, figure))
    return lines


def _figure(voice: Voice, impact: Impact, figure: Figure) -> str:
    """A figure in full; one of another mineral or of the group says so."""
    text = voice.full(figure)
    if figure.value is not None and figure.mineral and figure.mineral != impact.mineral:
        return voice.say("side.line", mineral=opened(voice.group(figure.mineral)), parts=text)
    return text


def _line(voice: Voice, field: str, text: str, figure: Figure | None = None) -> Line:
    return Line(label=voice.say(f"field.{field}"), text=text, address=_address(figure))


def _address(figure: Figure | None) -> str:
    """Where a figure of the reference data can be looked up; nothing that a feed wrote becomes a link."""
    if figure is None or figure.value is None or figure.source is None:
        return ""
    return figure.source.address if figure.source.address.startswith("https://") else ""
