"""What the reader found in one document, with the spans of text that say so."""

from enum import StrEnum

import msgspec


class Polarity(StrEnum):
    """What an act does to the restriction, whatever verb it uses."""

    IMPOSE = "impose"
    TIGHTEN = "tighten"
    EXTEND = "extend"
    SUSPEND = "suspend"
    RELAX = "relax"
    NONE = "none"


TIGHTENING = (Polarity.IMPOSE, Polarity.TIGHTEN, Polarity.EXTEND)


class ActKind(StrEnum):
    """The instrument that a document is about."""

    EXPORT_BAN = "export_ban"
    EXPORT_LICENSING = "export_licensing"
    EXPORT_QUOTA = "export_quota"
    EXPORT_TAX = "export_tax"
    ENTITY_LISTING = "entity_listing"
    TECHNOLOGY_CONTROL = "technology_control"
    SUSPENSION = "suspension"
    OTHER = "other"
    NONE = "none"


class Span(msgspec.Struct, frozen=True):
    """Where in `part` (title or text) the characters start..end say what `field` holds."""

    field: str
    part: str
    start: int
    end: int
    text: str


class Listed(msgspec.Struct, frozen=True):
    """A supplier (`entities.csv`) that is put on a list of persons (impose) or taken off it (relax)."""

    entity_id: str
    polarity: Polarity


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A document read: which minerals, which act, which way, when, against whom. Dates are ISO days or empty."""

    is_relevant: bool
    act_kind: ActKind
    polarity: Polarity
    minerals: tuple[str, ...]
    actor: str  # alpha-3 of the state that acts, or empty
    targets: tuple[str, ...]  # alpha-3, or ("ALL",)
    hs: tuple[str, ...] = ()
    published_on: str = ""
    effective_on: str = ""
    end_on: str = ""
    general: bool = False  # it names no mineral but speaks of ores or minerals in general
    dual_use: bool = False  # it names no mineral but speaks of all dual-use items
    official: bool = False  # whether a state's own office published it
    entities: tuple[Listed, ...] = ()  # suppliers listed, also where no mineral is named and it is not relevant as such
    spans: tuple[Span, ...] = ()
    reader: str = ""  # name and version of the rules that read it

    @property
    def matters(self) -> bool:
        """Whether a detector has anything to say of it."""
        return self.is_relevant or bool(self.entities)
