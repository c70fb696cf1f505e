"""Promise: how far readers are behind is told as long as the dispatcher runs, whatever the client library raises."""

import pytest
import sqlalchemy as sa

from services.errors import BrokerFailed
from services.progress import watch_lags
from tests.fakes.clock import FakeTime

LAGS = {"observations": 2, "assessments": 0}


class Asked:
    """A broker that fails once when it is asked, and once when what asked it is closed."""

    def __init__(self, failure: Exception, closing: Exception | None) -> None:
        self._failure: Exception | None = failure
        self._closing = closing

    def lags(self) -> dict[str, int]:
        """The lags, but the first time."""
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        return LAGS

    def close(self) -> None:
        """Closed, but not the first time."""
        if self._closing is not None:
            closing, self._closing = self._closing, None
            raise closing


@pytest.mark.parametrize(
    ("failure", "told", "words"),
    [
        (BrokerFailed("away"), [None, None, LAGS], []),
        (AttributeError("'NoneType' object has no attribute 'recv'"), [None, None, LAGS], ["AttributeError", "recv"]),
        (sa.exc.OperationalError("SELECT", {}, Exception("away")), [LAGS], []),
    ],
    ids=["the broker", "the client library", "the store"],
)
def test_what_fails_is_told_and_asked_again(
    failure: Exception, told: list[dict[str, int] | None], words: list[str]
) -> None:
    """Not known is told as not known, never as the last that was known; a defect has its words; then it goes on."""
    closing = None if told[0] == LAGS else failure
    asked, found, said = Asked(failure, closing), list[dict[str, int] | None](), list[str]()
    watch_lags(lambda: asked, found.append, said.append, FakeTime(0), lambda: LAGS in found)  # type: ignore[arg-type,return-value]
    assert found == told
    assert all(word in said[0] for word in words)
    assert bool(said) == bool(words)
