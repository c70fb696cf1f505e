"""Observations → **store**: the tables of the archive (what was read, when it was known) and of the store's own clock.

All times are whole seconds UTC. Small integer keys stand for series and evidence, so that a row of figures stays small.
The same statements run on SQLite (WAL) and PostgreSQL.
"""

import sqlalchemy as sa

archive_metadata = sa.MetaData()

evidence = sa.Table(
    "evidence",
    archive_metadata,
    sa.Column("evidence_key", sa.Integer, primary_key=True),
    sa.Column("sha256", sa.String(64), nullable=False, unique=True),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("fetched_at", sa.BigInteger, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),  # one line for each way in which the bytes were read
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("headers", sa.Text, nullable=False, server_default="[]"),  # JSON: pairs of the answer's headers
    sa.Column("seal", sa.String(32), nullable=False, server_default=""),  # services.seals; empty: stored before seals
)

readings = sa.Table(
    "readings",
    archive_metadata,
    sa.Column(
        "evidence_key", sa.Integer, sa.ForeignKey("evidence.evidence_key"), primary_key=True, autoincrement=False
    ),
    sa.Column("parser", sa.Text, primary_key=True),  # manifest and entry
    sa.Column("version", sa.Text, nullable=False),  # of the parser that read the bytes last
    sa.Column("read_at", sa.BigInteger, nullable=False),
)

series = sa.Table(
    "series",
    archive_metadata,
    sa.Column("series_key", sa.Integer, primary_key=True),
    sa.Column("series_id", sa.Text, nullable=False, unique=True),
    sa.Column("feed", sa.Text, nullable=False),
    sa.Column("group_name", sa.Text, nullable=False),
    sa.Column("is_partial", sa.Boolean, nullable=False),
    sa.Column("record", sa.LargeBinary, nullable=False),  # canonical JSON of streams.observations.Series
)

observations = sa.Table(
    "observations",
    archive_metadata,
    sa.Column("series_key", sa.Integer, sa.ForeignKey("series.series_key"), primary_key=True, autoincrement=False),
    sa.Column("occurred_at", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("known_at", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("value", sa.Double, nullable=True),  # NULL: the row was there and said nothing usable
    sa.Column("evidence_key", sa.Integer, sa.ForeignKey("evidence.evidence_key"), nullable=False),
    sa.Column("row", sa.Integer, nullable=False),
    sa.Column("is_provisional", sa.Boolean, nullable=False),
    sa.Index("observations_known_at", "known_at"),
    sqlite_with_rowid=False,
)

notices = sa.Table(
    "notices",
    archive_metadata,
    sa.Column("notice_key", sa.Integer, primary_key=True),
    sa.Column("issuer", sa.Text, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("known_at", sa.BigInteger, nullable=True, index=True),  # NULL: undated, so never replayed
    sa.Column("evidence_key", sa.Integer, sa.ForeignKey("evidence.evidence_key"), nullable=False),
    sa.Column("record", sa.LargeBinary, nullable=False),  # canonical JSON of NoticeObservation
    sa.UniqueConstraint("issuer", "number"),
)

notice_groups = sa.Table(
    "notice_groups",
    archive_metadata,
    sa.Column("notice_key", sa.Integer, sa.ForeignKey("notices.notice_key"), primary_key=True, autoincrement=False),
    sa.Column("group_name", sa.Text, primary_key=True),
)

hazards = sa.Table(
    "hazards",
    archive_metadata,
    sa.Column("hazard_key", sa.Integer, primary_key=True),
    sa.Column("event_id", sa.Text, nullable=False),
    sa.Column("known_at", sa.BigInteger, nullable=False, index=True),
    sa.Column("evidence_key", sa.Integer, sa.ForeignKey("evidence.evidence_key"), nullable=False),
    sa.Column("record", sa.LargeBinary, nullable=False),  # canonical JSON of HazardObservation
    sa.UniqueConstraint("event_id", "known_at"),
)

hazard_groups = sa.Table(
    "hazard_groups",
    archive_metadata,
    sa.Column("hazard_key", sa.Integer, sa.ForeignKey("hazards.hazard_key"), primary_key=True, autoincrement=False),
    sa.Column("group_name", sa.Text, primary_key=True),
)

dead_letters = sa.Table(
    "dead_letters",
    archive_metadata,
    sa.Column("letter_id", sa.String(20), primary_key=True),
    sa.Column("feed", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    # Of a file; of a record of Kafka its offset.
    sa.Column("row", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("read_at", sa.BigInteger, nullable=False),
    sa.Column("put_back_at", sa.BigInteger, nullable=True),  # on its topic of Kafka
)

cursors = sa.Table(
    "cursors",
    archive_metadata,
    sa.Column("feed", sa.Text, primary_key=True),
    sa.Column("cursor", sa.Text, nullable=False),
    sa.Column("polled_at", sa.BigInteger, nullable=False),
    sa.Column("content_at", sa.BigInteger, nullable=True),  # the newest known_at that the feed brought so far
)

feed_clocks = sa.Table(
    "feed_clocks",
    archive_metadata,
    sa.Column("feed", sa.Text, primary_key=True),
    sa.Column("tried_at", sa.BigInteger, nullable=False),
    sa.Column("fetched_at", sa.BigInteger, nullable=True),  # when it answered last; NULL: never
    sa.Column("failures", sa.Integer, nullable=False),  # requests in a row that failed
    sa.Column("open_until", sa.BigInteger, nullable=False),  # the breaker: no request before
    sa.Column("not_before_ms", sa.BigInteger, nullable=False),  # the budget: when the next request may leave
    sa.Column("reason", sa.Text, nullable=False),  # why the last try failed; empty: it did not
    sa.Column("note", sa.Text, nullable=False),  # the last words for the operator
)

group_states = sa.Table(
    "group_states",
    archive_metadata,
    sa.Column("group_name", sa.Text, primary_key=True),
    sa.Column("state", sa.LargeBinary, nullable=False),
)

clock = sa.Table(
    "clock",
    archive_metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),  # always 1: a store has one clock
    sa.Column("anchor_real_ms", sa.BigInteger, nullable=False),
    sa.Column("anchor_store", sa.BigInteger, nullable=False),
    sa.Column("rate", sa.Integer, nullable=False),
    sa.Column("limit_at", sa.BigInteger, nullable=True),
)

deployment = sa.Table(
    "deployment",
    archive_metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),  # always 1: a store serves one run
    sa.Column("episode", sa.Text, nullable=False),  # the episode that is played here; empty: feeds are followed
    sa.Column("configuration", sa.Text, nullable=False),  # the file that it was last run with; empty: as shipped
    sa.Column(
        "played_until", sa.BigInteger, nullable=True
    ),  # the last step of the episode that is wholly in the record
)

outgoing = sa.Table(
    "outgoing",
    archive_metadata,
    sa.Column("position", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("topic", sa.Text, nullable=False),  # streams.topics.TopicName
    sa.Column("key", sa.LargeBinary, nullable=False),
    sa.Column("value", sa.LargeBinary, nullable=False),
    sa.Column("headers", sa.LargeBinary, nullable=False),  # msgpack of the pairs
)

consumed = sa.Table(
    "consumed",
    archive_metadata,
    sa.Column("topic", sa.Text, primary_key=True),
    sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("next_offset", sa.BigInteger, nullable=False),
)

silences = sa.Table(
    "silences",
    archive_metadata,
    sa.Column("subject", sa.Text, primary_key=True),  # a series, or a feed as a whole
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),  # when it was last heard
    sa.Column("noticed_at", sa.BigInteger, nullable=False),
    sa.Column("heard_at", sa.BigInteger, nullable=True),  # when it was noticed that it is heard again
    sa.Column("told", sa.Text, nullable=False),  # the spell of messages that told it; empty: nothing is left to tell
)

operator_messages = sa.Table(
    "operator_messages",
    archive_metadata,
    sa.Column("message_id", sa.Text, primary_key=True),
    sa.Column("spell", sa.Text, nullable=False),
    sa.Column("record", sa.LargeBinary, nullable=False),  # JSON of services.dispatcher.operators.Waiting
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("due_at", sa.BigInteger, nullable=True),  # of the next attempt; NULL: none any more
    sa.Column("receipt", sa.Text, nullable=False),  # empty: no provider took it
    sa.Column("problem", sa.Text, nullable=False),
    sa.Index("operator_messages_spell", "spell"),
)
