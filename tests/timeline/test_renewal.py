"""Promise: while an alert stays open what was published of it does not lapse, and nobody is rung for that."""

import datetime
import itertools
from pathlib import Path

from lxml import etree
from msgspec.structs import replace

from alerts.acknowledgements import respond
from alerts.deliveries import RENEWED, DeliveryState, Purpose
from alerts.facts import Rung
from alerts.participants import Directory
from alerts.store import Store
from alerts.timers import RENEWED_AFTER_S, Throttle, Timers
from services.replay import facts_of
from streams.assessments import Level
from tests.alerting import (
    DAY,
    HOUR,
    JPN,
    MINUTE,
    START,
    USA,
    Recorder,
    assessment,
    policy,
    ring,
    situation,
    with_policy,
)
from tests.bell import Bell
from tests.following import TODAY, Deployed, prices

ONE_PUBLISHES = Directory(
    participants=(with_policy(USA, policy(channels=("pagerduty", "slack", "cap"))), with_policy(JPN, policy()))
)
FIRST = ring(START, Level.WARNING)
FIRST_OF_CHINA = replace(FIRST, ring_id=f"{FIRST.ring_id}CHN")
NAMESPACE = {"cap": "urn:oasis:names:tc:emergency:cap:1.2"}


def said(path: Path, name: str) -> str:
    """One element of a CAP file."""
    return etree.fromstring(path.read_bytes()).findtext(f".//cap:{name}", "", NAMESPACE)


def test_an_open_alert_is_renewed_before_its_message_lapses(tmp_path: Path) -> None:
    """A price that stays high for a month, without a word more of it: renewed before each expiry, and quietly."""
    site = Deployed(tmp_path)
    hub = site.hub()
    (site.drop / "antimony.csv").write_text(prices(TODAY, 701, jump=1.6, jumped=2))
    site.follow(hub, 2, lambda turn: site.real.wait(3_600))
    (alert,) = Store(site.database).open_alerts()
    rung = [fact for fact in facts_of(site.database) if isinstance(fact.body, Rung)]
    site.follow(hub, 11, lambda turn: site.real.wait(3 * DAY))
    (alert,) = Store(site.database).open_alerts()
    assert [fact for fact in facts_of(site.database) if isinstance(fact.body, Rung)] == rung
    renewals = [each for each in alert.deliveries.values() if each.occasion.startswith(RENEWED)]
    assert {(each.purpose, each.channel, each.state) for each in renewals} == {
        (Purpose.UPDATE, "cap", DeliveryState.DELIVERED)
    }
    assert {each.participant for each in renewals} == {"USA", "JPN"}
    for side in ("USA", "JPN"):
        files = [path for path in (tmp_path / "outbox").rglob("*.xml") if path.parts[-3] == side]
        ours = sorted(
            (path for path in files if alert.alert_id in said(path, "identifier")), key=lambda p: said(p, "sent")
        )
        published: dict[str, Path] = {}
        for path in ours:  # an exercise shows each message; what is published of a revision is the first
            published.setdefault(said(path, "identifier"), path)
        ours = list(published.values())
        renewed = [path for path in ours if "-renewed-" in said(path, "identifier")]
        assert renewed
        assert said(ours[-1], "expires") > datetime.datetime.fromtimestamp(site.real.now(), datetime.UTC).isoformat()
        for earlier, later in itertools.pairwise(ours):
            assert said(later, "sent") < said(earlier, "expires"), "nothing lapses in between"
            assert said(later, "msgType") == "Update"
            assert said(earlier, "identifier") in said(later, "references")
        assert len({said(path, "identifier") for path in ours}) == len(ours)
    site.database.dispose()


def answered(timers: Timers | None = None, origins: tuple[str, ...] = ("CHN",)) -> tuple[Bell, list[str]]:
    """Open alerts that both sides respond to, so that nothing rings any more; only the American side publishes."""
    bell = Bell(ONE_PUBLISHES, timers)
    bell.recorders["cap"] = Recorder("cap")
    taken = (replace(FIRST, ring_id=f"{FIRST.ring_id}{origin}") for origin in origins)
    ids = bell.take(*(assessment(situation(origin=o), rings=[r]) for o, r in zip(origins, taken, strict=True)))
    bell.run(MINUTE)
    for alert_id in ids:
        for who in ("usa-duty", "jpn-duty"):
            bell.acknowledge(who, alert_id)
            with bell.store.transaction() as connection:
                respond(bell.store, connection, bell.directory, who, alert_id, "", bell.now)
    bell.run(DAY)
    return bell, ids


def changed(bell: Bell, **changes: object) -> None:
    """Take in a new assessment of the first alert, without a ring."""
    bell.take(replace(assessment(as_of=bell.now, rings=[FIRST_OF_CHINA]), revision=f"at-{bell.now}", **changes))


def renewals(bell: Bell) -> list[tuple[str, str, str, int]]:
    """(participant, person, channel, days since the start) of every renewal that left."""
    left = bell.messages(lambda delivery: delivery.renews)
    return [(each.participant, each.person, each.channel, (each.due_at - START) // DAY) for each in left]


def test_only_what_was_published_is_renewed_and_only_while_the_alert_is_open() -> None:
    """Whoever has no CAP message gets none, no other channel says a word, and the end of the alert ends it."""
    bell, (alert_id,) = answered()
    before = len(bell.messages(lambda delivery: True))
    bell.run(39 * DAY)
    assert renewals(bell) == [("USA", "usa-duty", "cap", day) for day in (12, 24, 36)]
    assert len(bell.messages(lambda delivery: True)) == before + 3
    changed(bell, level=Level.NONE, resolved=True)
    bell.run(40 * DAY)
    assert sum(each.renews for each in bell.store.alert(alert_id).deliveries.values()) == 3, "none is planned any more"


def test_news_of_the_same_moment_is_told_instead_of_a_renewal() -> None:
    """A change that comes when a renewal is due is what the message says, and the next renewal counts from it."""
    bell, _ = answered()
    bell.run(START + RENEWED_AFTER_S - 1 - bell.now)
    bell.now += 1
    changed(bell, minerals=("gallium", "germanium"))
    bell.settle()
    assert renewals(bell) == []
    assert [each.due_at for each in bell.messages(lambda d: d.purpose is Purpose.UPDATE and d.channel == "cap")] == [
        bell.now
    ]
    bell.run(13 * DAY)
    assert renewals(bell) == [("USA", "usa-duty", "cap", 24)]


def test_a_record_from_before_is_renewed_once() -> None:
    """An open alert whose message has lapsed, since nobody renewed it for a month, gets one renewal and no ring."""
    bell, (alert_id,) = answered()
    rings = bell.store.alert(alert_id).rings
    before = len(bell.messages(lambda delivery: True))
    bell.now += 30 * DAY
    bell.settle()
    assert renewals(bell) == [("USA", "usa-duty", "cap", 31)]
    assert len(bell.messages(lambda delivery: True)) == before + 1
    assert bell.store.alert(alert_id).rings == rings


def test_renewals_hold_no_ring_back() -> None:
    """They count for no throttle: a ring that comes right after three of them leaves at once."""
    timers = Timers(throttles=(Throttle(level=Level.WARNING, messages=3, per_s=HOUR),))
    bell, _ = answered(timers, ("CHN", "COD", "ZAF"))
    bell.run(START + RENEWED_AFTER_S + 10 * MINUTE - bell.now)
    assert len(renewals(bell)) == 3
    (alert_id,) = bell.take(assessment(situation(origin="CHL"), as_of=bell.now))
    bell.settle()
    assert {d.channel for d in bell.messages(lambda d: d.alert_id == alert_id and d.participant == "USA")} == {
        "pagerduty",
        "slack",
        "cap",
    }
