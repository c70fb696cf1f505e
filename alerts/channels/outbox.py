"""Delivery → file that a person can open: what another channel would have sent. The only channel of an exercise."""

from pathlib import Path

from alerts.channels.base import Kind, Message, Receipt, Rendering
from alerts.channels.files import name_part, write_atomically


class Outbox:
    """Stands in for `kind`: the same name, the same rendering, and whether it would have woken somebody.

    Writes `<directory>/<participant>/<channel>/<alert>-r<revision>-<delivery>.<suffix>` and beside it the files that it
    names; the receipt is that path below `directory`. Raises TemporaryFailure when the disk is full or the directory
    cannot be written.
    """

    def __init__(self, kind: type[Kind], directory: Path) -> None:
        self._kind = kind
        self._directory = directory

    @property
    def name(self) -> str:
        """The name of the channel that it stands in for."""
        return self._kind.name

    @property
    def waking(self) -> bool:
        """Whether the channel that it stands in for wakes a person."""
        return self._kind.waking

    def send(self, message: Message) -> Receipt:
        """Write the rendering; writing it twice leaves one file with the same bytes."""
        rendering = self._kind.rendering(message)
        path = self._path(message, rendering.suffix)
        for file in rendering.beside:
            write_atomically(self._directory / path.parent / Path(file.name).name, file.content)
        write_atomically(self._directory / path, rendering.content)
        return Receipt(reference=path.as_posix(), confirmed=True, lacks=rendering.lacks)

    def rendering(self, message: Message) -> Rendering:
        """What the channel would have put on the wire."""
        return self._kind.rendering(message)

    def _path(self, message: Message, suffix: str) -> Path:
        delivery = message.delivery
        alert, number = name_part(delivery.alert_id), name_part(delivery.delivery_id)
        name = f"{alert}-r{delivery.revision}-{number}{suffix}"
        return Path(name_part(delivery.participant), name_part(self.name), name)
