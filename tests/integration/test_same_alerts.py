"""One contract over three harnesses: replay, embedded and distributed give the same alerts for the same figures."""

import pytest
from msgspec import json

from alerts.facts import Fact
from services.configuration import load
from services.episodes import episode, shipped
from services.replay import replay
from tests.integration.deployments import Deployments, Outcome, outcome

# Every shipped episode, and every number of partitions and workers, at least once.
LAYOUTS = ((1, 1), (4, 2), (12, 3), (12, 1), (1, 2), (4, 3))
CASES = [(each.id, *LAYOUTS[at % len(LAYOUTS)]) for at, each in enumerate(shipped())]


@pytest.mark.parametrize(("name", "partitions", "workers"), CASES)
def test_an_episode_gives_what_its_replay_gives(
    deployments: Deployments, name: str, partitions: int, workers: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Published step by step in order of known_at: the same alerts, ids, levels, rings and last assessments."""
    deployment = deployments.make(partitions)
    for number in range(1, workers + 1):
        deployment.start(f"detect-{number}")
    deployment.start("dispatch", "--episode", name)
    feed = deployment.start("feed", "--episode", name, "--fast")
    deployment.until(lambda: feed.ended is not None, "the episode is published")
    assert feed.ended == 0, deployment.said()
    assert deployment.outcome() == _replayed(name, tmp_path_factory)


def _replayed(name: str, made: pytest.TempPathFactory) -> Outcome:
    out = made.mktemp("replay") / name
    replay(episode(name), load(None, out.parent), out)
    lines = (out / "facts.jsonl").read_bytes().splitlines()
    return outcome([json.decode(line, type=Fact) for line in lines])
