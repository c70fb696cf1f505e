"""What a channel puts on the wire → text as the officer sees it, for the golden files: nothing is left out or added."""

import json
from email.message import EmailMessage

from alerts.channels.base import Message
from alerts.channels.letter import letter, shown_in
from alerts.channels.slack import Slack

_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_HEADERS = ("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "Importance", "Content-Language")


def email(message: Message) -> str:
    """The headers that a reader or a mail program uses, and the text body."""
    written: EmailMessage = letter(message, shown_in(message))
    body = written.get_body(("plain",))
    assert body is not None
    headers = [f"{name}: {written[name]}" for name in _HEADERS if written[name]]
    attached = [part.get_filename() for part in written.iter_attachments()]
    return "\n".join([*headers, f"Attached: {', '.join(str(name) for name in attached)}", "", body.get_content()])


def slack(message: Message) -> str:
    """Every request in order: its method, the text of the notification, and the blocks from top to bottom."""
    lines: list[str] = []
    for call in json.loads(Slack.rendering(message).content):
        body = call["body"]
        lines += [f"[{call['method']}] {body.get('channel', '')}", f"notification: {body.get('text', '')}", ""]
        for block in body.get("blocks", []):
            lines += _block(block)
    text = "\n".join(lines)
    for entity, sign in _ENTITIES:
        text = text.replace(entity, sign)
    return text.rstrip() + "\n"


def _block(block: dict[str, object]) -> list[str]:
    kind = block["type"]
    if kind == "divider":
        return ["-" * 20]
    texts = block.get("elements") or [block["text"]]
    assert isinstance(texts, list)
    shown = " ".join(str(text["text"]) for text in texts)
    return [f"# {shown}" if kind == "header" else shown, ""]
