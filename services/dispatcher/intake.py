"""Assessment → **alert**: taken in once, folded, and its deliveries written, all in the caller's one transaction."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from alerts.board import Board
from alerts.deliveries import Mode
from alerts.facts import Assessed, Body, Cancelled, Opened, Resolved, Rung
from alerts.fingerprint import alert_id_of
from alerts.participants import Directory
from alerts.reasons import Reason
from alerts.record import Proposal
from alerts.states import AlertState, JointState
from alerts.store import Store
from alerts.timers import Timers
from services.dispatcher.escalate import record_due
from streams.assessments import Assessment, Level, Ring, RingCause
from streams.canary import is_canary
from streams.codec import identity


class Intake:
    """Takes assessments in, in one mode, for the participants of one directory; idempotent on id and revision."""

    def __init__(self, store: Store, directory: Directory, mode: Mode, timers: Timers | None = None) -> None:
        self._store = store
        self._directory = directory
        self._mode = mode
        self._timers = timers or Timers()
        self._policies = {side.iso3: side.policy for side in directory.participants}

    def take(self, connection: Connection, assessment: Assessment, now: int) -> AlertState | None:
        """The alert that the assessment is about; None when it is below watch and nothing is open on its situation.

        One taken in before, or older than the newest, changes nothing but for rings that have not rung.
        """
        self.take_many(connection, [assessment], now)
        return self._open_on(self._store.board(connection), assessment)

    def take_many(self, connection: Connection, assessments: Iterable[Assessment], now: int) -> list[str]:
        """Take a burst in as one: grouped together, written with few statements. The ids of the alerts that changed."""
        changed: dict[str, None] = {}
        batch: dict[str, Assessment] = {}
        for assessment in assessments:
            if is_canary(assessment):
                continue  # whatever brought it here: it opens and touches no alert
            situation_id = assessment.situation.situation_id
            if situation_id in batch:  # a second one on a situation must see what the first has made
                changed.update(dict.fromkeys(self._take(connection, list(batch.values()), now)))
                batch = {}
            batch[situation_id] = assessment
        changed.update(dict.fromkeys(self._take(connection, list(batch.values()), now)))
        if changed:
            record_due(self._store, connection, changed, now, (self._directory, self._timers))
        return list(changed)

    def _take(self, connection: Connection, assessments: Sequence[Assessment], now: int) -> list[str]:
        """Facts of assessments on different situations; the ids of the alerts that they are about."""
        board = self._store.board(connection)
        taken = self._store.taken(connection, [each.revision for each in assessments], self._mode)
        fresh = [each for each in assessments if (each.assessment_id, each.revision) not in taken]
        proposals: list[Proposal] = []
        unopened: list[Assessment] = []
        for assessment in fresh:
            alert = self._open_on(board, assessment)
            if alert is None:
                unopened.append(assessment)
            else:
                proposals += self._proposals(alert.alert_id, _revised(alert, assessment), now)
        loud = [each for each in unopened if each.level.rank >= Level.WATCH.rank and not each.resolved]
        known = self._store.on_situations(connection, [each.situation.situation_id for each in loud])
        for assessment in loud:
            alert_id, bodies = self._opened(assessment, known.get(assessment.situation.situation_id, []))
            proposals += self._proposals(alert_id, bodies, now)
        self._store.append_many(connection, proposals)
        return list(dict.fromkeys(proposal.alert_id for proposal in proposals))

    def _proposals(self, alert_id: str, bodies: Iterable[Body], now: int) -> list[Proposal]:
        return [Proposal(self._store.system, now, alert_id, body) for body in bodies]

    def _open_on(self, board: Board, assessment: Assessment) -> AlertState | None:
        """The alert that this assessment revises: the open one on its situation, whatever day it was opened on.

        A resolved alert is revised by the assessments of its own run only; a new run opens a new alert.
        """
        situation_id = assessment.situation.situation_id
        standing = [alert for alert in board.on_situation(situation_id) if alert.mode is self._mode and not alert.ended]
        live = [alert for alert in standing if alert.joint is not JointState.RESOLVED]
        same = [alert for alert in standing if alert.assessment.assessment_id == assessment.assessment_id]
        return next(iter([*live, *same]), None)

    def _opened(self, assessment: Assessment, before: Sequence[AlertState]) -> tuple[str, list[Body]]:
        """The id and the facts of a new alert; no facts when everything in the assessment has rung and ended before."""
        heard = {ring.ring_id for alert in before if alert.mode is self._mode for ring in alert.rings}
        rings = [ring for ring in _rings(assessment) if ring.ring_id not in heard]
        situation_id = assessment.situation.situation_id
        ids = {alert.alert_id for alert in before}
        again = 0
        while alert_id_of(situation_id, assessment.opened_on, again) in ids:
            again += 1
        alert_id = alert_id_of(situation_id, assessment.opened_on, again)
        if not rings:
            return alert_id, []
        opened = Opened(
            situation_id=situation_id,
            opened_on=assessment.opened_on,
            mode=self._mode,
            policies=self._policies,
        )
        return alert_id, [opened, Assessed(revision=1, assessment=assessment), *(Rung(ring=ring) for ring in rings)]


def _revised(alert: AlertState, assessment: Assessment) -> list[Body]:
    """What an assessment changes on the alert that is open."""
    # What was void before anybody was rung for it rings nobody any more.
    rings = [] if assessment.void else _news(alert, assessment)
    bodies: list[Body] = []
    if assessment.as_of >= alert.assessment.as_of:
        bodies.append(Assessed(revision=alert.revision + 1, assessment=assessment))
    bodies += [Rung(ring=ring) for ring in rings]
    if assessment.void and assessment.assessment_id == alert.assessment.assessment_id:
        return [*bodies, Cancelled(reason=Reason.SOURCE_REVISED.value)] if bodies else []
    ends = assessment.resolved and bool(bodies) and isinstance(bodies[0], Assessed)
    if ends and (rings or alert.joint is not JointState.RESOLVED):
        bodies.append(Resolved())
    return bodies


def _news(alert: AlertState, assessment: Assessment) -> list[Ring]:
    """The rings of an assessment that have not rung on its open alert.

    Where the past was made again, a ring that was heard is gone and another stands in its place, before the moment that
    was judged last: for the same thing and no louder. That is no second ring for one thing.
    """
    heard = {ring.ring_id for ring in alert.rings}
    stands = {ring.ring_id for ring in assessment.rings}
    is_newer = assessment.as_of >= alert.assessment.as_of
    gone = [ring for ring in alert.rings if ring.ring_id not in stands and is_newer]
    found: list[Ring] = []
    for ring in assessment.rings:
        if ring.ring_id in heard:
            continue
        moved = ring.at <= alert.assessment.as_of and _replaced(ring, gone)
        if moved:
            gone.remove(moved)
        else:
            found.append(ring)
    return found


def _replaced(ring: Ring, gone: Sequence[Ring]) -> Ring | None:
    """The ring that was heard and is gone, in whose place this one stands."""
    alike = (g for g in gone if _is_one_thing(ring, g))
    return next((g for g in alike if ring.level.rank <= g.level.rank), None)


def _is_one_thing(ring: Ring, gone: Ring) -> bool:
    """Whether a ring says what one said that is gone: by the same signal, or of figures that now begin another day.

    A score that grew after the moment at which it was heard to grow has grown again, and each document is its own.
    """
    if ring.signal_id == gone.signal_id:
        return True
    loudness = (RingCause.OPENED, RingCause.LEVEL_ROSE)
    if ring.cause in loudness or gone.cause in loudness:
        return ring.cause in loudness and gone.cause in loudness
    if ring.cause is RingCause.SCORE_GREW:
        return gone.cause is RingCause.SCORE_GREW and ring.at <= gone.at
    return ring.cause is RingCause.FAMILY_JOINED and (gone.cause, gone.families) == (ring.cause, ring.families)


def _rings(assessment: Assessment) -> tuple[Ring, ...]:
    """The rings of an assessment that opens an alert. None at all must not mean that nobody is rung."""
    if assessment.rings:
        return assessment.rings
    ring = Ring(
        ring_id=identity("ring", assessment.assessment_id, "opened"),
        at=assessment.as_of,
        level=assessment.level,
        families=assessment.families,
        direction=assessment.direction,
        cause=RingCause.OPENED,
        signal_id="",
    )
    return (ring,)
