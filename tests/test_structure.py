"""The architecture as a test: imports run one way, no cycle, nothing grows too big, no file has a forbidden name."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = {"streams": 0, "alerts": 1, "services": 2}
MODULES = sorted(p for room in ROOMS for p in (ROOT / room).rglob("*.py"))
ALERTS_MAY_IMPORT = (
    "streams.assessments",
    "streams.signals",
    "streams.observations",
    "streams.notices.readings",
    "streams.codec",
    "streams.reference",
    "streams.errors",
)
FORBIDDEN_NAMES = {"types", "utils", "common", "helpers", "manager"}
MAX_MODULE, MAX_FUNCTION = 400, 70


def module_name(path: Path) -> str:
    """The dotted name of a module of ours."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(path: Path, *, top_only: bool = False) -> set[str]:
    """Every module that a file imports, both `a.b` and `a.b.name` for a from-import."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in tree.body if top_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module or "")
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_run_one_way(path: Path) -> None:
    """Services may import alerts and streams, alerts the assessment side of streams, streams no other room."""
    room = path.relative_to(ROOT).parts[0]
    for name in imports_of(path):
        other = name.split(".")[0]
        if other not in ROOMS:
            continue
        assert ROOMS[other] <= ROOMS[room], f"{module_name(path)} imports {name}"
        if room == "alerts" and other == "streams":
            assert name == "streams" or name.startswith(ALERTS_MAY_IMPORT), f"{module_name(path)} imports {name}"


def test_no_import_cycle() -> None:
    """Modules import each other without a cycle at the top level."""
    names = {module_name(p): p for p in MODULES}
    edges = {n: {i for i in imports_of(p, top_only=True) if i in names and i != n} for n, p in names.items()}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " > ".join((*path, name))
        if name not in done:
            for target in sorted(edges[name]):
                visit(target, (*path, name))
            done.add(name)

    for name in sorted(names):
        visit(name, ())


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_sizes(path: Path) -> None:
    """A module stays within 400 lines and a function within 70."""
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_MODULE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno + 1 <= MAX_FUNCTION, node.name


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_file_names_say_what_they_hold(path: Path) -> None:
    """No file is called after a drawer, and none hides a module of the standard library."""
    stem = path.stem
    assert stem not in FORBIDDEN_NAMES
    assert stem.startswith("__") or stem not in sys.stdlib_module_names


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_every_module_says_its_place(path: Path) -> None:
    """A module with code starts with one sentence on its place in the flow."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not tree.body or ast.get_docstring(tree)


@pytest.mark.parametrize(
    "path", [p for p in MODULES if p.relative_to(ROOT).as_posix() != "services/clock.py"], ids=module_name
)
def test_time_is_an_argument(path: Path) -> None:
    """Only services/clock.py asks the machine for the time of day."""
    forbidden = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            named = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
            assert (named, node.func.attr) not in forbidden, f"line {node.lineno}"


@pytest.mark.parametrize("path", [p for p in MODULES if p.relative_to(ROOT).parts[0] == "streams"], ids=module_name)
def test_streams_is_pure(path: Path) -> None:
    """Nothing in streams opens a socket or a file; packaged data is read in functions called `packaged…` only."""
    names = {n if n.startswith("urllib") else n.split(".")[0] for n in imports_of(path)}
    assert not names & {"socket", "httpx", "sqlalchemy", "requests", "urllib.request", "pathlib", "os", "time"}


def test_what_is_compiled_is_there() -> None:
    """Each module that setup.py names is a file, and types of C lie only beside such a one, in names that it has."""
    text = (ROOT / "setup.py").read_text(encoding="utf-8")
    hot = re.findall(r'^    "(\S+\.py)",$', text, re.M)
    assert hot == sorted(hot)
    assert all((ROOT / path).is_file() for path in hot)
    typed = [path for room in (*ROOMS, "benchmarks") for path in (ROOT / room).rglob("*.pxd")]
    assert typed
    for path in typed:
        module = path.with_suffix(".py")
        assert str(module.relative_to(ROOT)) in hot
        functions = re.findall(r"^cp?def .*?(\w+)\(", path.read_text(encoding="utf-8"), re.M)
        assert functions
        assert set(functions) <= set(re.findall(r"^def (\w+)\(", module.read_text(encoding="utf-8"), re.M))
