"""`python -m services.dashboards --write` writes deploy/grafana/dashboards; a test holds the two together."""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard as Model
from grafana_foundation_sdk.models.dashboard import DashboardFieldConfigSourceOverrides, Panel

from services.dashboards import bell, evidence, feeds, pipeline, situation
from services.dashboards.words import LANGUAGES, Words

DASHBOARDS: Mapping[str, Callable[[Words], Dashboard]] = {
    "situation": situation.build,
    "evidence": evidence.build,
    "bell": bell.build,
    "feeds": feeds.build,
    "pipeline": pipeline.build,
}
FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "grafana" / "dashboards"


def written() -> dict[str, str]:
    """Every file below deploy/grafana/dashboards, by its path there."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        words = Words(language)
        for name, build in DASHBOARDS.items():
            text = json.dumps(
                _finished(build(words).build()), cls=JSONEncoder, indent=1, sort_keys=True, ensure_ascii=False
            )
            found[f"{language}/{name}.json"] = text + "\n"
    return found


def main(arguments: list[str]) -> int:
    """Write the files with --write; else say whether they are as the code makes them."""
    texts = written()
    if arguments == ["--write"]:
        for path, text in texts.items():
            (FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
            (FOLDER / path).write_text(text, encoding="utf-8")
        return 0
    old = [path for path, text in texts.items() if not _is_there(path, text)]
    sys.stdout.writelines(
        f"{path} is not as the code makes it: python -m services.dashboards --write\n" for path in old
    )
    return int(bool(old))


def _finished(made: Model) -> Model:
    """Number the panels; what is said of a column in several places is said once."""
    for number, panel in enumerate(made.panels or [], start=1):
        panel.id_val = number
        if not isinstance(panel, Panel) or panel.field_config is None:
            continue
        by_column: dict[str, DashboardFieldConfigSourceOverrides] = {}
        for each in panel.field_config.overrides:
            first = by_column.setdefault(str(each.matcher.options), each)
            if first is not each:
                first.properties.extend(each.properties)
        panel.field_config.overrides = list(by_column.values())
    return made


def _is_there(path: str, text: str) -> bool:
    file = FOLDER / path
    return file.is_file() and file.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
