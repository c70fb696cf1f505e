"""What is made from the code for people to read: every setting, every command, every metric, every record on Kafka.

`python -m services.manual --write` writes docs/manual/settings.md, commands.md and metrics.md, deploy/asyncapi.yaml and
deploy/prometheus/rules.yaml; a test compares them.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from alerts.participants import LevelPolicy, Participant, Person, Step
from alerts.timers import Slowdown, Throttle, Timers
from services import asyncapi
from services.broker_settings import BrokerSettings
from services.command_pages import commands_page
from services.metric_pages import metrics_page
from services.prometheus_rules import rules_page
from services.routes import ChannelSettings
from services.settings import AlertmanagerSettings, CanarySettings, FeedSettings, LogSettings, Settings
from services.source_settings import FetchingSettings, SourceSettings

_TABLES: tuple[tuple[str, type[msgspec.Struct]], ...] = (
    ("", Settings),
    ("[[feeds]]", FeedSettings),
    ("[[sources]]", SourceSettings),
    ("[fetching]", FetchingSettings),
    ("[channels]", ChannelSettings),
    ("[broker]", BrokerSettings),
    ("[canary]", CanarySettings),
    ("[alertmanager]", AlertmanagerSettings),
    ("[log]", LogSettings),
    ("[timers]", Timers),
    ("[[timers.throttles]]", Throttle),
    ("[[timers.repeat_slowdown]]", Slowdown),
    ("[[participants]]", Participant),
    ("[[participants.people]]", Person),
    ("[participants.policy.LEVEL]", LevelPolicy),
    ("[[participants.policy.LEVEL.steps]]", Step),
)
# Records that belong to others say what they are there; here is what a person writes.
_ELSEWHERE = {
    "Participant.iso3": "ISO 3166-1 alpha-3 code of the government; rows of `reliance.csv` and `stocks.csv` carry it.",
    "Participant.names": 'Its name by language, for instance `{ en = "Japan", ja = "日本" }`.',
    "Participant.languages": "In order of preference; a message falls back along them to one that has templates.",
    "Participant.time_zone": "IANA zone in which times are printed beside UTC.",
    "Participant.sender": "CAP sender of this government; no spaces, commas, `<`, `>` or `&`.",
    "Participant.people": "Who is rung; at least one with the role duty.",
    "Participant.policy": "How this side is rung, by level; watch, warning and emergency are needed.",
    "Participant.slack_channel": "Id of the channel in which this side's alerts are kept.",
    "Participant.operator_channels": "By which people with the role operator are told of Twinbell itself; not slack.",
    "Participant.duty_hours": "Two local hours between which a watch may wake.",
    "Participant.minerals": "Ids of the minerals that this side is rung for; `*` is all.",
    "Person.person_id": "What commands call the person (`--as`); unique over all sides.",
    "Person.names": "Name or post by language.",
    "Person.agency": "Id of the agency, as in `agencies.csv`.",
    "Person.language": "Language of messages to this person; one of the side's.",
    "Person.time_zone": "IANA zone.",
    "Person.roles": "`duty` answers; `release` may release an attribution; `operator` is told about Twinbell itself; "
    "`canary` is no person but the inboxes of the canary.",
    "Person.email": "Address for e-mail.",
    "Person.slack_id": "Member id, mentioned in the thread when the bell rings.",
    "Person.pagerduty_key_file": "File that holds the integration key (Events API v2) that wakes this person.",
    "LevelPolicy.steps": "The ladder: in order of `after_minutes`, the first at 0.",
    "LevelPolicy.repeat_minutes": "After the last step the ring is repeated at this distance until somebody answers.",
    "LevelPolicy.lapse_minutes": "An acknowledgement lapses after this time unless the side responds or stands down.",
    "Step.after_minutes": "Minutes after the ring.",
    "Step.people": "`person_id` of each who is rung.",
    "Step.channels": "By which channels: pagerduty (wakes), slack, email, cap (inform).",
    "ChannelSettings.slack_token_file": "File that holds the bot token (`xoxb-…`, scope chat:write).",
    "ChannelSettings.slack_api_base": "Address of the Web API; GovSlack: `https://slack-gov.com/api/`.",
    "ChannelSettings.smtp_host": "Name of the mail relay. TLS always.",
    "ChannelSettings.smtp_port": "587 with starttls, 465 with implicit.",
    "ChannelSettings.smtp_tls": "How TLS begins; without TLS nothing is sent.",
    "ChannelSettings.smtp_user": "Login at the relay; empty: it asks for none.",
    "ChannelSettings.smtp_password_file": "File that holds the password alone.",
    "ChannelSettings.smtp_from": "Envelope sender, where bounces go; letters are from the participant's `sender`.",
    "ChannelSettings.smtp_ca_file": "Certificates (PEM) of the relay's authority, where it is not a public one.",
    "ChannelSettings.pagerduty_endpoint": "Where events are sent (EU: `https://events.eu.pagerduty.com/v2/enqueue`).",
    "ChannelSettings.pagerduty_ca_file": "Certificates (PEM), where the authority is not a public one.",
    "ChannelSettings.cap_directory": "Where CAP 1.2 files are put, one folder for each participant.",
    "ChannelSettings.proxy": "Proxy for Slack and PagerDuty; those of the environment are not used.",
    "ChannelSettings.timeout_s": "Seconds until an answer counts as late.",
    "Timers.group_wait_s": "By level: how long a first message waits for others of the same group.",
    "Timers.group_interval_s": "By level: the least distance of two messages of one group.",
    "Timers.update_interval_s": "An update that wakes nobody is sent at most so often for one alert and side.",
    "Timers.storm_messages": "More messages than this at one moment to one person by one channel become one.",
    "Timers.storm_interval_s": "A side that was told of more alerts than that so lately waits for the next message.",
    "Timers.storm_calm_s": "What comes so soon after a storm belongs to it: it does not wait for its group's interval.",
    "Timers.throttles": "At most so many messages to one person by one channel, by level; an emergency has none.",
    "Timers.repeat_slowdown": "How a ladder that nobody answers slows down; it never stops by itself.",
    "Timers.exhausted_after_s": "Nobody answered so long after a ladder's last step: the other sides are told.",
    "Timers.explains_s": (
        "A supply alert holds back a market alert of its group: a rise, not louder, that rang less than so long after "
        "a ring of its own, and until so long after that ring."
    ),
    "Timers.close_timeout_s": "One side agreed to close and the other said nothing for so long: closed, on the record.",
    "Timers.waking_channels": "Channels that wake a person.",
    "Timers.shared_channels": "Channels with one thread for the side instead of one for each person.",
    "Timers.send_backoff_s": "Waiting times between attempts to send; then always the last.",
    "Timers.send_attempts": "After so many attempts a delivery has failed, visibly.",
    "Timers.send_lease_s": "A delivery found unfinished for longer than this was interrupted and is sent again.",
    "Throttle.level": "For which level.",
    "Throttle.messages": "So many messages at the most",
    "Throttle.per_s": "in so many seconds.",
    "Slowdown.after_hours": "After so many unanswered hours",
    "Slowdown.every_minutes": "a repeat at most every so many minutes.",
}
_HEAD = """# Settings

This page is made from the code (`python -m services.manual --write`).

A configuration is one TOML file. `twinbell init` writes one with comments, `twinbell check --config FILE` says what to
mend, `twinbell run --config FILE` runs on it. Names that are not listed here are refused. Paths are relative to the
file. A duration is a number and s, m, h or d, for instance `15m`. A secret never stands in the file: `…_file` names a
file that holds the secret alone.
"""


def settings_page() -> str:
    """docs/manual/settings.md."""
    parts = [_HEAD]
    for heading, record in _TABLES:
        parts.append(f"## {'The file itself' if not heading else f'`{heading}`'}\n")
        parts.append("| setting | kind | default | what it is |\n|---|---|---|---|")
        parts.extend(_rows(record))
        parts.append("")
    return "\n".join(parts)


def _rows(record: type[msgspec.Struct]) -> Iterator[str]:
    annotations = msgspec.inspect.type_info(record)
    assert isinstance(annotations, msgspec.inspect.StructType)
    for field in annotations.fields:
        described = _description(record, field)
        yield f"| `{field.encode_name}` | {_kind(field.type)} | {_default(field)} | {described} |"


def _description(record: type[msgspec.Struct], field: msgspec.inspect.Field) -> str:
    """What the setting is. KeyError for one that nobody has described: then the manual is not complete."""
    if isinstance(field.type, msgspec.inspect.Metadata) and field.type.extra_json_schema:
        found = field.type.extra_json_schema.get("description")
        if found:
            return str(found)
    return _ELSEWHERE[f"{record.__name__}.{field.name}"]


def _kind(kind: msgspec.inspect.Type) -> str:
    match kind:
        case msgspec.inspect.Metadata(type=inner):
            return _kind(inner)
        case msgspec.inspect.StrType():
            return "text"
        case msgspec.inspect.IntType() | msgspec.inspect.FloatType():
            return "number"
        case msgspec.inspect.LiteralType(values=values):
            return "one of " + ", ".join(f"`{value}`" for value in values)
        case msgspec.inspect.EnumType(cls=members):
            return "one of " + ", ".join(f"`{member.value}`" for member in members)
        case msgspec.inspect.VarTupleType(item_type=item):
            return f"list of {_kind(item)}"
        case msgspec.inspect.TupleType(item_types=items):
            return f"list of {len(items)} numbers"
        case msgspec.inspect.DictType(value_type=value):
            return f"table of {_kind(value)}"
        case msgspec.inspect.UnionType(types=types):
            return " or ".join(_kind(each) for each in types if not isinstance(each, msgspec.inspect.NoneType))
        case msgspec.inspect.StructType():
            return "table"
        case _:
            raise TypeError(f"the manual has no word for {kind}")


def _default(field: msgspec.inspect.Field) -> str:
    if field.required:
        return "must be given"
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    if value is None:
        return "none"
    if isinstance(value, msgspec.Struct):
        return "as below"
    if value in ("", ()):
        return "empty"
    return f"`{msgspec.json.encode(value).decode()}`"


def pages() -> dict[str, str]:
    """Each file by its path in the repository."""
    return {
        "docs/manual/settings.md": settings_page(),
        "docs/manual/commands.md": commands_page(),
        "docs/manual/metrics.md": metrics_page(),
        "deploy/asyncapi.yaml": asyncapi.page(),
        "deploy/prometheus/rules.yaml": rules_page(),
    }


def main(arguments: list[str]) -> int:
    """Write the pages, or say which is not as the code has it."""
    root = Path(__file__).resolve().parents[1]
    stale = [path for path, text in pages().items() if not _holds(root / path, text)]
    if "--write" in arguments:
        for path in stale:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(pages()[path], encoding="utf-8")
        return 0
    for path in stale:
        sys.stdout.write(f"{path} is not as the code has it: python -m services.manual --write\n")
    return 1 if stale else 0


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
