"""Imports inside evalkit point down only (docs/decisions.md, item 2), and importing it loads nothing heavy."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "lib" / "evalkit"

# From the bottom; what stands on one line may import each other.
LAYERS = [
    {"messages", "values", "tables", "project"},
    {"formulas"},
    {"catalog"},
    {"intake"},
    {"assessment"},
    {"review"},
    {"report"},
    {"authoring", "collection"},
    {"runner", "package"},
    {"cli"},
    {"__init__", "__main__"},
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
HEAVY = ["pandas", "numpy", "matplotlib", "seaborn", "papermill", "pint"]

MODULES = sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    """Return the room of a module: `catalog` for catalog/rules.py, `cli` for cli.py."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path, source: str) -> Iterator[tuple[int, str]]:
    """Yield line and room of everything of evalkit that a module imports, wherever in it."""
    package = ["evalkit", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            before = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*before, *([node.module] if node.module else [])])
            names = [f"{base}.{alias.name}" for alias in node.names] if base == "evalkit" else [base]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "evalkit":
            names = [f"evalkit.{node.attr}"]
        else:
            continue
        for name in names:
            parts = name.split(".")
            # The package itself holds nothing but its version and names that it fetches from the rooms.
            if parts[0] == "evalkit" and len(parts) > 1 and parts[1] not in ("__version__", "__file__", "__path__"):
                yield node.lineno, parts[1] if parts[1] in RANK else "__init__"


def upward(path: Path, source: str) -> list[str]:
    """Return the imports of a module that point up."""
    here = room(path)
    return [
        f"{path.relative_to(PACKAGE.parent).as_posix()}:{line}: {here} imports {there}, which lies above it"
        for line, there in imported(path, source)
        if RANK[there] > RANK[here]
    ]


def test_every_module_lies_in_a_layer() -> None:
    assert MODULES
    unknown = sorted({room(path) for path in MODULES} - RANK.keys())
    assert not unknown, f"no layer for {unknown}: add it to LAYERS and to docs/decisions.md, item 2"


def test_imports_point_down() -> None:
    wrong = [fault for path in MODULES if room(path) in RANK for fault in upward(path, path.read_text(encoding="utf-8"))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "source",
    [
        "from evalkit.report import look",
        "import evalkit.cli",
        "from evalkit import runner",
        "from ..report.look import X",
        "from .. import cli",
        "from evalkit import load_catalog",
        "import evalkit\nevalkit.load_catalog()",
        "def late():\n    from evalkit.review import x",
        "if TYPE_CHECKING:\n    from evalkit.report import x",
    ],
)
def test_an_upward_import_is_found(source: str) -> None:
    assert upward(PACKAGE / "assessment" / "sample.py", source)


@pytest.mark.parametrize(
    "source",
    [
        "from evalkit.catalog import x",
        "from . import y",
        "from ..values.numbers import z",
        "from evalkit import __version__",
        "import evalkit",
    ],
)
def test_a_downward_import_is_allowed(source: str) -> None:
    assert not upward(PACKAGE / "assessment" / "sample.py", source)


def test_import_is_light() -> None:
    code = f"import sys, evalkit; print(sorted(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", cwd=PACKAGE.parent, check=True)
    assert done.stdout.strip() == "[]", f"`import evalkit` loads {done.stdout.strip()}: import them where they are used"
