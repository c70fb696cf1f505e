"""Real time that passes only when a test lets it, or when the code under test waits."""

from collections.abc import Callable


class FakeTime:
    """Stands in for the machine's clock: milliseconds since 1970, moved by waiting."""

    def __init__(self, now_s: int) -> None:
        self.at_ms = now_s * 1_000
        self.waited: list[float] = []
        self.on_wait: Callable[[], None] = lambda: None

    def now(self) -> int:
        """Whole seconds."""
        return self.at_ms // 1_000

    def now_ms(self) -> int:
        """Milliseconds."""
        return self.at_ms

    def wait(self, seconds: float) -> None:
        """Time passes at once; `on_wait` is called afterwards, as if somebody did something meanwhile."""
        self.waited.append(seconds)
        self.at_ms += round(seconds * 1_000)
        self.on_wait()
