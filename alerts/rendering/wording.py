"""Packaged phrases → a catalogue for each language: every word that a message says and that is not a fact.

A language is one folder below `alerts/templates` with a `phrases.toml`. The keys and the names in braces are the same
in all folders, which `load` checks: a third language is one folder more, and no message stops for a missing word.
"""

import string
from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable

import msgspec
from babel import Locale, UnknownLocaleError

from alerts.errors import BadTemplate

_PLURALS = frozenset({"zero", "one", "two", "few", "many", "other"})
_OPEN_TABLES = frozenset(
    {"country", "running", "issuer", "mineral"}
)  # names that a language may need and another may not
_FILE = "phrases.toml"


class _Signs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the language joins statements."""

    clause: str
    colon: str
    stop: str
    gap: str
    list: str
    aside: str
    quote: str


class _Meta(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table [meta] of phrases.toml."""

    locale: str
    subject_limit: int
    withheld: tuple[str, ...]
    signs: _Signs


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """The wording of one language: phrases by dotted key, plurals by key and CLDR category."""

    language: str
    locale: str
    subject_limit: int
    withheld: tuple[str, ...]  # stems that wait for a release
    phrases: dict[str, str]
    plurals: dict[str, dict[str, str]]

    def say(self, key: str, **values: str) -> str:
        """The phrase with its values. KeyError for a key that no catalogue has: a fault of the code, not of a feed."""
        return self.phrases[key].format_map(values)

    def name(self, key: str) -> str | None:
        """A phrase that this language may or may not have."""
        return self.phrases.get(key)

    def count(self, key: str, n: int, shown: str, **values: str) -> str:
        """The plural form for `n`, with `n` written as `shown`."""
        forms = self.plurals[key]
        category = Locale.parse(self.locale).plural_form(n)
        return forms.get(category, forms["other"]).format_map({"n": shown, **values})


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """All languages that can be written, by language code."""

    catalogues: dict[str, Catalogue]

    def chosen(self, wanted: str, then: tuple[str, ...]) -> Catalogue:
        """The catalogue of `wanted`, else of the first of `then` that exists, else the first there is."""
        for language in (wanted, *then):
            if language in self.catalogues:
                return self.catalogues[language]
        return next(iter(self.catalogues.values()))

    @property
    def withheld(self) -> tuple[str, ...]:
        """The stems of all languages that wait for a release, whatever language a message is in."""
        return tuple(dict.fromkeys(stem for c in self.catalogues.values() for stem in c.withheld))


def load(files: Mapping[str, bytes]) -> Wording:
    """The wording in `files` ("en/phrases.toml" → bytes). BadTemplate names the file, the key and what to do."""
    catalogues = {}
    for path in sorted(files):
        language, _, name = path.partition("/")
        if name == _FILE:
            catalogues[language] = _catalogue(language, files[path])
    if not catalogues:
        raise BadTemplate("no language has a phrases.toml; copy alerts/templates/en and translate it")
    _same_keys(catalogues)
    return Wording(catalogues=catalogues)


def packaged() -> Wording:
    """The wording that ships with the package."""
    root = resources.files("alerts").joinpath("templates")
    return load(dict(_files(root)))


def _files(root: Traversable) -> list[tuple[str, bytes]]:
    folders = [folder for folder in root.iterdir() if folder.is_dir() and folder.joinpath(_FILE).is_file()]
    return [(f"{folder.name}/{_FILE}", folder.joinpath(_FILE).read_bytes()) for folder in folders]


def _catalogue(language: str, content: bytes) -> Catalogue:
    where = f"alerts/templates/{language}"
    try:
        tree = msgspec.toml.decode(content, type=dict[str, dict[str, object]])
        meta = msgspec.convert(tree.pop("meta", {}), _Meta)
        Locale.parse(meta.locale)
    except (
        msgspec.DecodeError,
        msgspec.ValidationError,
        UnicodeDecodeError,
        ValueError,
        UnknownLocaleError,
    ) as problem:
        raise BadTemplate(f"{where}: {problem}") from None
    phrases: dict[str, str] = {}
    plurals: dict[str, dict[str, str]] = {}
    for table, entries in tree.items():
        _flatten(table, entries, phrases, plurals, where)
    phrases.update({f"meta.{name}": value for name, value in msgspec.to_builtins(meta.signs).items()})
    return Catalogue(
        language=language,
        locale=meta.locale,
        subject_limit=meta.subject_limit,
        withheld=meta.withheld,
        phrases=phrases,
        plurals=plurals,
    )


def _flatten(
    key: str, entries: Mapping[str, object], phrases: dict[str, str], plurals: dict[str, dict[str, str]], where: str
) -> None:
    for name, entry in entries.items():
        inner = f"{key}.{name}"
        if isinstance(entry, str):
            phrases[inner] = entry
        elif isinstance(entry, dict) and "other" in entry and set(entry) <= _PLURALS:
            plurals[inner] = {form: str(text) for form, text in entry.items()}
        elif isinstance(entry, dict):
            _flatten(inner, entry, phrases, plurals, where)
        else:
            raise BadTemplate(f"{where}/phrases.toml: {inner} is neither a text, a table nor a plural with `other`")


def _same_keys(catalogues: Mapping[str, Catalogue]) -> None:
    """Every language says the same things about the same values."""
    first, *others = catalogues.values()
    expected = _shape(first)
    for catalogue in others:
        found = _shape(catalogue)
        for key in sorted(expected.keys() | found.keys()):
            if expected.get(key) != found.get(key):
                raise BadTemplate(
                    f"alerts/templates/{catalogue.language}/phrases.toml: {key} holds {_braces(found.get(key))}, "
                    f"{first.language} holds {_braces(expected.get(key))}; give both the same names in braces"
                )


def _shape(catalogue: Catalogue) -> dict[str, frozenset[str]]:
    shape = {key: _names(text) for key, text in catalogue.phrases.items() if key.partition(".")[0] not in _OPEN_TABLES}
    return shape | {key: _names(forms["other"]) for key, forms in catalogue.plurals.items()}


def _names(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def _braces(names: frozenset[str] | None) -> str:
    if names is None:
        return "nothing"
    return " ".join(f"{{{name}}}" for name in sorted(names)) or "no names"
