"""Document → **passages** → tokens: title and text cut into sentences, each with its language and its folded text.

Folding makes one writing of many (case, width, traditional characters, hyphens, runs of space), and keeps for every
folded character where it stood, so that a span always names characters of the document itself.
"""

import html
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import msgspec

from streams.notices.documents import Document

TITLE, TEXT = "title", "text"
MAX_CHARS = 60_000  # of a text; an official act with its annex of items is shorter
MAX_SENTENCE = 1_200  # longer ones are cut: the cost of a sentence grows with the square of its words
_IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")
_KANA = re.compile(  # but not between the names of offices
    r"(?![部署局委院会厅省庁])[\u3041-\u30ff]"
)
_LATIN_RUN = re.compile(r"[A-Za-z][A-Za-z0-9 ,.;:'’‘\"“”()/&%-]{28,}")
_SENTENCE_END = re.compile(
    r"[。！？；]+|\n+|</?(?:p|br|div|li|ul|ol|tr|td|th|table|h[1-6])\b[^<>]{0,200}>"
    r"|[.!?](?<![ .(][A-Za-z]\.)(?<![ (]No\.)(?<![ (]Nos\.)(?<!\bInc\.)(?<!\bCo\.)(?<!\bCorp\.)(?<!\bLtd\.)"
    r"(?<!\bMr\.)(?<!\bDr\.)(?<!\bSt\.)(?<!\bvs\.)(?<!\bArt\.)(?<!Jan\.)(?<!Feb\.)(?<!Mar\.)(?<!Apr\.)(?<!Aug\.)"
    r"(?<!Sept\.)(?<!Sep\.)(?<!Oct\.)(?<!Nov\.)(?<!Dec\.)"
    r"[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9\u3040-\u9fff])"
)
_HEADLINE_BREAK = re.compile(  # but not between the names of offices
    r"(?![部署局委院会厅省庁])[\u3041-\u30ff\u3400-\u9fff%％」』）] [\u3041-\u30ff\u3400-\u9fff「『（]|.\u3000."
)
_SPACES = frozenset(" \t\r\n\u00a0\u3000\u2009\u202f")
_HYPHENS = frozenset("-\u2010\u2011\u00ad")
_BLANK = {ord(space): " " for space in "\t\r\n"}
_PLAIN = _BLANK | {ord("-"): " "}
_MARKUP = re.compile(
    r"<(?:!--.{0,400}?--|/?[a-z][^<>]{0,200})>|&(?:#\d{1,6}|#x[0-9a-f]{1,5}|[a-z]{2,8});", re.IGNORECASE
)
_BREAKING = re.compile(r"</?(?:p|br|div|li|ul|ol|tr|td|th|table|h[1-6])\b", re.IGNORECASE)
_SHORT_CHARS = 40  # Japanese prose of so many ideographs has kana
_KANA_SHARE = 0.05  # of ideographs and kana; Chinese prose that quotes a Japanese name has less
_QUOTES = {"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "–": "-", "—": "-"}


class Folded(msgspec.Struct, frozen=True):
    """Text of one writing; `offsets[i]` is where folded character i stands in the part that it was read from."""

    text: str
    offsets: Sequence[int]


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence. `order` counts through the document, the title first."""

    part: str
    order: int
    language: str
    raw: str  # the whole part, into which offsets point
    folded: Folded

    def span(self, start: int, end: int) -> tuple[int, int, str]:
        """Where the folded characters start..end stand in the part, and what is written there."""
        first, last = self.folded.offsets[start], self.folded.offsets[end - 1] + 1
        return first, last, self.raw[first:last]


def fold(text: str, simplified: Mapping[str, str], spaced: bool, start: int = 0, *, headline: bool = False) -> Folded:
    """One writing of `text`, whose first character stands at `start` of its part.

    In a headline of a language whose words do not stand apart a space is a comma: "ニッケル安 禁輸は続く".
    """
    if (
        text.isascii() and "<" not in text and "&" not in text
    ):  # each character keeps its place unless runs of space shrink
        plain = text.lower().translate(_PLAIN if spaced else _BLANK)
        if "  " not in plain and not plain.startswith(" "):
            return Folded(plain, range(start, start + len(plain)))
    letters: list[str] = []
    offsets: list[int] = []
    blank = True
    for position, character in _characters(text, start):
        if character in _SPACES or (spaced and character in _HYPHENS):
            at = position - start
            parts = headline and not spaced and _HEADLINE_BREAK.match(text, max(0, at - 1)) is not None
            if not blank and (spaced or parts or not _between_ideographs(text, at)):
                letters.append("," if parts else " ")
                offsets.append(position)
                blank = True
            continue
        plain = _QUOTES.get(character, "")
        if not plain:
            wide = character if character.isascii() else unicodedata.normalize("NFKC", character)
            plain = simplified.get(wide, wide).lower()
        letters.append(plain)
        offsets.extend((position,) if len(plain) == 1 else [position] * len(plain))
        blank = False
    return Folded("".join(letters), offsets)


def without_markup(text: str) -> str:
    """The text without left-overs of HTML, for a look at which words it has."""
    return _MARKUP.sub("", text) if "<" in text else text


def _characters(text: str, start: int) -> Iterator[tuple[int, str]]:
    """Each character with its place; left-overs of HTML are nothing, a space, or the character that they stand for."""
    if "<" not in text and "&" not in text:
        yield from enumerate(text, start)
        return
    at = 0
    for match in _MARKUP.finditer(text):
        yield from enumerate(text[at : match.start()], start + at)
        if match.group().startswith("&"):
            yield from ((start + match.start(), character) for character in html.unescape(match.group()))
        elif _BREAKING.match(match.group()):
            yield start + match.start(), " "
        at = match.end()
    yield from enumerate(text[at:], start + at)


def _between_ideographs(text: str, at: int) -> bool:
    """Whether a space stands beside an ideograph or kana: there it parts nothing ("2026 年 11 月")."""
    around = text[at - 1 : at + 2]
    return _IDEOGRAPH.search(around) is not None or _KANA.search(around) is not None


def passages(document: Document, known: Mapping[str, bool], simplified: Mapping[str, str]) -> list[Passage]:
    """The sentences of a document. `known` says for each language code whether its words stand apart."""
    found: list[Passage] = []
    declared = _declared(document)
    for part, raw in ((TITLE, document.title), (TEXT, document.text[:MAX_CHARS])):
        for start, end in _pieces(raw):
            language = _language(raw[start:end], declared)
            if language not in known:
                continue
            characters = simplified if language == "zh" else {}
            folded = fold(raw[start:end], characters, known[language], start, headline=part == TITLE)
            if folded.text.strip():
                found.append(Passage(part=part, order=len(found), language=language, raw=raw, folded=folded))
    return found


def _pieces(raw: str) -> list[tuple[int, int]]:
    """Sentences, and inside them the runs of Latin script between ideographs, none longer than MAX_SENTENCE."""
    cuts = [0]
    cuts.extend(match.end() for match in _SENTENCE_END.finditer(raw))
    cuts.append(len(raw))
    pieces: list[tuple[int, int]] = []
    for start, end in pairwise(cuts):
        inner = [start]
        if _IDEOGRAPH.search(raw, start, end):
            for run in _LATIN_RUN.finditer(raw, start, end):
                if run.group().count(" ") >= 4:
                    inner += [run.start(), run.end()]
        inner.append(end)
        for first, last in pairwise(inner):
            pieces.extend((at, min(at + MAX_SENTENCE, last)) for at in range(first, last, MAX_SENTENCE))
    return pieces


def _declared(document: Document) -> str:
    """The language that the document says it is in, without its region; kana tells Japanese from Chinese."""
    declared = document.language.lower().replace("_", "-").split("-")[0]
    text = document.title + document.text[:MAX_SENTENCE]
    ideographs, kana = len(_IDEOGRAPH.findall(text)), len(_KANA.findall(text))
    if kana > _KANA_SHARE * (ideographs + kana):
        return "ja"
    if declared == "ja" and not kana and ideographs > _SHORT_CHARS:
        return "zh"
    return declared


def _language(text: str, declared: str) -> str:
    """By script: kana is Japanese, ideographs alone are what the document declares, everything else is Latin."""
    if _KANA.search(text):
        return "ja"
    if _IDEOGRAPH.search(text):
        return declared if declared in ("zh", "ja") else "zh"
    return "en"
