"""`deploy/asyncapi.yaml` against the official JSON schema of AsyncAPI 3.0.0, as its authors publish it by npm."""

import hashlib
import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from services.cluster.base import found_program
from services.errors import PartMissing

PACKAGE, VERSION = "@asyncapi/specs", "6.11.1"
SHA256 = "01af8744dc33c0c7eb2e908f6a955319ee58b70ecadc9387d1aeb16c0cd28928"
KEPT = Path("var/cluster")
DOCUMENT = Path(__file__).resolve().parents[2] / "deploy" / "asyncapi.yaml"


@pytest.fixture(scope="module")
def official() -> Draft7Validator:
    """The schema, fetched once."""
    archive = KEPT / f"asyncapi-specs-{VERSION}.tgz"
    if not archive.exists():
        try:
            npm = found_program(("npm",), "npm")
        except PartMissing as missing:
            pytest.skip(str(missing))
        KEPT.mkdir(parents=True, exist_ok=True)
        words = [npm, "pack", "--silent", f"{PACKAGE}@{VERSION}", "--pack-destination", str(KEPT)]
        subprocess.run(words, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    assert hashlib.sha256(archive.read_bytes()).hexdigest() == SHA256
    with tarfile.open(archive) as opened:
        member = opened.extractfile("package/schemas/3.0.0.json")
        assert member is not None
        return Draft7Validator(json.load(member))


def test_the_document_holds_to_the_standard(official: Draft7Validator) -> None:
    """Nothing in it that AsyncAPI 3.0.0 or its Kafka bindings do not know."""
    assert [each.message for each in official.iter_errors(yaml.safe_load(DOCUMENT.read_text()))] == []


@pytest.mark.parametrize("part", ["operations", "channels", "components"])
def test_the_standard_would_say_no(official: Draft7Validator, part: str) -> None:
    """The check can fail: an operation without action, a binding of another kind, a message that is a number."""
    document: dict[str, Any] = yaml.safe_load(DOCUMENT.read_text())
    match part:
        case "operations":
            del document["operations"]["feed-writes-observations"]["action"]
        case "channels":
            document["channels"]["signals"]["bindings"]["kafka"]["partitions"] = "twelve"
        case _:
            document["components"]["messages"]["signal"] = 5
    assert list(official.iter_errors(document))
