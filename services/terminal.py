"""Between any text and a terminal: what came from a feed can neither move the cursor nor turn a line round."""

import unicodedata

# Cc control, Cf format (bidi overrides, zero width), Cs surrogates, Co private use, Cn unassigned, Zl and Zp separators
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def plain(text: str, limit: int = 0) -> str:
    """`text` on one line with unsafe characters written as \\u…; cut with a mark after `limit` characters if given."""
    safe = "".join(_shown(character) for character in text)
    if limit and len(safe) > limit:
        return safe[: limit - 1] + "…"
    return safe


def paragraphs(text: str) -> str:
    """`text` with its own line breaks, everything else as in `plain`."""
    return "\n".join(plain(line) for line in text.splitlines())


def _shown(character: str) -> str:
    if character in "\t\n\r":
        return " "
    if unicodedata.category(character) in _UNSAFE:
        return f"\\u{ord(character):04x}"
    return character
