"""How every test runs: reproducible property tests, and no silent skip where CI forbids it."""

import os
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "twinbell", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("twinbell")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With TWINBELL_NO_SKIP=1 a skipped test is a failed one."""
    report = yield
    if os.environ.get("TWINBELL_NO_SKIP") == "1" and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and TWINBELL_NO_SKIP=1 forbids it: {report.longrepr}"
    return report
