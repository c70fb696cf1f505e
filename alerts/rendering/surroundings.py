"""What a message needs besides the alert: names, wording, addresses and the commands that a reader may type."""

from collections.abc import Sequence

import msgspec

from alerts.deliveries import Mode
from alerts.participants import Directory
from alerts.rendering.mentions import Mentions
from alerts.rendering.wording import Catalogue, Wording
from alerts.track_record import TrackRecord
from streams.reference import Reference


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything around an alert that its messages quote; made once where a process is wired."""

    directory: Directory
    reference: Reference
    wording: Wording
    runbook_base: str = ""  # where the site serves alerts/runbooks; empty: the path in the source tree
    command: str = "twinbell"
    tlp: str = "TLP:AMBER"
    record: TrackRecord | None = None  # of the thresholds in force; None: they have stood no backtest
    mentions: Mentions = msgspec.field(default_factory=Mentions)

    def others(self, chosen: Catalogue) -> list[Catalogue]:
        """The other languages of the participants, in the order of the directory, where they can be written."""
        spoken = dict.fromkeys(lang for p in self.directory.participants for lang in p.languages)
        known = self.wording.catalogues
        return [known[language] for language in spoken if language in known and language != chosen.language]

    def runbook(self, page: str, language: str) -> str:
        """Where a page stands: the name of a hazard, or of an operational trouble such as feed-stale."""
        base = self.runbook_base.rstrip("/") or "alerts/runbooks"
        return f"{base}/{language}/{page}.md"

    def acknowledge(self, alert_ids: Sequence[str], person_id: str) -> str:
        """The command that answers for a person's side, on one or several alerts."""
        return f"{self.command} alerts acknowledge {' '.join(alert_ids)} --as {person_id}"

    def stand_down(self, alert_id: str, person_id: str) -> str:
        """The command that ends a side's response."""
        return f"{self.command} alerts stand-down {alert_id} --as {person_id}"

    def close(self, alert_id: str, person_id: str) -> str:
        """The command by which a side agrees to close."""
        return f"{self.command} alerts close {alert_id} --as {person_id}"

    def show(self, alert_id: str) -> str:
        """The command that shows an alert with everything in it."""
        return f"{self.command} alerts show {alert_id}"

    def evidence(self, sha256: str, row: int) -> str:
        """The command that opens the stored bytes at a row; row 0 is a whole document."""
        shown = f"{self.command} evidence show {sha256[:16]}"
        return f"{shown} --row {row}" if row > 0 else shown


def watermark_of(mode: Mode, catalogues: Sequence[Catalogue]) -> str:
    """Shown in every rendering of what is not actual, in all languages at once."""
    if mode is Mode.ACTUAL:
        return ""
    return " / ".join(dict.fromkeys(catalogue.say(f"watermark.{mode}") for catalogue in catalogues))
