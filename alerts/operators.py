"""News about Twinbell itself → **delivery** to its operators: a source stands still, or is heard again.

Operators are people with the role `operator`. Nobody is rung for it, no ladder climbs, nothing is acknowledged: an
alert about a supply is the duty officers' business, this is not. In CAP it has the status System.
"""

from collections.abc import Collection, Iterator
from enum import StrEnum

import msgspec

from alerts.deliveries import Delivery, Mode, Purpose
from alerts.fingerprint import delivery_id_of
from alerts.participants import Directory, Role
from streams.assessments import Level


class Turn(StrEnum):
    """What has become of the series of a source."""

    SILENT = "silent"
    HEARD = "heard"  # all of them again
    PARTLY = "partly"  # some of them again


class News(msgspec.Struct, frozen=True, kw_only=True, tag="news"):
    """One message's content. `spell` is the same from silence to hearing; `revision` counts its messages from 1.

    `series` are named as the store names them; one that is the source's own name is the source as a whole.
    """

    spell: str
    revision: int
    turn: Turn
    source: str
    since: int  # when it was last heard; for what is heard again, since when it was silent
    at: int
    series: tuple[str, ...]
    left: int = 0  # how many of the spell are silent still
    before: tuple[int, ...] = ()  # when the earlier messages of this spell were due, in order


class Alarm(msgspec.Struct, frozen=True, kw_only=True, tag="alarm"):
    """One message's content: a rule about Twinbell fires, or does so no more. `spell` is one firing."""

    spell: str
    rule: str
    is_over: bool
    wakes: bool  # by every channel of the operators; else by those that only inform
    since: int
    at: int
    summaries: dict[str, str]  # by language
    page: str = ""  # runbook

    @property
    def revision(self) -> int:
        """1 when it fires, 2 when it is over."""
        return 2 if self.is_over else 1


def alarm_deliveries(alarm: Alarm, directory: Directory, waking: Collection[str]) -> Iterator[Delivery]:
    """One for each operator and channel; a ticket wakes nobody."""
    purpose = Purpose.RESOLVE if alarm.is_over else Purpose.RING
    for delivery in _to_operators(alarm, purpose, purpose.value, directory):
        if alarm.wakes or delivery.channel not in waking:
            yield delivery


def deliveries(news: News, directory: Directory) -> Iterator[Delivery]:
    """One for each operator and channel."""
    purpose = {Turn.SILENT: Purpose.RING, Turn.PARTLY: Purpose.UPDATE, Turn.HEARD: Purpose.RESOLVE}[news.turn]
    yield from _to_operators(news, purpose, f"{news.turn}/{news.revision}", directory)


def _to_operators(news: News | Alarm, purpose: Purpose, occasion: str, directory: Directory) -> Iterator[Delivery]:
    for participant in directory.participants:
        people = (person for person in participant.people if Role.OPERATOR in person.roles)
        for person in people:
            for channel in participant.operator_channels:
                yield Delivery(
                    delivery_id=delivery_id_of(news.spell, purpose, occasion, person.person_id, channel),
                    alert_id=news.spell,
                    also=(),
                    revision=news.revision,
                    participant=participant.iso3,
                    person=person.person_id,
                    channel=channel,
                    language=person.language,
                    purpose=purpose,
                    level=Level.ADVISORY,
                    mode=Mode.SYSTEM,
                    occasion=occasion,
                    due_at=news.at,
                )
