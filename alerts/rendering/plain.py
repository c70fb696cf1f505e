"""Text from outside → plain text that can be shown: what would deceive a reader's eye is made visible.

Channels escape for their own markup; this is only about characters that no channel's escaping touches: controls,
bidirectional overrides, invisible and unassigned characters, and text without end.
"""

import unicodedata

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_ALSO_INVISIBLE = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # blank letters: they look like nothing at all
_MARKS_IN_A_ROW = 4  # more combining marks than any written language stacks on one letter


def plain(text: str, limit: int = 400) -> str:
    """`text` on one line, at most `limit` characters, with every control or invisible character shown as ⟨U+XXXX⟩."""
    if len(text) < limit and text.isascii() and text.isprintable() and "  " not in text and text == text.strip():
        return text  # nearly everything: names, units, ids
    shown: list[str] = []
    length = 0
    marks = 0
    for character in " ".join(text[: limit * 4].split()):
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > _MARKS_IN_A_ROW:
            continue
        piece = character
        if category in _INVISIBLE or category in ("Zl", "Zp") or character in _ALSO_INVISIBLE:
            piece = f"⟨U+{ord(character):04X}⟩"
        if length + len(piece) > limit - 1:
            shown.append("…")
            break
        shown.append(piece)
        length += len(piece)
    return "".join(shown)


def cut(text: str, limit: int) -> str:
    """`text`, at most `limit` characters, ended by a mark where something was left out."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
