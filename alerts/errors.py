"""What can go wrong in this room.

AlertsError
├── Refused             a fact or a command that may not be recorded, with its reason and what to do
├── BadPolicy           a configuration of participants, policies or routes that must not be loaded
├── BadTemplate         wording of a language that must not be used
├── StoreDamaged        the record does not verify
├── NotDrawn            a picture that cannot be drawn
└── SendFailure
    ├── TemporaryFailure   try again later
    └── PermanentFailure   trying again cannot help
"""

from alerts.reasons import Reason


class AlertsError(Exception):
    """Base of every error raised on purpose in this room."""


class Refused(AlertsError):
    """A fact or a command that may not be recorded."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class BadPolicy(AlertsError):
    """A configuration that must not be loaded."""


class BadTemplate(AlertsError):
    """Wording of a language that must not be used: a phrase is missing, or names other values than its siblings."""


class NotDrawn(AlertsError):
    """A picture that cannot be drawn, whatever the library broke with: its words stand in its place."""


class StoreDamaged(AlertsError):
    """The record does not verify: the message names the first fact that does not."""


class SendFailure(AlertsError):
    """A channel could not deliver. `retry_after_s` is what the provider asked for, if it did."""

    def __init__(self, reason: Reason, detail: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail
        self.retry_after_s = retry_after_s


class TemporaryFailure(SendFailure):
    """Try again later."""


class PermanentFailure(SendFailure):
    """Trying again cannot help."""
