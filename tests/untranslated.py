"""Which texts of the report modules are written in Chinese in the code: what an English report cannot say.

``python tests/untranslated.py [MODULE …]`` lists them by module, with the line of each.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

REPORT = Path(__file__).parents[1] / "lib" / "evalkit" / "report"
_HAN = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


def untranslated(path: Path) -> list[tuple[int, str]]:
    """Return line and text of every Chinese literal of a module that is no documentation.

    Parameters
    ----------
    path : Path
        A Python module, or a Jinja template (lines with Chinese outside of comments).
    """
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        lines = re.sub(r"{#.*?#}", "", text, flags=re.DOTALL).split("\n")
        return [(number, line.strip()) for number, line in enumerate(lines, start=1) if _HAN.search(line)]
    tree = ast.parse(text)
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}
    found = [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation and _HAN.search(node.value)
    ]
    return sorted(found)


def main(names: list[str]) -> None:
    """Print the literals of some modules, or of all that reports are made of."""
    templates = REPORT.parents[2] / "reports" / "templates"
    paths = [*sorted(REPORT.rglob("*.py")), *sorted(templates.rglob("*.j2"))]
    for path in paths:
        if names and path.stem.partition(".")[0] not in names:
            continue
        found = untranslated(path)
        if found:
            print(f"{path.relative_to(REPORT.parents[2])}  {len(found)}")
            for line, text in found:
                print(f"  {line:4d}  {text[:100]!r}")


if __name__ == "__main__":
    main(sys.argv[1:])
