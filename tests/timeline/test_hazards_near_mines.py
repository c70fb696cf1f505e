"""What two duty officers hear of an earthquake at a mine that matters: one ring, no repetition, an end on data."""

import msgspec

from alerts.deliveries import Purpose
from streams import reference, thresholds
from streams.assessments import Level
from streams.engine import Engine, GroupState
from streams.observations import HazardObservation, ObservationBatch
from tests.alerting import DAY, HOUR, START
from tests.bell import Bell

REFERENCE = reference.packaged()
MINE = REFERENCE.node_at("spor_mountain")  # beryllium: half of the world's mine output is its own
assert MINE is not None


class Watch:
    """One group's detection beside the bell."""

    def __init__(self) -> None:
        self.bell = Bell()
        self.engine = Engine(thresholds.packaged(), REFERENCE, ("USA", "JPN"))
        self.state = GroupState()

    def told(self, **changes: object) -> None:
        """The earthquake is told now."""
        made = HazardObservation(
            event_id="gdacs:EQ:1",
            feed="gdacs",
            kind="EQ",
            name="Earthquake in United States",
            alert_level="Green",
            severity=8.1,
            severity_unit="M",
            lat=MINE.lat,
            lon=MINE.lon,
            occurred_at=START - HOUR,
            known_at=self.bell.now,
            evidence="ab" * 32,
            row=1,
        )
        hazard = msgspec.structs.replace(made, **changes)
        batch = ObservationBatch(group="beryllium", feed="gdacs", hazards=[hazard])
        self.bell.take(*self.engine.apply(self.state, batch).assessments)

    def days(self, count: int) -> None:
        """Days pass, with a tick each."""
        for _ in range(count):
            self.bell.run(DAY)
            tick = ObservationBatch(group="beryllium", feed="tick", tick_at=self.bell.now)
            self.bell.take(*self.engine.apply(self.state, tick).assessments)


def test_an_earthquake_at_a_mine_rings_both_sides_once_and_a_correction_ends_it() -> None:
    """Told again in the same words it is no news; told smaller, it is over after the dwell time."""
    watch = Watch()
    bell = watch.bell
    watch.told()
    bell.run(HOUR)
    (alert,) = bell.store.alerts()
    assert alert.level.rank >= Level.WATCH.rank
    rings = [ring.at for ring in alert.rings]
    assert len(rings) == 1
    for side in ("USA", "JPN"):
        assert [kind for _, _, kind in bell.heard(side, "slack")][:1] == ["ring"]
        bell.acknowledge(f"{side.lower()}-duty", alert.alert_id)
    bell.run(5 * HOUR)
    watch.told(alert_level="Red", name="told again in other words")
    bell.run(HOUR)
    assert [ring.at for ring in bell.store.alert(alert.alert_id).rings] == rings
    watch.told(severity=4.9)
    watch.days(13)
    assert not bell.messages(lambda delivery: delivery.purpose is Purpose.RESOLVE)
    watch.days(3)
    ended = {m.participant for m in bell.messages(lambda delivery: delivery.purpose is Purpose.RESOLVE)}
    assert ended == {"USA", "JPN"}
