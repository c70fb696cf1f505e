"""The one record of what happened: facts appended and folded in SQL, their state tables beside them."""

import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, RootTransaction, Select, bindparam, func, select, update
from sqlalchemy.exc import DatabaseError

from alerts import audit, projection, record, tables
from alerts.audit import FIRST, WHOLE, Head
from alerts.board import Board
from alerts.candidates import Recipient, Told
from alerts.deliveries import RENEWED, RINGING, UNSENT, UNTHROTTLED, Delivery, DeliveryState, Mode
from alerts.errors import Refused
from alerts.facts import Body, Fact, Planned, Sending, Sent
from alerts.lifecycle import AlertState, advance, as_of_revision, begin, check, fold, step
from alerts.projection import Change
from alerts.reasons import Reason
from alerts.record import CHUNK, Proposal
from alerts.rows import delivery_of, named_in, watched

_QUIET = (Planned, Sending, Sent)  # facts of the system after which nothing new can have become due
_UNSENT = select(tables.deliveries).where(tables.deliveries.c.state.in_(UNSENT))
_SENDABLE = (DeliveryState.DUE, DeliveryState.FAILED_TEMPORARY)

_CLAIM = (
    update(tables.deliveries)
    .where(
        tables.deliveries.c.delivery_id.in_(bindparam("of", expanding=True)),
        tables.deliveries.c.state.in_(_SENDABLE),
        tables.deliveries.c.attempts == bindparam("before"),
    )
    .values(state=DeliveryState.SENDING, attempts=bindparam("attempt"))
    .returning(tables.deliveries.c.delivery_id, tables.deliveries.c.alert_id)
)


class Store:
    """Facts in, states out. One store object serves all threads of a process; processes share the database.

    What is folded is kept in memory and belongs to the last fact that it has seen, by position and hash: whatever
    another process appended is read and folded before anything else happens, and whatever was rolled back is forgotten.
    """

    def __init__(self, engine: Engine, site: str = "hub") -> None:
        self.system = f"system@{site}"
        self._engine = engine
        self._reading = engine.execution_options(reading=True)
        self._lock = threading.RLock()
        self._active: Connection | None = None
        self._forget()

    # transactions

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction for facts, deliveries and whatever else the caller writes: all of it happens, or nothing."""
        with self._lock:
            if self._active is not None:
                yield self._active
                return
            try:
                with self._engine.begin() as connection:
                    self._follow(connection, lock=True)  # what is decided on below is still so when it is written
                    self._active = connection
                    yield connection
            except BaseException:
                self._forget()  # what was folded may never have been written
                raise
            finally:
                self._active = None

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """A connection to read by: the transaction that is open in this thread, or one of its own."""
        with self._lock:
            if self._active is not None:
                self._follow(self._active)
                yield self._active
                return
            try:
                with self._reading.connect() as connection:
                    self._follow(connection)
                    yield connection
            except DatabaseError:
                self._forget()  # what was being folded may be folded in half
                raise

    def _forget(self) -> None:
        self._board = Board()
        self._complete = False
        self._whole: Head | None = None
        self._heads: dict[str, Head] | None = None
        self._locked: RootTransaction | None = None

    def _follow(self, connection: Connection, lock: bool = False) -> Head:
        """Bring what is in memory in step with the record as this connection sees it."""
        within = connection.get_transaction()
        if self._whole is not None and within is not None and within is self._locked and within.is_active:
            return self._whole  # nobody else can have appended since this transaction took the lock
        whole = record.whole_head(connection, lock)
        self._locked = within if lock else None
        if whole == self._whole:
            return whole
        self._heads = None
        if self._whole is not None:
            if self._whole.sequence < whole.sequence and self._is_in_record(connection, self._whole):
                news = record.facts_after(connection, self._whole.sequence, whole.sequence)
                self._take_in(connection, news, whole.sequence)
            else:
                self._forget()
                self._locked = within if lock else None
        self._whole = whole
        return whole

    @staticmethod
    def _is_in_record(connection: Connection, head: Head) -> bool:
        return head == FIRST or record.hash_at(connection, head.sequence) == head.hash

    def _take_in(self, connection: Connection, facts: Sequence[Fact], until: int) -> None:
        """Facts of another process, up to a position: fold them onto what is known here."""
        for alert_id, news in record.by_alert(facts).items():
            known = self._board.get(alert_id)
            if known is not None:
                after = advance(known, news)
            elif self._complete:
                after = advance(None, record.facts_of(connection, [alert_id], until))
            else:
                continue  # read when it is wanted
            if after is not None:
                self._keep(after, wake=True)

    def _keep(self, state: AlertState, wake: bool) -> None:
        if watched(state):
            self._board.put(state)
            if wake:
                self._board.wake(state.alert_id, 0)
        else:
            self._board.drop(state.alert_id)

    # appending

    def append(self, connection: Connection, author: str, at: int, alert_id: str, body: Body) -> Fact:
        """Append one fact. Raises Refused when it may not follow what is recorded."""
        return self.append_many(connection, [Proposal(author, at, alert_id, body)])[0]

    def append_many(self, connection: Connection, proposals: Iterable[Proposal]) -> list[Fact]:
        """Append facts in this order, each checked against the state that those before it made. All or none."""
        with self._lock:
            whole = self._follow(connection, lock=True)
            if self._heads is None:
                self._heads = record.author_heads(connection)
            heads = self._heads
            proposals = list(proposals)
            known = self._known(connection, list(dict.fromkeys(proposal.alert_id for proposal in proposals)))
            changed: dict[str, Head] = {}
            before: dict[str, AlertState | None] = {}
            after: dict[str, AlertState] = {}
            by_alert: dict[str, list[Fact]] = {}
            facts: list[Fact] = []
            rows = []
            for proposal in proposals:
                alert_id = proposal.alert_id
                if alert_id not in before:
                    before[alert_id] = known.get(alert_id)
                    state = begin(known.get(alert_id))
                else:
                    state = after[alert_id]
                check(state, proposal.author, proposal.at, proposal.body)
                author = proposal.author
                fact, body = record.chained(proposal, changed.get(author) or heads.get(author, FIRST))
                changed[author] = Head(fact.sequence, fact.hash)
                after[alert_id] = step(state, fact)
                by_alert.setdefault(alert_id, []).append(fact)
                facts.append(fact)
                rows.append(record.fact_row(fact, body, whole.sequence + len(facts)))
            if not facts:
                return []
            changed[WHOLE] = Head(whole.sequence + len(facts), facts[-1].hash)
            record.write_facts(connection, rows)
            record.write_heads(connection, changed, heads)
            projection.write(
                connection,
                [Change(before[alert_id], state, by_alert[alert_id]) for alert_id, state in after.items()],
            )
            self._whole = changed[WHOLE]
            self._heads = {**heads, **changed}
            for alert_id, state in after.items():
                self._keep(state, wake=any(not isinstance(fact.body, _QUIET) for fact in by_alert[alert_id]))
            return facts

    def claim(self, connection: Connection, delivery_id: str, attempt: int, at: int) -> bool:
        """Set a delivery to `sending` if it waits for this attempt (1 is the first). False: somebody else has it."""
        return bool(self.claim_all(connection, [(delivery_id, attempt)], at))

    def claim_all(self, connection: Connection, wanted: Iterable[tuple[str, int]], at: int) -> set[str]:
        """Claim a few deliveries for an attempt each, by compare-and-set; the ids of those that were got."""
        attempts, got = dict(wanted), dict[str, str]()
        with self._lock:
            for attempt in sorted(set(attempts.values())):
                own = [delivery_id for delivery_id, its in attempts.items() if its == attempt]
                values = {"of": own, "before": attempt - 1, "attempt": attempt}
                got.update((delivery_id, alert_id) for delivery_id, alert_id in connection.execute(_CLAIM, values))
            sending = [Sending(delivery_id=each, attempt=attempt) for each, attempt in attempts.items() if each in got]
            self.append_many(connection, [Proposal(self.system, at, got[each.delivery_id], each) for each in sending])
            return set(got)

    # reading

    def _state(self, connection: Connection, alert_id: str) -> AlertState | None:
        return self._known(connection, [alert_id]).get(alert_id)

    def states(self, connection: Connection, alert_ids: Sequence[str]) -> list[AlertState]:
        """The states of these alerts within a transaction, in this order, without those that nobody has opened."""
        with self._lock:
            self._follow(connection)
            known = self._known(connection, alert_ids)
            return [known[alert_id] for alert_id in alert_ids if alert_id in known]

    def _known(self, connection: Connection, alert_ids: Sequence[str]) -> dict[str, AlertState]:
        """The states of those of these alerts that there are."""
        found = {alert_id: state for alert_id in alert_ids if (state := self._board.get(alert_id)) is not None}
        unseen = [alert_id for alert_id in alert_ids if alert_id not in found]
        until = self._whole.sequence if self._whole else 0
        for alert_id, facts in record.by_alert(record.facts_of(connection, unseen, until)).items():
            found[alert_id] = fold(facts)
        return found

    def state(self, connection: Connection, alert_id: str) -> AlertState:
        """The state of an alert within a transaction, an alias as its own. Raises Refused when unknown."""
        with self._lock:
            self._follow(connection)
            state = self._state(connection, alert_id)
            if state is None:
                raise Refused(Reason.UNKNOWN_ALERT, f"there is no alert {alert_id!r}; `alerts list` shows the ids")
            return state

    def facts(self, alert_id: str) -> list[Fact]:
        """The facts of one alert, in the order of arrival."""
        with self.looking() as connection:
            return list(record.facts_of(connection, [alert_id]))

    def alert(self, alert_id: str) -> AlertState:
        """The state of an alert; an alias gives the alert that it was merged into. Raises Refused when unknown."""
        with self.looking() as connection:
            state = self.state(connection, alert_id)
            return self.state(connection, state.merged_into) if state.merged_into else state

    def alert_as_of(self, alert_id: str, revision: int) -> AlertState:
        """The alert with its tracks as they are and its content as of a revision. Raises Refused when unknown."""
        with self.looking() as connection:
            state = self.state(connection, alert_id)
            if revision >= state.revision:
                return state
            return as_of_revision(state, list(record.facts_of(connection, [alert_id])), revision)

    def open_alerts(self) -> list[AlertState]:
        """The alerts that are neither closed nor cancelled, by id."""
        with self.looking() as connection:
            return [state for state in self.board(connection) if not state.ended]

    def alerts(self) -> list[AlertState]:
        """Every alert of the record, in the order of opening; an alias stands as cancelled, `merged_into` another."""
        with self.looking() as connection:
            ids = (
                connection.execute(
                    select(tables.alerts.c.alert_id).order_by(tables.alerts.c.opened_at, tables.alerts.c.alert_id)
                )
                .scalars()
                .all()
            )
            return self.states(connection, ids)

    def board(self, connection: Connection) -> Board:
        """The watched alerts in memory, in step with the record. The caller changes nothing but when they wake."""
        with self._lock:
            self._follow(connection)
            if not self._complete:
                self._load(connection)
            return self._board

    def _load(self, connection: Connection) -> None:
        ids = connection.execute(select(tables.alerts.c.alert_id).where(tables.alerts.c.watched)).scalars().all()
        until = self._whole.sequence if self._whole else 0
        for facts in record.by_alert(record.facts_of(connection, ids, until)).values():
            self._keep(fold(facts), wake=True)
        self._complete = True

    def on_situations(self, connection: Connection, situation_ids: Sequence[str]) -> dict[str, list[AlertState]]:
        """Every alert there has been on these situations, oldest first: what has rung before does not ring again."""
        found: dict[str, list[AlertState]] = {}
        table = tables.alerts
        for start in range(0, len(situation_ids), CHUNK):
            query = (
                select(table.c.alert_id)
                .where(table.c.situation_id.in_(situation_ids[start : start + CHUNK]))
                .order_by(table.c.opened_at, table.c.alert_id)
            )
            for state in self.states(connection, connection.execute(query).scalars().all()):
                found.setdefault(state.situation_id, []).append(state)
        return found

    def taken(self, connection: Connection, revisions: Sequence[str], mode: Mode) -> set[tuple[str, str]]:
        """Which (assessment id, revision) have been taken in already in this mode, of those with these revisions."""
        table = tables.taken
        found: set[tuple[str, str]] = set()
        for start in range(0, len(revisions), CHUNK):
            query = (
                select(table.c.assessment_id, table.c.revision)
                .join(tables.alerts, tables.alerts.c.alert_id == table.c.alert_id)
                .where(table.c.revision.in_(revisions[start : start + CHUNK]), tables.alerts.c.mode == mode)
            )
            found.update((assessment_id, revision) for assessment_id, revision in connection.execute(query))
        return found

    def awake(self, now: int) -> list[str]:
        """The alerts on which time, people or another process may have made something due, by id."""
        with self.looking() as connection:
            return self.board(connection).awake(now)

    def next_due(self) -> int | None:
        """The earliest instant at which there is something to plan or to send; perhaps in the past. None: nothing."""
        with self.looking() as connection:
            instants = [delivery.retry_at or delivery.due_at for delivery in self.outbox(connection, _SENDABLE)]
            wake = self.board(connection).next_wake()
        return min(instants if wake is None else [*instants, wake], default=None)

    # the outbox

    def messages_since(self, connection: Connection, since: int) -> dict[Recipient, tuple[Told, ...]]:
        """What throttles and storms count: messages planned after `since`, by person and channel."""
        table = tables.deliveries
        names = func.length(table.c.also)
        columns = (table.c.person, table.c.channel, table.c.due_at, table.c.level, names, table.c.purpose)
        query = select(*columns).where(
            table.c.state != DeliveryState.SUPPRESSED,
            table.c.due_at > since,
            table.c.bundle == "",
            table.c.purpose.not_in(UNTHROTTLED),
            table.c.occasion.not_like(f"{RENEWED}%"),
        )
        found: dict[Recipient, list[Told]] = {}
        for person, channel, due_at, level, length, purpose in connection.execute(query):
            told = Told(due_at, level, 1 + named_in(length), purpose in RINGING)
            found.setdefault((person, channel), []).append(told)
        return {recipient: tuple(messages) for recipient, messages in found.items()}

    def due(self, connection: Connection, now: int, mode: Mode | None = None) -> list[Delivery]:
        """The deliveries that may leave now, in the order in which they became due."""
        table = tables.deliveries
        query = select(table).where(
            table.c.state.in_(_SENDABLE),
            table.c.due_at <= now,
            (table.c.retry_at.is_(None)) | (table.c.retry_at <= now),
        )
        return self._deliveries(connection, query if mode is None else query.where(table.c.mode == mode))

    def outbox(self, connection: Connection, states: Collection[DeliveryState] = UNSENT) -> list[Delivery]:
        """What is next to leave of each alert to each person by each channel, if it is in one of these states.

        Messages of one alert to one recipient leave in order: the later ones are not in the outbox yet.
        """
        first: dict[tuple[str, str, str, str], Delivery] = {}
        for delivery in self._deliveries(connection, _UNSENT):
            thread = (delivery.alert_id, delivery.participant, delivery.person, delivery.channel)
            if thread not in first or delivery.ordinal < first[thread].ordinal:
                first[thread] = delivery
        return [delivery for delivery in first.values() if delivery.state in states]

    @staticmethod
    def _deliveries(connection: Connection, query: Select[tuple[object, ...]]) -> list[Delivery]:
        table = tables.deliveries
        rows = connection.execute(query.order_by(table.c.due_at, table.c.alert_id, table.c.ordinal)).mappings()
        return [delivery_of(row) for row in rows]

    # proof

    def rebuild(self) -> int:
        """Make the state tables again from the facts alone; the number of alerts. Raises StoreDamaged."""
        with self.transaction() as connection:
            alerts = record.by_alert(record.all_facts(connection))
            projection.clear(connection)
            projection.write(connection, [Change(None, fold(facts), facts) for facts in alerts.values()])
            self._forget()
            return len(alerts)

    def verify(self) -> int:
        """The number of facts, when all are as they were written and the state tables are what they add up to.

        Raises StoreDamaged naming the first fact, or the alert, that is not.
        """
        with self.looking() as connection:
            facts = audit.verify(record.entries(connection), record.author_heads(connection))
            alerts = record.by_alert(record.all_facts(connection))
            projection.check(connection, (Change(None, fold(own), own) for own in alerts.values()))
            return facts
