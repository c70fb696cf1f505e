"""One seed: the embedded alert path on a fake clock, killed, starved and lied to, and what must hold after it."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from alerts import acknowledgements, projection
from alerts.channels.base import Channel, Message
from alerts.deliveries import RINGING, UNSENT, Delivery, DeliveryState, Mode
from alerts.errors import Refused
from alerts.facts import Acknowledged, Assessed, Cancelled, Closed, Fact, PositionKind, Resolved, Rung
from alerts.lifecycle import AlertState, fold
from alerts.participants import Directory
from alerts.store import Store
from alerts.timers import Timers
from services.database import migrate, open_engine
from services.dispatcher.escalate import escalate
from services.dispatcher.intake import Intake
from services.dispatcher.send import Sender
from streams.assessments import Level
from streams.signals import Hazard
from tests.alerting import HOUR, JPN, START, USA, message, policy, with_policy
from tests.simulation.faults import Clock, Fates, FaultyChannel, Killed, Outside, Step, faulty_engine, jump
from tests.simulation.script import Event, Taken, Typed, script_of

SIDES = Directory(participants=tuple(with_policy(side, policy(repeat=240)) for side in (USA, JPN)))
TIMERS = Timers(update_interval_s=HOUR, send_backoff_s=(5, 60, 600), exhausted_after_s=600)
MOST_FAULTS = 14
CALM_S = 3 * HOUR


class Broken(AssertionError):
    """What must always hold does not; the message begins with the seed."""


def template(directory: Path) -> Path:
    """An empty store, migrated once, to be copied for every seed."""
    path = directory / "template.db"
    engine = open_engine(f"sqlite:///{path}", durable=False)
    migrate(engine)
    engine.dispose()  # closing the last connection brings everything into the one file
    return path


class World:
    """A machine whose process comes and goes, its disk, its clock, and the providers outside."""

    def __init__(self, seed: int, path: Path) -> None:
        self.seed = seed
        self.path = path
        self.fates = Fates(seed, MOST_FAULTS)
        self.clock = Clock(START)
        self.outside = Outside()
        self.events = script_of(self.fates.random)
        self.answered: list[tuple[str, str]] = []  # (alert id, hash) of the facts that a person saw recorded
        self.start()

    # the process

    def start(self) -> None:
        """A new process: nothing in memory, whatever was committed on the disk."""
        self.engine = faulty_engine(self.path, self.fates)
        self.store = Store(self.engine)
        self.intake = Intake(self.store, SIDES, Mode.EXERCISE, TIMERS)
        channels: dict[str, Channel] = {
            name: FaultyChannel(name, waking, self.fates, self.clock, self.outside)
            for name, waking in (("pagerduty", True), ("slack", False))
        }
        self.sender = Sender(self.store, channels, self.compose)

    @staticmethod
    def compose(alert: AlertState, delivery: Delivery) -> Message:
        """The least that a channel needs."""
        return message(alert, delivery, SIDES.participant(delivery.participant))

    def surviving(self, step: Step, act: Callable[[], object]) -> bool:
        """Do something as the process; False when it was killed or failed in it. A killed process starts anew."""
        self.fates.step = step
        try:
            act()
        except Killed:
            self.engine.dispose()
            self.start()
            self.recover()
            return False
        except DBAPIError:  # a full disk: the loop goes on and tries again
            return False
        finally:
            self.fates.step = Step.IDLE
        return True

    def recover(self) -> None:
        """What a process does first."""
        while not self.surviving(Step.RECOVER, lambda: self.sender.recover(self.clock.now)):
            pass

    # what it does

    def run(self) -> None:
        """Live through the script with faults, then in calm until everything has come to rest; then judge."""
        self.fates.calm = False
        for event in self.events:
            self.pass_time(event.at)
            self.happen(event)
        self.fates.calm = True
        self.clock.now = max(self.clock.now, self.events[-1].at)
        self.engine.dispose()
        self.start()
        self.recover()
        self.pass_time(self.clock.now + CALM_S)
        self.judge()

    def happen(self, event: Event) -> None:
        """An event is handed over until it counts, as a feed's cursor or an impatient person would do."""
        if isinstance(event, Taken):
            while not self.surviving(Step.TAKE, lambda: self.take(event)):
                pass
        else:
            while not self.surviving(Step.ANSWER, lambda: self.type(event)):
                pass
        self.settle()

    def take(self, event: Taken) -> None:
        """Take an assessment in."""
        with self.store.transaction() as connection:
            self.intake.take(connection, event.assessment, self.clock.now)

    def type(self, event: Typed) -> None:
        """A command, in a process of its own on the same store."""
        terminal = Store(self.engine)
        alerts = terminal.open_alerts()
        if not alerts:
            return
        alert_id = alerts[event.which % len(alerts)].alert_id
        with terminal.transaction() as connection:
            arguments = (terminal, connection, SIDES, event.person, alert_id)
            try:
                if event.command == "take_position":
                    stance = acknowledgements.Stance(PositionKind.DISPUTE, "another reading")
                    fact = acknowledgements.take_position(*arguments, stance, self.clock.now)
                else:
                    fact = getattr(acknowledgements, event.command)(*arguments, "", self.clock.now)
            except Refused:
                return
        self.answered.append((alert_id, fact.hash))

    def settle(self) -> None:
        """Plan and send until nothing more is due at this moment."""
        busy = True
        while busy:
            planned = 0

            def plan() -> None:
                nonlocal planned
                planned = escalate(self.store, SIDES, self.clock.now, TIMERS)

            sent = 0

            def send() -> None:
                nonlocal sent
                sent = len(self.sender.send_due(self.clock.now))

            went_well = self.surviving(Step.PLAN, plan)
            went_well = self.surviving(Step.CLAIM, send) and went_well
            busy = not went_well or planned + sent > 0

    def pass_time(self, until: int) -> None:
        """Go from one instant at which something is due to the next, up to `until`; the clock may jump on the way."""
        for _ in range(2_000):
            jump(self.fates, self.clock)
            self.settle()
            due = self.store.next_due()
            leases = [each.moved_at + TIMERS.send_lease_s for each in self.sending()]
            instants = [at for at in (due, *leases) if at is not None and at <= until]
            if not instants:
                break
            self.clock.now = max(self.clock.now + 1, min(instants))
        else:
            raise Broken(f"seed {self.seed}: time does not get from {self.clock.now} to {until}")
        self.clock.now = max(self.clock.now, until)

    def sending(self) -> list[Delivery]:
        """What nobody has an answer for."""
        with self.store.looking() as connection:
            return self.store.outbox(connection, (DeliveryState.SENDING,))

    # what must hold

    def judge(self) -> None:
        """Everything that must hold when the world has come to rest."""
        self.hold(self.store.verify() > 0 or not any(isinstance(event, Taken) for event in self.events), "no record")
        with self.engine.connect() as connection:
            before = projection.snapshot(connection)
        alerts = self.store.alerts()
        self.store.rebuild()
        with self.engine.connect() as connection:
            self.hold(projection.snapshot(connection) == before, "state tables differ from the fold of the facts")
        for alert in alerts:
            facts = self.store.facts(alert.alert_id)
            self.hold(fold(facts) == alert, f"alert {alert.alert_id}: the state in memory is not the fold")
            self.judge_bell(alert, facts)
            self.judge_ladders(alert, facts)
        self.judge_messages(alerts)
        self.judge_inputs(alerts)

    def hold(self, holds: bool, otherwise: str) -> None:
        """Fail with the seed unless it holds."""
        if not holds:
            raise Broken(f"seed {self.seed}: {otherwise}")

    def judge_bell(self, alert: AlertState, facts: list[Fact]) -> None:
        """Every ring reached the outside for every side, unless the side had answered or it was over."""
        reached = {each.delivery.delivery_id for each in self.outside.messages}
        for ordinal, fact in enumerate(facts):
            if not isinstance(fact.body, Rung):
                continue
            for side in alert.tracks:
                told = any(
                    each.participant == side
                    and each.purpose in RINGING
                    and each.ordinal > ordinal
                    and (each.delivery_id in reached or each.bundle in reached)
                    for each in alert.deliveries.values()
                )
                excused = self.inhibited(alert, side) or any(
                    _excuses(later.body, side) for later in facts[ordinal + 1 :]
                )
                self.hold(
                    told or excused, f"alert {alert.alert_id}: ring {fact.body.ring.ring_id} never reached {side}"
                )

    def inhibited(self, alert: AlertState, side: str) -> bool:
        """Whether a side was visibly not told of a price because a supply alert on the same group is still open."""
        held = any(each.participant == side and each.reason == "inhibited" for each in alert.deliveries.values())
        group = alert.assessment.situation.group
        supply = any(
            other.live and other.assessment.situation.hazard is Hazard.RESTRICTION
            for other in self.store.open_alerts()
            if other.assessment.situation.group == group
        )
        return held and supply and alert.assessment.situation.hazard is Hazard.MARKET

    def judge_ladders(self, alert: AlertState, facts: list[Fact]) -> None:
        """Nothing is left in the outbox, and nothing was planned for a ladder that somebody had answered."""
        for delivery in alert.deliveries.values():
            self.hold(delivery.state not in UNSENT, f"delivery {delivery.delivery_id} is still {delivery.state}")
            refused = delivery.state is DeliveryState.FAILED_PERMANENT
            self.hold(
                not refused or delivery.delivery_id in self.outside.refused,
                f"delivery {delivery.delivery_id} was given up without a refusal: {delivery.reason}",
            )
        for delivery in alert.deliveries.values():
            if delivery.reason in ("escalated", "repeated") and delivery.state is not DeliveryState.SUPPRESSED:
                before = fold(facts[: delivery.ordinal])
                answered = before.tracks[delivery.participant].answered
                self.hold(not answered, f"delivery {delivery.delivery_id} rang a side that had answered")

    def judge_messages(self, alerts: list[AlertState]) -> None:
        """A repeat carries the same id, revision and words; there are no more of them than faults explain."""
        seen: dict[str, list[Message]] = {}
        for each in self.outside.messages:
            seen.setdefault(each.delivery.delivery_id, []).append(each)
        known = {delivery_id for alert in alerts for delivery_id in alert.deliveries}
        repeats = 0
        for delivery_id, messages in seen.items():
            self.hold(delivery_id in known, f"delivery {delivery_id} left and is not in the record")
            same = {(each.delivery.alert_id, each.delivery.revision, each.contents[0].subject) for each in messages}
            self.hold(len(same) == 1, f"delivery {delivery_id} was repeated as something else: {same}")
            repeats += len(messages) - 1
        explained = sum(self.fates.struck.values()) * 5  # a kill may leave a whole claim of one lane unanswered
        self.hold(repeats <= explained, f"{repeats} repeats, more than the faults explain")

    def judge_inputs(self, alerts: list[AlertState]) -> None:
        """Whatever was handed over and rang is in an alert; whatever a person saw recorded is in the record."""
        rung = {ring.ring_id for alert in alerts for ring in alert.rings}
        for event in self.events:
            if isinstance(event, Taken) and event.assessment.level.rank >= Level.WATCH.rank:
                for ring in event.assessment.rings:
                    self.hold(ring.ring_id in rung, f"ring {ring.ring_id} was taken in and is in no alert")
        for alert_id, fact_hash in self.answered:
            hashes = {fact.hash for fact in self.store.facts(alert_id)}
            self.hold(fact_hash in hashes, f"an answer on alert {alert_id} was confirmed and is not in the record")


def _excuses(body: object, side: str) -> bool:
    """Whether a later fact makes the ring of a side unnecessary: it answered, or there was nothing to ring for."""
    if isinstance(body, Acknowledged):
        return body.participant == side
    if isinstance(body, Assessed):
        return body.assessment.level.rank < Level.WATCH.rank
    return isinstance(body, Resolved | Closed | Cancelled)


def simulate(seed: int, template_path: Path) -> Fates:
    """Live through one seed; its faults. Raises Broken, with the seed, when something does not hold."""
    with tempfile.TemporaryDirectory(prefix="twinbell-seed-") as directory:
        path = Path(directory) / "store.db"
        shutil.copyfile(template_path, path)
        world = World(seed, path)
        try:
            world.run()
        except Broken:
            raise
        except Exception as error:
            raise Broken(f"seed {seed}: {type(error).__name__}: {error}") from error
        finally:
            world.engine.dispose()
        return world.fates
