"""Feed → **document** → reading: what the reader of export-control notices is given."""

import msgspec


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One document as a feed found it. An empty title is normal; `published_on` is an ISO day or empty.

    `address` is where it stands and `issuer` the state (alpha-3) whose office issued it; both may be empty, and then
    the text alone must say who acts.
    """

    document_id: str
    language: str
    title: str
    text: str
    published_on: str = ""
    address: str = ""
    issuer: str = ""
