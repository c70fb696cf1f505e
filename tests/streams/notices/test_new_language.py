"""The seam for a language: one `Language` and rows of vocabulary, and the rules read it."""

import re

import msgspec

from streams.notices.documents import Document
from streams.notices.languages import LANGUAGES
from streams.notices.languages.en import ENGLISH
from streams.notices.reader import Reader
from streams.notices.readings import ActKind, Polarity
from streams.notices.vocabulary import Vocabulary, load, packaged

# Indonesian in a handful of words. Latin script is read as "en", so the new language stands in its place.
ROWS = """term,language,class,value,note,source
ekspor,en,export,,,own compilation
larangan,en,ban,,,own compilation
mencabut,en,lift,,,own compilation
menangguhkan,en,suspend,,,own compilation
nikel,en,name,nickel,,standard name
indonesia,en,country,IDN,,own compilation
"""


def test_a_language_is_one_record_and_some_rows() -> None:
    """With other words and another gate the same rules find act, polarity, mineral and state."""
    indonesian = msgspec.structs.replace(ENGLISH, gate=("ekspor",), clause=re.compile("[;:]"))
    reader = Reader(load({"acts.csv": ROWS.encode()}), languages=(indonesian,))
    title = "Indonesia mencabut larangan ekspor nikel"
    reading = reader.read(Document(document_id="x", language="id", title=title, text=""))
    assert reading.is_relevant
    assert reading.act_kind is ActKind.EXPORT_BAN
    assert reading.polarity is Polarity.RELAX
    assert reading.minerals == ("nickel",)
    assert reading.actor == "IDN"


def test_an_unknown_language_is_read_by_its_script() -> None:
    """The declared language only decides what ideographs alone cannot: Chinese in an "en" row is still Chinese."""
    reader = Reader(packaged(), languages=LANGUAGES)
    for declared in ("zh", "en", "fr", ""):
        reading = reader.read(
            Document(
                document_id="x",
                language=declared,
                title="商务部公布对镓实施出口管制",
                text="",
                published_on="2023-07-03",
            )
        )
        assert reading.minerals == ("gallium",)


def test_without_words_nothing_is_relevant() -> None:
    """An empty vocabulary reads nothing and raises nothing."""
    reader = Reader(Vocabulary(terms=()))
    assert not reader.read(Document(document_id="x", language="en", title="China bans exports", text="")).is_relevant
