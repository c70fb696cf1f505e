"""Views for dashboards, in a schema of their own, so that a role that reads them needs to see no table.

Times are `timestamptz`, levels and severities have a rank beside the word, and no view shows stored bytes or what waits
for a release. They are for PostgreSQL; the embedded harness has its screen. A later version that changes a table drops
the views that read it first and makes them again.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_CLOCK = """
CREATE VIEW dashboards.store_clock AS
SELECT to_timestamp(CASE
    WHEN c.id IS NULL THEN floor(extract(epoch FROM now()))
    ELSE greatest(c.anchor_store, least(coalesce(c.limit_at, 253402300799), c.anchor_store
        + floor(greatest(0, extract(epoch FROM now()) * 1000 - c.anchor_real_ms) * c.rate / 1000)))
    END) AS now
FROM (SELECT 1) AS one LEFT JOIN public.clock AS c ON true;
COMMENT ON VIEW dashboards.store_clock IS
    'The time of this store: that of the machine, or of the episode that is played in it.';
"""

_NEWEST = """
CREATE VIEW dashboards.newest AS
SELECT a.alert_id, f.at, convert_from(f.body, 'UTF8')::json -> 'assessment' AS assessment
FROM public.alerts AS a
CROSS JOIN LATERAL (
    SELECT at, body FROM public.facts
    WHERE facts.alert_id = a.alert_id AND facts.kind = 'assessed' ORDER BY position DESC LIMIT 1
) AS f;
COMMENT ON VIEW dashboards.newest IS 'The newest assessment of each alert, as it stands in the record.';
"""

_SITUATION = """
CREATE VIEW dashboards.situation AS
SELECT
    a.alert_id, t.participant, a.mode, a.hazard, a.supply_group, a.origin, a.route,
    ARRAY(SELECT json_array_elements_text(n.assessment -> 'minerals')) AS minerals,
    a.level, array_position(ARRAY['none', 'advisory', 'watch', 'warning', 'emergency'], a.level) - 1 AS level_rank,
    n.assessment ->> 'certainty' AS certainty, n.assessment ->> 'urgency' AS urgency,
    coalesce(i.impact ->> 'severity', 'Unknown') AS severity,
    array_position(ARRAY['Unknown', 'Minor', 'Moderate', 'Severe', 'Extreme'],
        coalesce(i.impact ->> 'severity', 'Unknown')) - 1 AS severity_rank,
    (i.impact ->> 'at_stake')::double precision AS at_stake,
    a.joint, a.revision, t.state AS track, t.position,
    to_timestamp(a.opened_at) AS opened_at, to_timestamp(t.reached_at) AS reached_at,
    to_timestamp(t.acknowledged_at) AS acknowledged_at, to_timestamp(a.resolved_at) AS resolved_at,
    to_timestamp(a.ended_at) AS ended_at
FROM public.alerts AS a
JOIN public.tracks AS t USING (alert_id)
JOIN dashboards.newest AS n USING (alert_id)
LEFT JOIN LATERAL (
    SELECT each AS impact FROM json_array_elements(n.assessment -> 'impacts') AS each
    WHERE each ->> 'participant' = t.participant LIMIT 1
) AS i ON true
WHERE a.merged_into = '';
COMMENT ON VIEW dashboards.situation IS
    'A row for each alert and participant: what it is about, how loud, how severe for that side, and where it stands.
A severity of rank 0 is unknown, not none. An alert with ended_at has been closed or cancelled.';
"""

_SERIES = """
CREATE VIEW dashboards.series AS
SELECT series_key, series_id, feed, group_name AS supply_group, s.record ->> 'family' AS family,
    s.record ->> 'measure' AS measure, s.record ->> 'unit' AS unit, s.record ->> 'cadence' AS cadence,
    ARRAY(SELECT json_array_elements_text(s.record -> 'minerals')) AS minerals,
    s.record ->> 'origin' AS origin, s.record ->> 'destination' AS destination, s.record ->> 'route' AS route,
    s.record ->> 'publisher' AS publisher, s.record ->> 'publication' AS publication, is_partial
FROM (
    SELECT series_key, series_id, feed, group_name, is_partial, convert_from(record, 'UTF8')::json AS record
    FROM public.series
) AS s;
COMMENT ON VIEW dashboards.series IS 'Every series that is kept, with what its rows are about.';

CREATE VIEW dashboards.evidence_series AS
SELECT s.series_id, s.feed, s.group_name AS supply_group, to_timestamp(o.occurred_at) AS occurred_at,
    to_timestamp(o.known_at) AS known_at, o.value, o.is_provisional
FROM public.observations AS o
JOIN public.series AS s USING (series_key)
WHERE NOT EXISTS (
    SELECT FROM public.observations AS later
    WHERE later.series_key = o.series_key AND later.occurred_at = o.occurred_at AND later.known_at > o.known_at
);
COMMENT ON VIEW dashboards.evidence_series IS
    'The newest figure of each period of each series. A value of NULL is unknown: the row was there and said nothing.';

CREATE VIEW dashboards.minerals AS
SELECT watched.mineral, max(to_timestamp(newest.occurred_at)) AS newest_period
FROM (SELECT series_key, unnest(minerals) AS mineral FROM dashboards.series WHERE NOT is_partial) AS watched
LEFT JOIN LATERAL (
    SELECT occurred_at FROM public.observations AS o
    WHERE o.series_key = watched.series_key ORDER BY occurred_at DESC LIMIT 1
) AS newest ON true
GROUP BY watched.mineral;
COMMENT ON VIEW dashboards.minerals IS
    'The minerals of which there is a series, and the newest period with a figure: without figures quiet is unknown.';
"""

_SIGNALS = """
CREATE VIEW dashboards.signals AS
SELECT n.alert_id, s ->> 'signal_id' AS signal_id, s ->> 'detector' AS detector, s ->> 'subject' AS subject,
    s ->> 'family' AS family, s ->> 'phase' AS phase,
    to_timestamp((s ->> 'occurred_at')::bigint) AS occurred_at, to_timestamp((s ->> 'known_at')::bigint) AS known_at,
    (s ->> 'score')::double precision AS score, (s ->> 'observed')::double precision AS observed,
    (s ->> 'expected')::double precision AS expected, (s ->> 'band_low')::double precision AS band_low,
    (s ->> 'band_high')::double precision AS band_high, (s ->> 'raises_at')::double precision AS raises_at,
    s ->> 'unit' AS unit, s #>> '{act,title}' AS act_title, s #>> '{act,address}' AS act_address,
    (n.assessment -> 'holding') @> (s -> 'signal_id') AS is_holding
FROM (SELECT alert_id, assessment::jsonb AS assessment FROM dashboards.newest) AS n
CROSS JOIN LATERAL jsonb_array_elements(n.assessment -> 'signals') AS s;
COMMENT ON VIEW dashboards.signals IS
    'The signals of each alert as its newest assessment lists them; expected, band and raises_at where they have any.';

CREATE VIEW dashboards.notices AS
SELECT to_timestamp(n.known_at) AS known_at, n.issuer, n.number, n.record ->> 'title' AS title,
    n.record ->> 'language' AS language, n.record ->> 'address' AS address,
    n.record #>> '{reading,act_kind}' AS act_kind, n.record #>> '{reading,polarity}' AS polarity,
    n.record #>> '{reading,effective_on}' AS effective_on, g.group_name AS supply_group
FROM (
    SELECT notice_key, known_at, issuer, number, convert_from(record, 'UTF8')::json AS record FROM public.notices
) AS n
JOIN public.notice_groups AS g USING (notice_key)
WHERE n.known_at IS NOT NULL;
COMMENT ON VIEW dashboards.notices IS 'Official documents by supply group, as they were read.';
"""

_MARKS = """
CREATE VIEW dashboards.marks AS
SELECT f.alert_id, to_timestamp(f.at) AS at, f.kind, f.body #>> '{ring,ring_id}' AS ring_id,
    f.body #>> '{ring,level}' AS level, f.body #>> '{ring,cause}' AS cause,
    f.body ->> 'participant' AS participant, f.body ->> 'person' AS person
FROM (
    SELECT alert_id, at, kind, convert_from(body, 'UTF8')::json AS body FROM public.facts
    WHERE kind NOT IN ('assessed', 'planned', 'sending', 'sent', 'failed')
) AS f;
COMMENT ON VIEW dashboards.marks IS
    'What happened to each alert: opened, rung, acknowledged, positions, resolved, closed. Not what was sent.';
"""

_BELL = """
CREATE VIEW dashboards.bell AS
WITH rings AS (
    SELECT alert_id, ring_id, level, cause, at AS rung_at,
        lead(at, 1, 'infinity') OVER (PARTITION BY alert_id ORDER BY at, ring_id) AS until
    FROM dashboards.marks WHERE kind = 'rung'
)
SELECT r.alert_id, r.ring_id, r.level, r.cause, t.participant, r.rung_at, d.first_sent_at, k.answered_at, k.answered_by,
    extract(epoch FROM d.first_sent_at - r.rung_at)::double precision AS seconds_to_send,
    extract(epoch FROM k.answered_at - r.rung_at)::double precision AS seconds_to_answer
FROM rings AS r
JOIN public.tracks AS t USING (alert_id)
LEFT JOIN LATERAL (
    SELECT min(to_timestamp(moved_at)) AS first_sent_at FROM public.deliveries AS d
    WHERE d.alert_id = r.alert_id AND d.participant = t.participant AND d.occasion = r.ring_id
        AND d.state IN ('sent', 'delivered')
) AS d ON true
LEFT JOIN LATERAL (
    SELECT at AS answered_at, person AS answered_by FROM dashboards.marks AS m
    WHERE m.alert_id = r.alert_id AND m.kind = 'acknowledged' AND m.participant = t.participant
        AND m.at >= r.rung_at AND m.at < r.until ORDER BY at LIMIT 1
) AS k ON true;
COMMENT ON VIEW dashboards.bell IS
    'A row for each ring and participant: when the first message of that ring left, and who answered it before the next
ring. Seconds by the clock of the store; NULL is not sent, or not answered.';

CREATE VIEW dashboards.deliveries AS
SELECT delivery_id, alert_id, revision, participant, person, channel, language, purpose, level, mode, state, reason,
    attempts, to_timestamp(due_at) AS due_at, to_timestamp(moved_at) AS moved_at
FROM public.deliveries;
COMMENT ON VIEW dashboards.deliveries IS 'Every message that was planned: to whom, by what, and what became of it.';
"""

_FEEDS = """
CREATE VIEW dashboards.feeds AS
SELECT coalesce(c.feed, f.feed) AS feed, to_timestamp(coalesce(f.tried_at, c.polled_at)) AS tried_at,
    to_timestamp(CASE WHEN f.feed IS NULL THEN c.polled_at ELSE f.fetched_at END) AS fetched_at,
    to_timestamp(c.content_at) AS content_at, coalesce(f.failures, 0) AS failures, coalesce(f.reason, '') AS reason,
    extract(epoch FROM k.now - to_timestamp(CASE WHEN f.feed IS NULL THEN c.polled_at ELSE f.fetched_at END))
        ::double precision AS fetched_age_s,
    extract(epoch FROM k.now - to_timestamp(c.content_at))::double precision AS content_age_s
FROM public.cursors AS c
FULL JOIN public.feed_clocks AS f ON f.feed = c.feed
CROSS JOIN dashboards.store_clock AS k;
COMMENT ON VIEW dashboards.feeds IS
    'The two clocks of each feed: when it answered last, and how new its content is. Ages in seconds.';

CREATE VIEW dashboards.dead_letters AS
SELECT feed, reason, count(*) AS letters, max(to_timestamp(read_at)) AS newest FROM public.dead_letters
GROUP BY feed, reason;
COMMENT ON VIEW dashboards.dead_letters IS 'How much could not be used, by feed and reason.';

CREATE VIEW dashboards.backlog AS
SELECT
    count(*) FILTER (WHERE d.due_at <= k.at) AS deliveries_due,
    coalesce(max(k.at - d.due_at) FILTER (WHERE d.due_at <= k.at), 0) AS oldest_due_s,
    (SELECT count(*) FROM public.outgoing) AS events_to_publish,
    (SELECT count(*) FROM public.dead_letters) AS dead_letters
FROM (SELECT extract(epoch FROM now)::bigint AS at FROM dashboards.store_clock) AS k
LEFT JOIN public.deliveries AS d ON d.state IN ('due', 'failed_temporary', 'sending');
COMMENT ON VIEW dashboards.backlog IS 'What should have left and has not: zero is the objective.';
"""

VIEWS = (_CLOCK, _NEWEST, _SITUATION, _SERIES, _SIGNALS, _MARKS, _BELL, _FEEDS)


def upgrade() -> None:
    """Make the schema and its views, on PostgreSQL."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SCHEMA dashboards")
        op.execute("COMMENT ON SCHEMA dashboards IS 'What dashboards read; nothing here is the record.'")
        for statements in VIEWS:
            op.get_bind().exec_driver_sql(statements)


def downgrade() -> None:
    """Take them away."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP SCHEMA dashboards CASCADE")
