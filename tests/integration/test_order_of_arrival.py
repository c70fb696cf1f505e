"""One contract on a real broker and a real database: in order and out of order, what stands is what a replay says."""

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from services.archive import Archive
from services.broker import Writer
from services.database import migrate, open_engine
from services.feeds.files import FileFeed
from services.feeds.importing import import_files
from services.feeds.manifest import read_manifest
from streams.notices.reader import packaged_reader
from streams.observations import SECONDS_A_DAY
from streams.topics import TopicName
from tests.arrivals import Site, Turning, alerts_of, embedded, feeder_of, is_told, memory_of, replayed
from tests.feeding import NOW, REFERENCE
from tests.integration.deployments import Deployment, Deployments
from tests.integration.desks import taken_in
from tests.publications import BUSY, END, Arriving, Publication, delayed, in_order, random_feed, stored
from tests.shared import shared_path

LAYOUTS = ((1, 1), (4, 2), (12, 3))
MANIFEST = Path(__file__).parents[2] / "benchmarks" / "shared_data.toml"
FILES = ("lme", "shfe", "portwatch_chokepoints", "federal_register_subsets", "mofcom", "pages")
GROUPS = ("nickel", "tin", "copper", "aluminium", "lead", "zinc", "rare_earths", "chokepoint1")


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes known, from when on it is followed as it comes, and what a replay and one process make of it."""

    publications: Sequence[Publication]
    since: int
    site: Site
    expected: dict[str, bytes]

    def in_order(self) -> list[Arriving]:
        """Each publication when it is known."""
        return in_order(self.publications, self.since)

    def late(self, count: int) -> list[Arriving]:
        """So many of them late by up to a month, the polls shuffled."""
        return delayed(self.in_order(), seed=count, late=count, days=30.0)

    def holds(self, deployment: Deployment, workers: int, arriving: Sequence[Arriving]) -> None:
        """Workers come to what a replay, and one process in order, came to.

        They have their memory, empty, before the first: one made of the store is made up to the day of the test.
        From there on nothing is waited for, so workers find rows in the store that are still under way to them.
        """
        names = [f"detect-{number}" for number in range(1, workers + 1)]
        for name in (*names, "dispatch"):
            deployment.start(name)
        deployment.until(lambda: all(deployment.is_ready(name) for name in names), "the workers work")
        _follow(deployment, self.site, arriving)
        memories = dict(
            memory_of(self.site.engine, each.headers, each.value) for each in deployment.lying(TopicName.STATES)
        )
        concluded = self.site.concluded(memories)
        assert deployment.dead_letters() == ()
        assert concluded == self.expected
        assert is_told(deployment.database, concluded)


def _follow(deployment: Deployment, site: Site, arriving: Sequence[Arriving]) -> None:
    """Let everything arrive, and wait until it is published, detected and taken in."""
    clock = Turning(arriving, site.end)
    with closing(Writer(deployment.broker)) as writer:
        feeder, publisher = feeder_of(site, deployment.database, writer, clock)
        while True:
            feeder.round()
            publisher.publish()
            if clock.stop():
                break
            clock.wait(0)
    taken_in(deployment)


def _story(publications: Sequence[Publication], since: int, end: int, folder: Path) -> Story:
    site = Site(folder / "one", end)
    expected = embedded(site, in_order(publications, since))
    assert expected == replayed(site, site.archive)
    assert site.alerts()
    return Story(publications=publications, since=since, site=site, expected=expected)


def _kit(folder: Path, files: Sequence[str], groups: Sequence[str], span: tuple[datetime, datetime]) -> Story:
    """What the evaluation kit's files say that became known from 2019 on, followed through a span."""
    directory = shared_path("data/README.md").parent
    whole = read_manifest(MANIFEST.read_bytes(), MANIFEST.name)
    chosen = tuple(file for file in whole.files if not files or file.id in files)
    read = packaged_reader().read
    feed = FileFeed(msgspec.structs.replace(whole, files=chosen), directory, REFERENCE, lambda: NOW, read)
    database = open_engine(f"sqlite:///{folder}/kit.db", durable=False)
    migrate(database)
    archive = Archive(database)
    import_files(feed, archive, database, lambda done, of, report: None)
    first, since, until = (int(at.timestamp()) for at in (datetime(2019, 1, 1, tzinfo=UTC), *span))
    publications = stored(archive, groups, (first - 1, until - 1), since)
    database.dispose()
    return _story(publications, since, until + 33 * SECONDS_A_DAY, folder)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A random feed of every kind of evidence."""
    return _story(random_feed(1), BUSY, END, tmp_path_factory.mktemp("random"))


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Prices, ships and acts of eight groups, followed through the weeks in which the Suez Canal was shut."""
    span = datetime(2021, 3, 15, tzinfo=UTC), datetime(2021, 4, 10, tzinfo=UTC)
    return _kit(tmp_path_factory.mktemp("kit"), FILES, GROUPS, span)


@pytest.fixture(scope="module")
def whole_kit(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Everything of the kit, followed for two years and a half."""
    span = datetime(2019, 7, 1, tzinfo=UTC), datetime(2022, 1, 1, tzinfo=UTC)
    return _kit(tmp_path_factory.mktemp("whole"), (), (), span)


@pytest.mark.parametrize(("partitions", "workers"), LAYOUTS)
def test_in_order_the_alerts_are_the_same(deployments: Deployments, made: Story, partitions: int, workers: int) -> None:
    """A random feed: the same assessments byte by byte; the same alerts, ids, levels and rings."""
    deployment = deployments.make(partitions)
    made.holds(deployment, workers, made.in_order())
    assert alerts_of(deployment.database) == made.site.alerts()


@pytest.mark.parametrize(("partitions", "workers"), LAYOUTS)
def test_out_of_order_the_assessments_are_the_same(
    deployments: Deployments, made: Story, partitions: int, workers: int
) -> None:
    """A random feed, some of it late by weeks: the same assessments byte by byte, and every open alert says them."""
    made.holds(deployments.make(partitions), workers, made.late(6))


def test_the_kit_in_order_gives_the_same_alerts(deployments: Deployments, kit: Story) -> None:
    """Four weeks of real figures: assessments, alerts, ids, levels and rings."""
    deployment = deployments.make(12)
    kit.holds(deployment, 3, kit.in_order())
    assert alerts_of(deployment.database) == kit.site.alerts()


def test_the_kit_out_of_order_gives_the_same_assessments(deployments: Deployments, kit: Story) -> None:
    """The same, some of it late by weeks."""
    kit.holds(deployments.make(4), 2, kit.late(3))


@pytest.mark.soak
@pytest.mark.parametrize(("partitions", "workers"), LAYOUTS)
@pytest.mark.parametrize("late", [0, 60])
def test_the_whole_kit_gives_the_same(
    deployments: Deployments, whole_kit: Story, partitions: int, workers: int, late: int
) -> None:
    """All groups through two years and a half, in order and out of order."""
    deployment = deployments.make(partitions)
    whole_kit.holds(deployment, workers, whole_kit.late(late) if late else whole_kit.in_order())
    assert late or alerts_of(deployment.database) == whole_kit.site.alerts()
