"""Topics on the broker with fewer or more partitions than the configuration says: nothing is changed, all say so."""

import pytest
from typer.testing import CliRunner

from services.cli import app, exit_code_of
from services.errors import CheckFailed
from services.exit_codes import ExitCode
from services.topic_admin import administrating, check_topics
from streams.topics import TOPICS
from tests.integration.deployments import Deployment, Deployments
from tests.integration.waiting import until

THERE = 4


def configured(deployment: Deployment, partitions: int) -> None:
    """The configuration asks for so many."""
    text = deployment.file.read_text(encoding="utf-8")
    deployment.file.write_text(text.replace(f"partitions = {THERE}", f"partitions = {partitions}"), encoding="utf-8")


@pytest.mark.parametrize("asked", [THERE - 1, THERE + 1], ids=["the broker has more", "the broker has fewer"])
def test_another_number_of_partitions_is_said_and_stays(deployments: Deployments, asked: int) -> None:
    """`check` and `apply` name each topic, both numbers and the two ways out, and end with 8; no process starts."""
    made = deployments.make(partitions=THERE)
    configured(made, asked)
    by_group = [each.on(made.broker.prefix) for each in TOPICS if each.by_group]
    assert by_group
    for command in ("check", "apply"):
        said = CliRunner().invoke(app, ["topics", command, "--config", str(made.file)], env={"COLUMNS": "400"})
        assert isinstance(said.exception, CheckFailed), said.exception
        assert exit_code_of(said.exception) is ExitCode.TO_MEND
        wrong = [line for line in said.stdout.splitlines() if "as it should be" not in line]
        for name in by_group:
            (line,) = [each for each in wrong if name in each]
            assert f"has {THERE} partitions, [broker] partitions is {asked}" in line
            assert "set the configuration to what is there, or take another prefix" in line
    assert not [state for state in check_topics(made.broker) if state.problem], "they are as they were"
    started = [made.start(name) for name in ("feed", "detect-1", "dispatch")]
    until(lambda: all(each.ended is not None for each in started), lambda: "all three refuse to start")
    for each in started:
        assert each.ended == ExitCode.FAILED, each.last_lines()
        assert f"has {THERE} partitions" in each.last_lines()


def test_a_topic_that_must_have_one_partition_says_what_to_do(deployments: Deployments) -> None:
    """What is not by group has one partition always: no number in the configuration helps, and none is proposed."""
    broker = deployments.make(partitions=THERE).broker
    name = next(broker.name(each.name) for each in TOPICS if not each.by_group)
    with administrating(broker) as administrator:
        administrator.create_partitions({name: 3})
    (state,) = [state for state in check_topics(broker) if state.problem]
    assert state.name == name
    assert "has 3 partitions and must have one" in state.problem
    assert "delete it and apply, or take another prefix" in state.problem
