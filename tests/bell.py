"""The alert path in one process on a clock that jumps from instant to instant, for timeline tests."""

from collections.abc import Callable, Mapping

from sqlalchemy import Engine

from alerts.acknowledgements import acknowledge
from alerts.channels.base import Channel, Message
from alerts.deliveries import Delivery, DeliveryState, Mode, Purpose
from alerts.lifecycle import AlertState
from alerts.participants import Directory
from alerts.store import Store
from alerts.timers import Timers
from services.database import migrate, open_engine
from services.dispatcher.escalate import escalate
from services.dispatcher.intake import Intake
from services.dispatcher.send import Patience, Sender
from streams.assessments import Assessment
from tests.alerting import START, TWO, Recorder, message


class Bell:
    """A store in memory, intake, escalation and a sender with channels that take everything."""

    def __init__(
        self,
        directory: Directory = TWO,
        timers: Timers | None = None,
        channels: Mapping[str, Channel] | None = None,
        engine: Engine | None = None,
    ) -> None:
        self.now = START
        self.directory = directory
        self.timers = timers or Timers()
        self.engine = engine or open_engine("sqlite://")
        migrate(self.engine)
        self.store = Store(self.engine)
        self.intake = Intake(self.store, directory, Mode.EXERCISE, self.timers)
        self.recorders = {
            "pagerduty": Recorder("pagerduty", waking=True),
            "slack": Recorder("slack"),
            "email": Recorder("email"),
        }
        self.sender = Sender(
            self.store,
            self.recorders if channels is None else channels,
            self._compose,
            Mode.EXERCISE,
            Patience(timers=self.timers),
        )

    def _compose(self, alert: AlertState, delivery: Delivery) -> Message:
        return message(alert, delivery, self.directory.participant(delivery.participant))

    def take(self, *assessments: Assessment) -> list[str]:
        """Take assessments in now; the ids of the alerts that changed."""
        with self.store.transaction() as connection:
            return self.intake.take_many(connection, assessments, self.now)

    def settle(self) -> None:
        """Plan and send what is due at this instant."""
        while escalate(self.store, self.directory, self.now, self.timers) + len(self.sender.send_due(self.now)):
            pass

    def run(self, seconds: int) -> None:
        """Let time pass, stopping at every instant at which something is due."""
        until = self.now + seconds
        while True:
            self.settle()
            due = self.store.next_due()
            if due is None or due > until:
                break
            assert due > self.now, "time does not stand still"
            self.now = due
        self.now = until

    def acknowledge(self, person_id: str, alert_id: str) -> None:
        """One person answers, as in another terminal."""
        with self.store.transaction() as connection:
            acknowledge(self.store, connection, self.directory, person_id, alert_id, "", self.now)

    def heard(self, participant: str, channel: str = "pagerduty", *purposes: Purpose) -> list[tuple[int, str, str]]:
        """(seconds since the start, person, reason) of every message to one side by one channel."""
        return [
            (each.delivery.due_at - START, each.delivery.person, each.delivery.reason)
            for each in self.recorders[channel].messages
            if each.delivery.participant == participant and (not purposes or each.delivery.purpose in purposes)
        ]

    def messages(self, where: Callable[[Delivery], bool]) -> list[Delivery]:
        """Every delivery that left, by any channel, in the order of sending."""
        return [
            each.delivery for recorder in self.recorders.values() for each in recorder.messages if where(each.delivery)
        ]

    def suppressed(self, alert_id: str) -> list[tuple[str, str]]:
        """(participant, reason) of every delivery of an alert that is held back or was given up."""
        deliveries = self.store.alert(alert_id).deliveries.values()
        return [(each.participant, each.reason) for each in deliveries if each.state is DeliveryState.SUPPRESSED]
