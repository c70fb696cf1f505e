"""What each alerting rule says to the operator in both languages, and which runbook page it opens."""

from collections.abc import Mapping
from typing import Final

import msgspec


class Text(msgspec.Struct, frozen=True):
    """One rule in words. What stands between {{ }} Prometheus fills in."""

    page: str  # alerts/runbooks/LANGUAGE/PAGE.md
    en: str
    ja: str


TEXTS: Final[Mapping[str, Text]] = {
    "TwinbellContentStale": Text(
        "feed-stale",
        "The content of feed {{ $labels.feed }} has stood still beyond its budget.",
        "情報源 {{ $labels.feed }} の内容が許容期間を超えて更新されていない。",
    ),
    "TwinbellFeedUnreached": Text(
        "feed-stale",
        "Feed {{ $labels.feed }} could not be read for an hour.",
        "情報源 {{ $labels.feed }} を1時間読み取れていない。",
    ),
    "TwinbellDetectionSlow": Text(
        "pipeline-behind",
        "What is read takes more than a minute to become an assessment.",
        "読み取った内容が評価になるまでに1分を超えている。",
    ),
    "TwinbellReaderBehind": Text(
        "pipeline-behind",
        "The reader of topic {{ $labels.topic }} has been {{ $value }} records behind for five minutes.",
        "トピック {{ $labels.topic }} の読取りが5分間 {{ $value }} 件遅れている。",
    ),
    "TwinbellEventsUnpublished": Text(
        "pipeline-behind",
        "{{ $value }} events have been waiting for the broker for five minutes.",
        "{{ $value }} 件のイベントが5分間ブローカーに届いていない。",
    ),
    "TwinbellBrokerAway": Text(
        "pipeline-behind",
        "Kafka does not answer the dispatcher: nothing new is taken in, what is open rings on.",
        "Kafka が応答しない。新たな評価は取り込まれず、発出中の警報は鳴り続ける。",
    ),
    "TwinbellBellLate": Text(
        "bell-late",
        "The bell of {{ $labels.participant }} leaves later than a minute after the ring.",
        "{{ $labels.participant }} への発報が1分を超えて遅れている。",
    ),
    "TwinbellBellUneven": Text(
        "bell-late",
        "One side is rung more than ten seconds after the other.",
        "一方の側への発報が他方より10秒を超えて遅れている。",
    ),
    "TwinbellSideUnreached": Text(
        "bell-late",
        "{{ $value }} open alerts have not reached {{ $labels.participant }} at all.",
        "発出中の警報 {{ $value }} 件が {{ $labels.participant }} に一度も届いていない。",
    ),
    "TwinbellAnswersLate": Text(
        "answers-late",
        "{{ $labels.participant }} answers {{ $labels.level }} alerts too late, or not at all.",
        "{{ $labels.participant }} の {{ $labels.level }} 警報への応答が遅れているか、応答がない。",
    ),
    "TwinbellDeliveriesOverdue": Text(
        "deliveries-failing",
        "Messages to {{ $labels.participant }} by {{ $labels.channel }} are due and do not leave.",
        "{{ $labels.participant }} への {{ $labels.channel }} の通知が期限を過ぎても送信されていない。",
    ),
    "TwinbellDeliveriesLost": Text(
        "deliveries-failing",
        "Deliveries have failed for good in the last hour: {{ $labels.reason }}.",
        "この1時間に送信不能となった通知がある（理由: {{ $labels.reason }}）。",
    ),
    "TwinbellDeadLetters": Text(
        "dead-letters",
        "Rows of {{ $labels.feed }} could not be used in the last hour: {{ $labels.reason }}.",
        "この1時間に {{ $labels.feed }} の行が使用できなかった（理由: {{ $labels.reason }}）。",
    ),
    "TwinbellStoreAway": Text(
        "store-away",
        "The store does not answer {{ $labels.process }}: nothing can be recorded, so nothing can be rung.",
        "記録の保存先が {{ $labels.process }} に応答しない。記録できないため発報もできない。",
    ),
    "TwinbellProcessDown": Text(
        "process-down",
        "Process {{ $labels.process }} of Twinbell cannot be asked.",
        "Twinbell のプロセス {{ $labels.process }} に問い合わせができない。",
    ),
    "TwinbellNobodyActs": Text(
        "process-down",
        "Every {{ $labels.office }} of Twinbell stands by and none acts: its work is not done.",
        "Twinbell の {{ $labels.office }} が全て待機しており、処理を行うものがない。",
    ),
    "TwinbellCanaryMissing": Text(
        "canary",
        "No synthetic alert has arrived for {{ $labels.participant }} by {{ $labels.channel }} for two intervals.",
        "{{ $labels.participant }} の {{ $labels.channel }} に試験警報が2周期届いていない。",
    ),
    "TwinbellCanaryFailing": Text(
        "canary",
        "Synthetic alerts for {{ $labels.participant }} by {{ $labels.channel }} fail.",
        "{{ $labels.participant }} の {{ $labels.channel }} への試験警報が失敗している。",
    ),
    "TwinbellWatchdog": Text(
        "watchdog",
        "Always firing: whoever stops hearing this must ring the operator.",
        "常時発報。これが途絶えたら、受け手が運用担当者を呼び出す。",
    ),
}
