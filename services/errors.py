"""What can go wrong in this room. Each message says what happened, where, and what to do next.

ServicesError
├── BadSettings       a configuration that must not be run
├── BadManifest       a manifest that does not say how to read its files
├── FeedError         a source that cannot be read at all
│   ├── FeedBroken    one whose reader broke, whatever with
│   └── SourceFailed  one that was asked over the network, with the reason
├── TooManyDeadLetters past the limit: the deployment is broken, not the data
├── UnknownEpisode    no recorded episode has this id
├── NothingFound      an alert, message, thresholds or bytes that a command asked for and that are not there
├── WrongStore        the store is of another kind, another version, or played another episode
├── BadPack           an evidence pack that is not as it was packed, or that says what its bytes do not
├── CheckFailed       `twinbell check` found something to mend
├── PartMissing       a program that the cluster needs is not on this machine
├── Unavailable       a server that does not answer now
│   ├── BrokerFailed  the broker cannot be reached, or does not do what it was asked
│   └── StoreAway     the database does not answer
└── ClusterFailed     a part of the cluster that does not come up or does not answer
"""

from services.reasons import Reason


class ServicesError(Exception):
    """Base of every error raised on purpose in this room."""


class BadSettings(ServicesError):
    """A configuration that must not be run; names the file, the setting and the relation that cannot hold."""


class BadManifest(ServicesError):
    """A manifest that does not say how to read its files; names the entry and what to write."""


class FeedError(ServicesError):
    """A source that cannot be read at all; what was read before stays, and the source counts as unknown."""


class FeedBroken(FeedError):
    """A source whose reader broke, whatever with: a defect of ours, told with its words."""


class SourceFailed(FeedError):
    """A source that was asked and did not give what it should. No path, key or text of the provider is in it."""

    def __init__(self, source: str, reason: Reason, detail: str, retry_after_s: float | None = None) -> None:
        super().__init__(f"{source}: {reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.retry_after_s = retry_after_s  # what the provider asked for

    @property
    def is_temporary(self) -> bool:
        """Whether the same request may well succeed a little later."""
        return self.reason in _TEMPORARY


_TEMPORARY = (Reason.TIMED_OUT, Reason.UNREACHABLE, Reason.THROTTLED, Reason.PROVIDER_ERROR, Reason.ERROR_IN_ANSWER)


class TooManyDeadLetters(ServicesError):
    """More rows were unusable than the limit allows: the deployment is broken, not the data."""


class UnknownEpisode(ServicesError):
    """No recorded episode has this id."""


class NothingFound(ServicesError):
    """An alert, message, thresholds or bytes that a command asked for and that are not there."""


class WrongStore(ServicesError):
    """The store is of another kind, another version, or played another episode."""


class BadPack(ServicesError):
    """An evidence pack that is not as it was packed, or that says what its bytes do not; names what and where."""


class CheckFailed(ServicesError):
    """`twinbell check` found something to mend; the message lists it."""


class PartMissing(ServicesError):
    """A program that the cluster needs is not on this machine; names the package that brings it."""


class ClusterFailed(ServicesError):
    """A part of the cluster that does not come up or does not answer; carries the end of its log."""


class Unavailable(ServicesError):
    """A server that does not answer now: what it was asked is asked again."""


class BrokerFailed(Unavailable):
    """The broker cannot be reached, or does not do what it was asked; what was to be sent is sent again."""


class StoreAway(Unavailable):
    """The database does not answer; what was to be read or kept is when it is back."""
