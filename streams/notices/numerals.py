"""Words and digits → numbers: the numerals of days, and figures of rates and amounts."""

import re
import unicodedata

_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_MANY = {"thousand": 1_000, "million": 1_000_000, "万": 10_000}


def number(text: str) -> int:
    """A number in digits or Chinese numerals: 12, 十二, 二十八, 二〇二五; 0 for anything else."""
    values = [unicodedata.numeric(character, None) for character in text]
    if not values or any(value is None or value % 1 for value in values):
        return 0
    digits = [int(value) for value in values if value is not None]
    if all(digit < 10 for digit in digits):
        return int("".join(map(str, digits)))
    total = 0
    for digit in digits:
        total = max(total, 1) * 10 if digit == 10 else total + digit
    return total


def figure(text: str) -> float:
    """The number in a figure; a word for nothing is 0."""
    digits = _FIGURE.search(text.replace(",", ""))
    scale = next((many for word, many in _MANY.items() if word in text), 1)
    return float(digits.group()) * scale if digits else 0.0
