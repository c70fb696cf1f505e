"""Messages as the rest of the system hands them to a channel: an ordinary one, an enormous one, a hostile one."""

import msgspec

from alerts.channels.base import Content, Facts, Line, Message, Parameter, Section, Thread
from alerts.deliveries import Delivery, Mode, Purpose
from alerts.participants import Participant, Person
from alerts.plots import Legend, Moment, Plot, Point, Range, Tick
from streams.assessments import Level
from streams.codec import identity

SENT_AT = 1_688_385_600  # 2023-07-03T12:00:00Z
RUNBOOK = "https://runbooks.example.org/en/restriction.html"
WATERMARK = {"en": "EXERCISE EXERCISE EXERCISE", "ja": "訓練 訓練 訓練"}

PERSON = Person(
    person_id="usa-duty",
    names={"en": "Avery Duty", "ja": "エイブリー・デューティ"},
    agency="DOE",
    language="en",
    time_zone="America/New_York",
    email="duty@usa.example.org",
    slack_id="U012AB3CD",
)
PARTICIPANT = Participant(
    iso3="USA",
    names={"en": "United States", "ja": "米国"},
    languages=("en", "ja"),
    time_zone="America/New_York",
    sender="usa.twinbell@example.org",
    people=(PERSON,),
    policy={},
    slack_channel="C0ALERTS",
)

ENGLISH = Content(
    language="en",
    subject="TLP:AMBER WARNING Export controls on gallium and germanium, China",
    headline="China puts gallium and germanium under export licensing from 1 August 2023",
    first_screen=(
        Line(label="What", text="Export licensing on gallium and germanium items, imposed"),
        Line(
            label="Where and when",
            text="China. Published 3 July 2023, in force 1 August 2023, rung 3 July 2023 12:00 UTC",
        ),
        Line(label="How sure and why", text="Likely: official announcement No. 23 of 2023, Ministry of Commerce"),
        Line(label="You", text="Net import reliance 100% (gallium); own share from China 53%; stock cover unknown"),
        Line(label="Partner", text="Japan: reached 12:00 UTC, not answered yet"),
        Line(label="Alternatives", text="Refined germanium: Belgium, Canada, Germany"),
        Line(label="Exposed", text="Compound semiconductors, fibre optics, infrared optics"),
        Line(label="Runbook", text="Restriction: first 15 minutes", address=RUNBOOK),
        Line(label="Alert", text="3f9a1c2b, revision 1"),
    ),
    sections=(
        Section(
            heading="Evidence",
            lines=(
                Line(label="", text="“…gallium and germanium related items shall not be exported without permission…”"),
                Line(
                    label="Source",
                    text="USGS, Mineral Commodity Summaries, 2023",
                    address="https://www.usgs.gov/centers",
                ),
            ),
        ),
        Section(heading="Instruments", lines=(Line(label="DPA Title III", text="Department of Defense"),)),
    ),
    asked="Acknowledge by 12:15 UTC (08:15 Washington, 21:15 Tokyo)",
    watermark=WATERMARK["en"],
    event="Trade restriction",
)
JAPANESE = Content(
    language="ja",
    subject="TLP:AMBER 警報 ガリウム・ゲルマニウム輸出規制(中国)",
    headline="中国、2023年8月1日からガリウムとゲルマニウムを輸出許可制に",
    first_screen=(
        Line(label="何が", text="ガリウム・ゲルマニウム関連品目の輸出許可制(新設)"),
        Line(label="場所と時期", text="中国。2023年7月3日公表、2023年8月1日施行、2023年7月3日12時00分(協定世界時)通報"),
        Line(label="確度と根拠", text="可能性が高い:商務部公告2023年第23号"),
        Line(label="自国", text="輸入依存度100%(ガリウム)。中国からの輸入割合53%。備蓄日数は不明"),
        Line(label="相手国", text="日本:12時00分(協定世界時)到達、未応答"),
        Line(label="代替供給", text="精製ゲルマニウム:ベルギー、カナダ、ドイツ"),
        Line(label="影響産業", text="化合物半導体、光ファイバー、赤外線光学"),
        Line(label="手順書", text="輸出規制:最初の15分", address="https://runbooks.example.org/ja/restriction.html"),
        Line(label="通報番号", text="3f9a1c2b、第1版"),
    ),
    sections=(
        Section(heading="根拠資料", lines=(Line(label="出典", text="米国地質調査所「鉱物資源概要」2023年"),)),
        Section(heading="措置", lines=(Line(label="外為法", text="経済産業省"),)),
    ),
    asked="12時15分(協定世界時)までに応答してください(東京21時15分、ワシントン8時15分)",
    watermark=WATERMARK["ja"],
    event="貿易制限",
)
FACTS = Facts(
    mode="exercise",
    msg_type="Alert",
    hazard="restriction",
    level="warning",
    certainty="Likely",
    severity="Severe",
    urgency="Expected",
    sent_at=SENT_AT,
    onset_at=SENT_AT,
    expires_at=SENT_AT + 7 * 86_400,
    area="China",
    geocodes=("CHN",),
    parameters=(
        Parameter(name="mineral", value="gallium"),
        Parameter(name="mineral", value="germanium"),
        Parameter(name="evidence", value="sha256:" + "ab" * 32),
    ),
    references=(),
    releasable_to=("USA", "JPN"),
)


def delivery(
    channel: str, purpose: Purpose = Purpose.RING, occasion: str = "ring-1", mode: Mode = Mode.EXERCISE
) -> Delivery:
    """A delivery of revision 1 of one alert to PERSON."""
    return Delivery(
        delivery_id=identity("delivery", channel, purpose, occasion),
        alert_id="3f9a1c2b",
        also=(),
        revision=1,
        participant="USA",
        person=PERSON.person_id,
        channel=channel,
        language="en",
        purpose=purpose,
        level=Level.WARNING,
        mode=mode,
        occasion=occasion,
        due_at=SENT_AT,
    )


def ordinary(
    channel: str, purpose: Purpose = Purpose.RING, occasion: str = "ring-1", thread: Thread | None = None
) -> Message:
    """A message as an officer gets it, English first."""
    return Message(
        delivery=delivery(channel, purpose, occasion),
        participant=PARTICIPANT,
        person=PERSON,
        contents=(ENGLISH, JAPANESE),
        facts=FACTS,
        thread=thread or Thread(),
    )


def made_plot(**changes: object) -> Plot:
    """Two years of a flow that falls below its usual range, with an unknown month, and a ring."""
    month = 30 * 86_400
    start = SENT_AT - 24 * month
    values = [*(float(100 + 7 * (number % 5)) for number in range(22)), None, 12.0]
    made = Plot(
        language="en",
        title="Gallium, China to all destinations",
        axis="Quantity by month, kg",
        watermark=WATERMARK["en"],
        points=tuple(Point(start + number * month, value, number > 21) for number, value in enumerate(values)),
        marked=(Point(start + 23 * month, 12.0, True),),
        quoted=False,
        ranges=(
            Range(
                since=start + 11 * month,
                until=SENT_AT,
                low=(60.0, 60.0),
                high=(160.0, 160.0),
                expected=(100.0, 100.0),
                raises_at=40.0,
            ),
        ),
        rings=(Moment(at=SENT_AT, label="1 WARNING", level="warning"),),
        dates=(Moment(at=SENT_AT + month, label="in force Aug 1, 2023"),),
        times=(Tick(start, "Jul\n2021"), Tick(start + 12 * month, "Jul\n2022")),
        levels=tuple(Tick(float(at), str(at)) for at in (0, 50, 100, 150, 200)),
        since=start - month,
        until=SENT_AT + 2 * month,
        legend=Legend(
            band="usual range", expected="expected", raises="threshold", rang="rang", provisional="provisional"
        ),
        notes=("1 WARNING: Jul 3, 2023, 08:00 EDT", "Source: Customs. As known Jul 3, 2023."),
        alt="Gallium, China to all destinations: 12 kg, threshold 40 kg.",
        undrawn="The picture could not be drawn.",
    )
    return msgspec.structs.replace(made, **changes)


def pictured(channel: str, plot: Plot | None = None) -> Message:
    """The ordinary message with a picture in each language."""
    message = ordinary(channel)
    shown = plot or made_plot()
    contents = tuple(
        msgspec.structs.replace(content, plot=msgspec.structs.replace(shown, language=content.language))
        for content in message.contents
    )
    return msgspec.structs.replace(message, contents=contents)


def japanese(channel: str) -> Message:
    """The same message, Japanese first."""
    return msgspec.structs.replace(ordinary(channel), contents=(JAPANESE, ENGLISH))


def filled(channel: str, text: str, lines: int = 12, sections: int = 3) -> Message:
    """A message in which every text that people read is `text`."""
    line = Line(label=text, text=text)
    content = Content(
        language="en",
        subject=text,
        headline=text,
        first_screen=(line,) * lines,
        sections=(Section(heading=text, lines=(line,) * lines),) * sections,
        asked=text,
        watermark=WATERMARK["en"],
        event=text,
    )
    facts = msgspec.structs.replace(FACTS, area=text, parameters=(Parameter(name=text, value=text),) * 3)
    return msgspec.structs.replace(ordinary(channel), contents=(content,), facts=facts)


def with_purpose(message: Message, purpose: Purpose, occasion: str, thread: Thread) -> Message:
    """What follows on `message`: another delivery of the same alert, in its thread."""
    follower = delivery(message.delivery.channel, purpose, occasion)
    return msgspec.structs.replace(message, delivery=follower, thread=thread)
