"""One run for one store: a second one is told so, and a killed one leaves nothing behind."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from services.addresses import shown_store
from services.errors import WrongStore


@contextmanager
def held(url: str) -> Iterator[None]:
    """Hold the store at `url` for this process. Raises WrongStore when another run holds it.

    The lock is the operating system's, on a file beside the database: it ends with the process, however that ends.
    """
    database = make_url(url).database
    if make_url(url).get_backend_name() != "sqlite" or database in (None, "", ":memory:"):
        yield
        return
    path = Path(f"{database}.run")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WrongStore(
                f"another `twinbell run` works on {shown_store(url)}: answer it with `twinbell alerts …`, stop it "
                "first, or name another store with --store"
            ) from None
        yield
