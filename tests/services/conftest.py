"""Public sources on this machine, and a site that follows them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.sources.server import SourcesServer
from tests.live_site import Site, quiet_sources


@pytest.fixture
def server() -> Iterator[SourcesServer]:
    """Every source, quiet."""
    with quiet_sources() as made:
        yield made


@pytest.fixture
def site(tmp_path: Path, server: SourcesServer) -> Iterator[Site]:
    """A site that follows all of them."""
    made = Site(tmp_path, server)
    yield made
    made.database.dispose()
