"""The languages that the reader knows: one file and one line each."""

from streams.notices.languages.base import Language
from streams.notices.languages.en import ENGLISH
from streams.notices.languages.ja import JAPANESE
from streams.notices.languages.zh import CHINESE

__all__ = ["LANGUAGES", "Language"]

LANGUAGES: tuple[Language, ...] = (
    ENGLISH,
    CHINESE,
    JAPANESE,
)
