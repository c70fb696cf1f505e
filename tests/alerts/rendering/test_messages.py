"""What holds of every message, whatever the alert, the purpose, the reader and the language."""

import calendar
import csv
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import msgspec
import pytest

from alerts.channels.base import Content, Message
from alerts.deliveries import DeliveryState, Mode, Purpose
from alerts.facts import (
    Acknowledged,
    CloseAgreed,
    FalseAlarm,
    Planned,
    PositionKind,
    PositionTaken,
    Released,
    Resolved,
    SendFailed,
    Sending,
    StoodDown,
)
from alerts.participants import Directory, Participant
from alerts.render import compose
from alerts.rendering.panel import for_a_person
from alerts.rendering.surroundings import Surroundings
from alerts.states import AlertState
from streams.assessments import Assessment, PanelItem
from tests.alerts.rendering.scenes import AT, assessments, fall, notice, restriction
from tests.golden.scene import MINUTE, Story, announcement, delivery, directory, surroundings

WORDS = re.compile("coerc|威圧|胁迫|脅迫", re.IGNORECASE)
MONTHS = {calendar.month_abbr[n]: n for n in range(1, 13)}
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
READERS = ("usa-duty", "jpn-duty")


@cache
def kinds() -> dict[str, Assessment]:
    """Alerts of every kind."""
    return assessments()


def told(story: Story, person: str, purpose: Purpose, around: Surroundings | None = None) -> Message:
    """The message for one person, three minutes after the alert."""
    planned = delivery(story.alert_id, person, "email", AT + 3 * MINUTE, purpose)
    return compose(story.state, msgspec.structs.replace(planned, mode=story.mode), around or surroundings())


def texts(content: Content) -> Iterator[str]:
    """Every text of one language."""
    yield from (content.subject, content.headline, content.asked, content.event, content.watermark)
    for line in content.first_screen:
        yield from (line.label, line.text, line.address)
    for section in content.sections:
        yield section.heading
        for line in section.lines:
            yield from (line.label, line.text, line.address)


def everything(message: Message) -> str:
    """Every text of a message, the machine-readable ones included."""
    machine = msgspec.json.encode(message.facts).decode()
    return "\n".join([machine, *(text for content in message.contents for text in texts(content))])


def numbers(text: str) -> Counter[str]:
    """The numbers of a text; months are numbers in Japanese, so their English names count as such."""
    for name, number in MONTHS.items():
        text = re.sub(rf"\b{name}\b", f" {number} ", text)
    return Counter(found.replace(",", "") for found in NUMBER.findall(text))


def sample() -> list[tuple[str, Purpose]]:
    """Each kind as a ring, and each purpose on two kinds."""
    rings = [(name, Purpose.RING) for name in kinds()]
    return [*rings, *((name, purpose) for name in ("act and figures", "traffic") for purpose in Purpose)]


@pytest.mark.parametrize(("name", "purpose"), sample())
@pytest.mark.parametrize("person", READERS)
def test_every_message_keeps_the_form(name: str, purpose: Purpose, person: str) -> None:
    """At most twelve lines, a subject within its limit, TLP and level first, no hole, no word that is not released."""
    message = told(Story(kinds()[name]), person, purpose)
    assert [content.language for content in message.contents] == (
        ["en", "ja"] if person == "usa-duty" else ["ja", "en"]
    )
    for content in message.contents:
        assert len(content.first_screen) <= 12
        assert len(content.subject) <= (40 if content.language == "ja" else 78)
        assert content.subject.startswith("TLP:AMBER ")
        assert "EXERCISE EXERCISE EXERCISE" in content.watermark
        assert "訓練 訓練 訓練" in content.watermark
        assert all(line.label and line.text for line in content.first_screen)
        assert len(content.headline) <= 160
        for text in texts(content):
            assert not re.search(r"[{}]|\bNone\b|[。.]{2}|、、|  |\s$", text), text
    assert not WORDS.search(everything(message))


@pytest.mark.parametrize(("name", "purpose"), sample())
def test_both_languages_hold_the_same_numbers(name: str, purpose: Purpose) -> None:
    """Line by line, English and Japanese give the same numbers of the same message."""
    first, second = told(Story(kinds()[name]), "usa-duty", purpose).contents
    pairs = [("asked", first.asked, second.asked)]
    pairs += zip_lines("first screen", first.first_screen, second.first_screen)
    assert len(first.sections) == len(second.sections)
    for one, other in zip(first.sections, second.sections, strict=True):
        pairs += zip_lines(one.heading, one.lines, other.lines)
    for where, english, japanese in pairs:
        assert numbers(english) == numbers(japanese), f"{where}: {english!r} against {japanese!r}"


def zip_lines(where: str, first: tuple[object, ...], second: tuple[object, ...]) -> list[tuple[str, str, str]]:
    """Lines side by side, without the pages whose address names the language."""
    assert len(first) == len(second), where
    return [(where, one.text, other.text) for one, other in zip(first, second, strict=True)]  # type: ignore[attr-defined]


def test_words_that_the_glossary_avoids_are_in_no_message() -> None:
    """レアアース and the other terms keep their one word in every rendering; quotations keep their own."""
    path = files("alerts").joinpath("templates/glossary.csv")
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    for assessment in kinds().values():
        for content in told(Story(assessment), "jpn-duty", Purpose.RING).contents:
            text = re.sub("「[^」]*」|“[^”]*”", "", "\n".join(texts(content)))
            for row in rows:
                for word in filter(None, row[f"avoid_{content.language}"].split(";")):
                    assert word.casefold() not in text.casefold()


def test_twelve_lines_stand_in_the_order_of_the_design() -> None:
    """What, where and when, how sure, you, partner, other suppliers, industries, asked, runbook, alert."""
    message = told(Story(kinds()["act and figures"]), "usa-duty", Purpose.RING)
    assert [line.label for line in message.contents[0].first_screen] == [
        "What",
        "Where, when",
        "How sure",
        "You: United States",
        "Partner: Japan",
        "Japan now",
        "Other suppliers",
        "Industries",
        "Asked of you",
        "Runbook",
        "Alert",
    ]


def test_the_attribution_is_written_after_its_release_only() -> None:
    """Not in a title, a quotation or a note before; in the first line of both languages after."""
    act = msgspec.structs.replace(
        announcement(), title="Economic coercion by export control 经济胁迫", quotes=("経済的威圧への対応",)
    )
    story = Story(restriction(notice("c1", act)))
    note = Acknowledged(participant="JPN", person="jpn-duty", means="cli", note="This is COERCION, 威圧である")
    story.add(AT + MINUTE, note, "JPN/jpn-duty")
    before = told(story, "usa-duty", Purpose.UPDATE)
    assert not WORDS.search(everything(before))
    assert "[—]" in everything(before)
    story.add(AT + 2 * MINUTE, Released(attribution="coercion", note="decided at 08:00"), "JPN/jpn-release")
    english, japanese = told(story, "usa-duty", Purpose.UPDATE).contents
    assert "economic coercion" in english.first_screen[0].text
    assert "経済的威圧" in japanese.first_screen[0].text


@pytest.mark.parametrize("name", ["pattern", "act and figures", "hazard", "figures and news"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_panel_names_no_motive_before_the_release(name: str, language: str) -> None:
    """In messages and by itself, whatever a document is called: every point, what it rests on, and not the word."""
    assessment = kinds()[name]
    act = msgspec.structs.replace(announcement(), number="", title="Coercion notice 脅迫 経済的威圧")
    rows = [
        msgspec.structs.replace(
            panel, rows=tuple(msgspec.structs.replace(r, act=act if r.act else None) for r in panel.rows)
        )
        for panel in assessment.panels
    ]
    story = Story(msgspec.structs.replace(assessment, panels=tuple(rows)))
    assert not WORDS.search(everything(told(story, "usa-duty", Purpose.RING)))
    sections = for_a_person(story.state, surroundings(), language, AT)
    assert len(sections) == len(assessment.panels) == (0 if name == "hazard" else 2)
    for section in sections:
        text = "\n".join((section.heading, *(f"{line.label} {line.text}" for line in section.lines)))
        assert not WORDS.search(text)
        items = [surroundings().wording.chosen(language, ()).say(f"panel.item.{item}") for item in PanelItem]
        assert [line.label for line in section.lines if line.label in items] == items


def test_a_released_attribution_can_be_in_the_words_of_the_person() -> None:
    """What was released is written as it was released, made harmless."""
    story = Story(kinds()["act and figures"])
    story.add(AT + MINUTE, Released(attribution="coercive pattern\u202e", note=""), "USA/usa-release")
    assert "coercive pattern⟨U+202E⟩" in told(story, "usa-duty", Purpose.UPDATE).contents[0].first_screen[0].text


def test_no_template_and_no_runbook_but_the_released_ones_holds_the_word() -> None:
    """The phrases of the attribution, the stems withheld, and the runbook's section on its release: nowhere else."""
    for path in files("alerts").joinpath("templates").iterdir():
        if path.is_dir():
            text = path.joinpath("phrases.toml").read_text(encoding="utf-8")
            text = re.sub(r"^withheld = .*$|^coercion = .*$", "", text, flags=re.MULTILINE)
            assert not WORDS.search(text)
    for folder in files("alerts").joinpath("runbooks").iterdir():
        for page in folder.iterdir():
            found = [line for line in page.read_text(encoding="utf-8").splitlines() if WORDS.search(line)]
            assert page.name == "restriction.md" or not found


def test_hostile_text_is_shown_and_does_nothing() -> None:
    """Markup, controls, overrides and endless text from a feed stay text: escaped by channels once, never by us."""
    act = msgspec.structs.replace(
        announcement(),
        issuer="Evil\r\nBcc: all@example.org",
        number="<script>alert(1)</script> & {0.__class__}",
        title="\u202egalliumX" + "A" * 10_000,
        quotes=("</section>", "&lt;b&gt; {subject}"),
        address="javascript:alert(1)",
        effective_on="2023-13-45",
        hs=("'; DROP TABLE",),
        targets=("<b>",),
    )
    assessment = restriction(notice("c1", announcement()))
    signals = (msgspec.structs.replace(assessment.signals[0], act=act),)
    message = told(Story(msgspec.structs.replace(assessment, signals=signals)), "usa-duty", Purpose.RING)
    text = everything(message)
    assert "\u202e" not in text
    assert "⟨U+202E⟩" in text
    assert "&amp;" not in text
    assert "{0.__class__}" in text
    for content in message.contents:
        assert all("\n" not in part and "\r" not in part for part in texts(content))
        addresses = [line.address for section in content.sections for line in section.lines if line.address]
        assert all(address.startswith("https://") for address in addresses)


def test_a_language_without_texts_falls_back_aloud() -> None:
    """A third participant by configuration alone: its language, else those that it names, and a note that says so."""
    around = with_korea()
    story = Story(kinds()["act and figures"], sides=around.directory)
    for person, expected in (("kor-duty", "en"), ("kor-second", "ja")):
        message = compose(
            story.state,
            delivery(story.alert_id, person, "email", AT, sides=around.directory),
            around,
        )
        first = message.contents[0]
        assert first.language == expected
        assert len(first.first_screen) <= 12
        assert first.first_screen[-1].text in (
            "There are no texts in Korean yet; this message is in English.",
            "ウクライナ語の文面は未整備のため、日本語で通報。",
        )
        assert [line.label for line in first.first_screen].count(first.first_screen[3].label) == 1
    other = compose(story.state, delivery(story.alert_id, "jpn-duty", "email", AT), around).contents[0]
    labels = [line.label for line in other.first_screen]
    assert "相手国（米国）" in labels
    assert "相手国（大韓民国）" in labels
    assert len(labels) <= 12


def with_korea() -> Surroundings:
    """The shipped participants and a third one."""
    usa = directory().participant("USA")
    first = msgspec.structs.replace(usa.people[0], person_id="kor-duty", language="ko", time_zone="Asia/Seoul")
    second = msgspec.structs.replace(first, person_id="kor-second", language="uk")
    korea: Participant = msgspec.structs.replace(
        usa, iso3="KOR", names={"ko": "대한민국", "ja": "大韓民国"}, languages=("ko", "en"), people=(first, second)
    )
    third = msgspec.structs.replace(korea, iso3="UKR", names={}, languages=("uk", "ja"), people=(second,))
    korea = msgspec.structs.replace(korea, people=(first,))
    sides = Directory(participants=(*directory().participants, korea, third))
    return msgspec.structs.replace(surroundings(), directory=sides)


def test_a_figure_that_is_not_known_is_said_to_be_unknown() -> None:
    """Never zero, never silence: unknown cover, unknown shares, a route whose impact nobody can compute."""
    traffic = told(Story(kinds()["traffic"]), "usa-duty", Purpose.RING).contents[0]
    assert traffic.first_screen[3].text == "At stake unknown: the route carries many minerals, see cargo."
    floor = told(Story(kinds()["floor"]), "usa-duty", Purpose.RING).contents[0]
    assert "what is at stake is unknown" in floor.first_screen[3].text
    assert any("a price alone says nothing of supply" in text for text in texts(floor))


def test_what_is_asked_follows_the_purpose() -> None:
    """Acknowledge by the next step, take note, telephone, stand down, nothing."""
    story = Story(kinds()["act and figures"])
    asked = {p: told(story, "usa-duty", p).contents[0].asked for p in Purpose}
    by = "Acknowledge by Oct 20, 2023, "
    assert asked[Purpose.RING].startswith(by)
    assert f"twinbell alerts acknowledge {story.alert_id} --as usa-duty" in asked[Purpose.RING]
    assert by in asked[Purpose.ESCALATE]
    assert by in asked[Purpose.REPEAT]
    assert asked[Purpose.PARTNER] == "Take note. Nothing to acknowledge"
    assert f"twinbell alerts close {story.alert_id} --as usa-duty" in asked[Purpose.RESOLVE], "it never answered"
    assert "Nothing" in asked[Purpose.CLOSE]
    assert "Nothing" in asked[Purpose.TEST]
    story.add(AT + MINUTE, Acknowledged(participant="USA", person="usa-duty", means="cli"), "USA/usa-duty")
    assert told(story, "usa-duty", Purpose.UPDATE).contents[0].asked.startswith("Nothing to acknowledge")
    assert told(story, "usa-duty", Purpose.RING).contents[0].asked.startswith("Read what is new")


def test_a_partner_that_cannot_be_reached_is_to_be_telephoned() -> None:
    """The other side's duty officer is told so, with the step of the runbook."""
    story = Story(kinds()["act and figures"])
    planned = delivery(
        story.alert_id,
        "jpn-duty",
        "email",
        AT,
        Purpose.PARTNER,
        occasion="USA:ring/unreached",
        reason="partner_unreached",
    )
    message = compose(story.state, planned, surroundings())
    assert message.contents[0].asked == "米国側と連絡不能。手順書により直ちに電話連絡のこと"
    assert message.contents[1].asked == "The United States cannot be reached. Telephone now, as the runbook says"


def test_the_side_that_is_rung_at_the_same_moment_is_not_said_to_be_left_out() -> None:
    """Whoever is told first reads that the other is being rung; only where nothing is on its way, not reached."""
    story = Story(kinds()["act and figures"])
    assert told(story, "jpn-duty", Purpose.RING).contents[0].first_screen[5].text == "未達。"
    planned = delivery(story.alert_id, "usa-duty", "email", AT)
    story.add(AT, Planned(delivery=planned))
    assert told(story, "jpn-duty", Purpose.RING).contents[0].first_screen[5].text == "通報中。"
    story.add(AT, Sending(delivery_id=planned.delivery_id, attempt=1))
    assert told(story, "jpn-duty", Purpose.RING).contents[1].first_screen[5].text == "Being rung now."


def test_the_other_side_is_shown_with_name_time_and_deed() -> None:
    """Reached, answered, position with its reason, stood down, agreed to close: with who and when."""
    story = Story(kinds()["act and figures"])
    author, who = "JPN/jpn-duty", {"participant": "JPN", "person": "jpn-duty"}
    story.sent(delivery(story.alert_id, "jpn-duty", "email", AT), AT)
    story.add(AT + MINUTE, Acknowledged(**who, means="cli"), author)
    dispute = PositionTaken(**who, position=PositionKind.DISPUTE, note="番号を照合中")
    story.add(AT + 2 * MINUTE, dispute, author)
    status = told(story, "usa-duty", Purpose.PARTNER).contents[0].first_screen[5].text
    assert status.startswith("Reached 19:59 EDT (08:59 JST). Acknowledged 20:00 EDT (09:00 JST) by Duty officer")
    assert "Position: disputes “番号を照合中”." in status
    story.add(AT + 3 * MINUTE, StoodDown(**who, note="終了"), author)
    story.add(AT + 3 * MINUTE, Resolved())
    story.add(AT + 4 * MINUTE, CloseAgreed(**who), author)
    status = told(story, "usa-duty", Purpose.PARTNER).contents[0].first_screen[5].text
    assert "Stood down 20:02 EDT (09:02 JST)." in status
    assert "Agreed to close by Duty officer" in status


def test_a_false_alarm_said_by_one_side_is_read_by_the_other() -> None:
    """Headline and status line say who calls it false and why, in both languages; taken back, it is news once more."""
    story = Story(kinds()["act and figures"])
    author, who = "JPN/jpn-duty", {"participant": "JPN", "person": "jpn-duty"}
    story.sent(delivery(story.alert_id, "jpn-duty", "email", AT), AT)
    story.add(AT + MINUTE, FalseAlarm(**who, note="統計の誤植"), author)
    message = told(story, "usa-duty", Purpose.PARTNER)
    assert message.contents[0].headline.startswith("Japan: calls it a false alarm. ")
    assert "Called a false alarm by Duty officer" in message.contents[0].first_screen[5].text
    assert "“統計の誤植”" in message.contents[0].first_screen[5].text
    assert "日本：誤報と判断" in message.contents[1].headline
    story.add(AT + 2 * MINUTE, FalseAlarm(**who, withdrawn=True), author)
    message = told(story, "usa-duty", Purpose.PARTNER)
    assert message.contents[0].headline.startswith("Japan: no longer calls it a false alarm. ")
    assert "false alarm" not in message.contents[0].first_screen[5].text


def test_deliveries_held_back_are_listed_with_their_reason() -> None:
    """Suppressed is visible, never gone."""
    story = Story(kinds()["price up"])
    held = delivery(
        story.alert_id, "jpn-duty", "slack", AT, state=DeliveryState.SUPPRESSED, reason="inhibited", delivery_id="held"
    )
    story.add(AT, Planned(delivery=held))
    sections = {s.heading: s for s in told(story, "usa-duty", Purpose.RING).contents[0].sections}
    text = sections["Deliveries held back or failed"].lines[0].text
    assert text.startswith("Japan, Duty officer, Ministry of Economy, Trade and Industry, Slack: held back (inhibited")


def test_operational_troubles_lead_to_their_page() -> None:
    """A failed delivery and a silent series are shown with the page that says what to do."""
    story = Story(kinds()["nothing said"])
    failed = delivery(story.alert_id, "jpn-duty", "slack", AT, delivery_id="failed")
    story.sent(failed, AT)
    story.facts.pop()
    story.add(AT, SendFailed(delivery_id="failed", reason="bad_credentials", retry_at=None))
    lines = [line for s in told(story, "jpn-duty", Purpose.RING).contents[0].sections for line in s.lines]
    pages = [line.address.rpartition("/")[2] for line in lines if line.label == "手順書"]
    assert pages == ["deliveries-failing.md", "feed-stale.md"]
    assert any("不達（認証情報の拒否）" in line.text for line in lines)


def test_every_alert_of_a_group_is_mentioned() -> None:
    """However many alerts one message speaks for, each is named; those about the same event share its first line."""
    story, same, other = (Story(kinds()[name]) for name in ("export_licensing impose", "rare earths", "halt"))
    unknown = tuple(f"alert-{n}" for n in range(200))
    also = (same.alert_id, other.alert_id + "-b", *unknown)
    planned = delivery(story.alert_id, "usa-duty", "email", AT, also=also)
    second = msgspec.structs.replace(other.state, alert_id=other.alert_id + "-b")
    content = compose(story.state, planned, surroundings(), (same.state, second)).contents[0]
    mentioned = next(s for s in content.sections if s.heading == "Other alerts in this message")
    assert len(mentioned.lines) == len(also)
    for alert_id, line in zip(also, mentioned.lines, strict=True):
        assert alert_id in line.text
    assert "201 more alerts in this message" in content.first_screen[0].text
    assert content.subject.startswith("TLP:AMBER ")


def test_evidence_leads_to_stored_bytes() -> None:
    """Every figure names its publisher, its bytes and the command that opens them."""
    message = told(Story(kinds()["figures alone"]), "usa-duty", Purpose.RING)
    section = next(s for s in message.contents[0].sections if s.heading == "Evidence")
    assert section.lines[0].label == "V1 (customs figures)"
    assert section.lines[0].text.startswith(
        "Natural graphite, China to Japan: 5,150 kg (Aug 2023, over 3 figures), expected 23,480 kg"
    )
    assert section.lines[1].text.endswith("row 1: twinbell evidence show 0000000000000000 --row 1")
    assert section.lines[6].text.startswith("3 more rows")


def test_arithmetic_of_the_impact_can_be_followed() -> None:
    """Reliance × share × loss × (1 − substitutable) stands there with the numbers of the impact."""
    message = told(Story(kinds()["act and figures"]), "jpn-duty", Purpose.RING)
    impact = next(i for i in message.contents and kinds()["act and figures"].impacts if i.participant == "JPN")
    assert impact.at_stake is not None
    text = everything(message)
    assert "reliance ×" in text
    assert "（1 − 代替可能 0）＝" in text


def test_what_the_loss_rests_on_is_said() -> None:
    """A fall that customs show is no threshold for a kind of act: the missing part and how long it lasts."""
    told_in = {
        person: everything(told(Story(kinds()["figures alone"]), person, Purpose.RING))
        for person in ("usa-duty", "jpn-duty")
    }
    assert "the 78% of the flow that customs show missing, taken to last 90 days of a year" in told_in["usa-duty"]
    assert "貿易統計に表れた減少78%が90日続く" in told_in["jpn-duty"]
    assert all("threshold for this kind of act" not in text for text in told_in.values())


def test_the_machine_reads_the_same_alert() -> None:
    """Codes, times and references for CAP: first an Alert, then an Update that names what went before."""
    story = Story(kinds()["act and figures"])
    first = told(story, "jpn-duty", Purpose.RING).facts
    assert (first.msg_type, first.references, first.hazard) == ("Alert", (), "restriction")
    assert first.releasable_to == ("USA", "JPN")
    assert first.geocodes == ("CHN",)
    assert first.expires_at > first.sent_at
    assert {p.name for p in first.parameters} >= {"alert_id", "mineral", "thresholds", "evidence_sha256", "mode"}
    story.sent(delivery(story.alert_id, "jpn-duty", "email", AT), AT)
    assert told(story, "jpn-duty", Purpose.UPDATE).facts.references == ()
    resolved = told(story, "jpn-duty", Purpose.RESOLVE).facts
    assert resolved.msg_type == "Update"
    assert resolved.references == (f"jpn.twinbell@example.org,twinbell-{story.alert_id}-1,2023-10-20T23:59:00-00:00",)


def test_an_actual_message_has_no_watermark_and_a_test_has_its_own() -> None:
    """The watermark says what is not actual, and nothing else."""
    assessment = kinds()["act and figures"]
    actual, test = (told(Story(assessment, mode), "usa-duty", Purpose.RING) for mode in (Mode.ACTUAL, Mode.TEST))
    assert {content.watermark for content in actual.contents} == {""}
    assert "EXERCISE" not in everything(actual)
    assert {content.watermark for content in test.contents} == {"TEST TEST TEST / 試験 試験 試験"}


@pytest.mark.parametrize("person", READERS)
def test_a_message_in_one_language_is_the_first_of_all(person: str) -> None:
    """Nothing in it depends on whether the others are written too; the watermark is in all languages all the same."""
    story = Story(restriction(fall()), Mode.EXERCISE)
    planned = msgspec.structs.replace(delivery(story.alert_id, person, "slack", AT), mode=story.mode)
    whole = compose(story.state, planned, surroundings())
    alone = compose(story.state, planned, surroundings(), multilingual=False)
    assert len(whole.contents) == 2
    assert alone == msgspec.structs.replace(whole, contents=whole.contents[:1])
    assert " / " in alone.contents[0].watermark


def test_composing_twice_gives_the_same_message() -> None:
    """Pure: the same state, delivery and surroundings."""
    state: AlertState = Story(restriction(fall())).state
    planned = delivery(state.alert_id, "jpn-duty", "email", AT)
    assert compose(state, planned, surroundings()) == compose(state, planned, surroundings())
