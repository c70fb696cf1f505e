"""A natural event near a place → words: what it is, how far away, and what it is taken to mean there."""

from alerts.rendering.plain import plain
from alerts.rendering.voice import Voice
from streams.signals import Strike


def kind(voice: Voice, strike: Strike) -> str:
    """The kind of event; one that has no word here goes by the source's own letters."""
    return voice.catalogue.name(f"strike.kind.{strike.kind.lower()}") or plain(strike.kind, 40)


def place(voice: Voice, place_id: str) -> str:
    """The proper name of a mine, plant or port."""
    return plain(voice.reference.place_name(place_id, voice.code), 120)


def near(voice: Voice, strike: Strike) -> str:
    """Kind, size and distance in one statement, for the first screen."""
    size = "" if strike.severity is None or not strike.severity_unit else _size(voice, strike.severity, strike)
    what = voice.say("strike.sized", kind=kind(voice, strike), size=size) if size else kind(voice, strike)
    away = voice.quantity(strike.distance_km, "km")
    return voice.say("strike.near", what=what, distance=away, place=place(voice, strike.place_id))


def taken(voice: Voice, strike: Strike) -> list[str]:
    """What stands behind it: the name and scale of the source, the depth, and what the thresholds take it to mean."""
    parts = [voice.quoted(strike.name, 160)] if strike.name else []
    if strike.alert_level:
        parts.append(voice.say("strike.rated", level=voice.quoted(strike.alert_level, 40)))
    if strike.depth_km is not None:
        parts.append(voice.say("strike.depth", depth=voice.quantity(strike.depth_km, "km")))
    reach = voice.quantity(strike.radius_km, "km")
    return [*parts, voice.say("strike.taken", reach=reach, days=voice.quantity(strike.days, "days"))]


def _size(voice: Voice, size: float, strike: Strike) -> str:
    if strike.severity_unit == "M":
        return voice.say("strike.magnitude", size=voice.number(size))
    return voice.quantity(size, plain(strike.severity_unit, 20))
