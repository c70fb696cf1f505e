"""The reader on any text at all."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.notices.documents import Document
from streams.notices.reader import packaged_reader
from streams.notices.vocabulary import packaged

READER = packaged_reader()
WORDS = sorted({term.term for term in packaged().terms})
SCRAPS = st.sampled_from(
    [
        *WORDS,
        *("自2023年8月1日起", "2月30日", "99月99日", "until Feb. 30, 2024", "9999-99-99", "8112.92.90", "8112929090"),
        *(
            "《",
            "》",
            "。",
            ". A",
            "；",
            "\n",
            "\x00",
            "\u202e",
            "𝔄",
            "ﬀ",
            "İ",
            "½",
            "９９９９年９９月",
            "公告9999年第1号",
        ),
        *("for 999 months", "十十天", "令和元年5月1日から", "令和99999年1月1日", "1e400", "<b>"),
    ]
)
PIECES = st.lists(st.one_of(SCRAPS, st.text(max_size=12)), max_size=40).map(" ".join)
JOINED = st.lists(SCRAPS, max_size=60).map("".join)
DAYS = st.sampled_from(["", "2023-07-03", "0001-01-01", "9999-12-31", "2023-13-45", "soon"])


@given(
    title=st.one_of(PIECES, JOINED),
    text=st.one_of(PIECES, JOINED, st.text()),
    language=st.sampled_from(["en", "zh", "ja", "fr", ""]),
    published_on=DAYS,
)
@example(title="ban", text="exports " * 3000, language="en", published_on="2024-01-01")
@example(title="出口" * 2000, text="禁止" * 2000, language="zh", published_on="")
@settings(max_examples=250, deadline=None)
def test_any_text_is_read(title: str, text: str, language: str, published_on: str) -> None:
    """No text raises, spans always name characters of the document, and reading twice gives the same."""
    document = Document(document_id="x", language=language, title=title, text=text, published_on=published_on)
    reading = READER.read(document)
    assert reading == READER.read(document)
    for span in reading.spans:
        part = title if span.part == "title" else text
        assert part[span.start : span.end] == span.text
        assert span.start < span.end
