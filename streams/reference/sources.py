"""A row's source → taken or refused: what a reader could not open or look up must not stand behind a figure."""

import functools
import re

from streams.assessments import Source

OWN_COMPILATION = "own compilation, unconfirmed"
SOURCE_COLUMNS = ("publisher", "publication", "published", "address", "confidence")

_ADDRESS = re.compile(r"https?://[^\s/@:]+\.[^\s/@:]{2,}(/\S*)?")
_NOT_PUBLIC = (
    (re.compile(r"(^|[\s(])(shared|research|steering)[/:]"), "a path of the project's own"),
    (re.compile(r"(^|\s)\.{0,2}/\w[\w./-]*\.(csv|json|jsonl|md|xlsx|toml)\b"), "a path of the project's own"),
    (re.compile(r"(^|\s)[\w.-]+/[\w./-]+\.(csv|json|jsonl|md|xlsx|toml)$"), "a path of the project's own"),
    (re.compile(r"@[0-9a-f]{6,40}:"), "a file at a commit"),
    (re.compile(r"\bpage-(en|zh|ja)-\d+|\b[A-Z]{3}-[A-Z]{2,5}-\d{4}-\d{2}\b"), "the id of a label"),
    (re.compile(r"archived file|none found|weak source|own knowledge", re.IGNORECASE), "no source"),
)


def read_source(cells: dict[str, str]) -> Source:
    """The source in the five columns of a row. ValueError says what a reader could not look up and what to write."""
    source = Source(
        publisher=cells.get("publisher", ""),
        publication=cells.get("publication", ""),
        year=cells.get("published", ""),
        address=cells.get("address", ""),
        confidence=cells.get("confidence", ""),
    )
    if source.confidence not in ("A", "B", "C"):
        raise ValueError(f"confidence {source.confidence!r} is none of A (official), B (secondary), C (unconfirmed)")
    if source.year and not re.fullmatch(r"[12][0-9]{3}", source.year):
        raise ValueError(f"published {source.year!r} is no year; leave it empty where the page has none")
    if source.publisher == OWN_COMPILATION:
        if source.confidence != "C":
            raise ValueError(f"{OWN_COMPILATION!r} can only have confidence C")
        return source
    for column in ("publisher", "publication", "address"):
        _refuse(column, cells.get(column, ""))
    if not _ADDRESS.fullmatch(source.address):
        raise ValueError(f"address {source.address!r} cannot be opened: write the public web address, https://…")
    return source


@functools.lru_cache(maxsize=4_096)  # the same few sources stand behind many rows
def _refuse(column: str, text: str) -> None:
    remedy = f"name what a reader can look up, or write publisher {OWN_COMPILATION!r} with confidence C"
    if not text:
        raise ValueError(f"{column} is empty: {remedy}")
    if _ADDRESS.fullmatch(text):
        return
    for pattern, what in _NOT_PUBLIC:
        if pattern.search(text):
            raise ValueError(f"{column} {text!r} is {what}, which a reader cannot open: {remedy}")
