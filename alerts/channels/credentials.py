"""Between settings and channels: a secret that no log line, error or repr can show by accident."""


class Secret:
    """A token or password, read from its file elsewhere. Not a record: it must not be encoded."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value.strip()

    def reveal(self) -> str:
        """The value, for the one line that puts it on the wire."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(set)" if self._value else "Secret(empty)"
