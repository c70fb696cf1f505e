"""The reader on texts as pages really give them: HTML left over, full-width digits, wrong language tags, no title."""

import time

import pytest

from streams.notices.documents import Document
from streams.notices.reader import packaged_reader
from streams.notices.readings import Reading

READER = packaged_reader()
MOST_SECONDS = 30.0  # of processor time; about five on a slow machine, minutes where the cost grows with the cube


def read(text: str, *, title: str = "", language: str = "en", published_on: str = "2026-05-05") -> Reading:
    """What is read; every span must be the words of the document."""
    document = Document(document_id="x", language=language, title=title, text=text, published_on=published_on)
    reading = READER.read(document)
    for span in reading.spans:
        assert (title if span.part == "title" else text)[span.start : span.end] == span.text
    return reading


def test_html_left_over() -> None:
    """Tags and entities are not words; a paragraph ends a sentence; a tag inside a word does not part it."""
    reading = read(
        "<p>经国务院批准，决定对<span class='x'>镓</span>相关物项实施出<b>口</b>管制。</p>"
        "<p>自２０２６年&nbsp;６月１日起施行。</p>",
        language="zh",
    )
    assert (reading.polarity.value, reading.minerals, reading.effective_on) == ("impose", ("gallium",), "2026-06-01")
    english = read(
        "<div>The ministry bans the export of <i>tin</i>&nbsp;ore &amp; concentrate</div><br/>Effective June&#160;1."
    )
    assert (english.minerals, english.effective_on) == (("tin",), "2026-06-01")


@pytest.mark.parametrize("language", ["zh", "zh-Hant", "ja", "en", "fr", ""])
def test_a_wrong_language_tag(language: str) -> None:
    """Traditional characters are read whatever the tag says; a whole Chinese sentence tagged as Japanese too."""
    text = (
        "中國商務部宣布對鎵相關物項實施出口管制，出口經營者應當依照有關規定申請許可，"
        "公告自６月１日起施行，此前已簽訂的合同同樣適用。"
    )
    assert read(text, language=language).effective_on == "2026-06-01"


@pytest.mark.parametrize("language", ["ja", "ja-JP", "zh", "en", ""])
def test_japanese_under_another_tag(language: str) -> None:
    """Kana tells Japanese."""
    reading = read("中国は６月１日からガリウムの輸出を許可制とする。", language=language)
    assert (reading.minerals, reading.effective_on) == (("gallium",), "2026-06-01")


@pytest.mark.parametrize("published_on", ["2026-05-05", "2026/05/05", "2026-05-05T08:00:00Z", " 2026-05-05 "])
def test_the_day_of_publication_as_feeds_write_it(published_on: str) -> None:
    """A time beside the day, or slashes, change nothing."""
    assert (
        read("Export ban on tin, effective upon publication.", published_on=published_on).effective_on == "2026-05-05"
    )


def test_nothing_to_read() -> None:
    """No title, no text, no day: not relevant, no error."""
    assert not read("", published_on="").is_relevant
    assert not read("", title="gallium", published_on="soon").is_relevant


@pytest.mark.parametrize(
    "text",
    [
        "Export ban on gallium. " * 4_500,
        "对镓实施出口管制，" * 12_000,
        "ガリウムの輸出を許可制とする、" * 7_000,
        "<" * 100_000,
    ],
    ids=["sentences", "Chinese without an end", "Japanese without an end", "brackets"],
)
def test_a_hundred_thousand_characters(text: str) -> None:
    """A text of any length is read in bounded time, also one that never ends a sentence."""
    began = time.process_time()
    read("export " + text)
    assert time.process_time() - began < MOST_SECONDS
