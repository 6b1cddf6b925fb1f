"""ARCHITECTURE.md names what exists, its picture is the code's, and imports go one way.

`python -m tests.test_architecture` draws the picture anew.
"""

import ast
import re
from collections.abc import Mapping
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
FLOORS = [
    re.findall(r"`(rag/[\w/.]+)`", row.split("|")[1])
    for row in PAGE.splitlines()
    if row.startswith("| `rag/")
]
PATHS = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for folder in ("rag", "index", "prompts")
    for path in sorted((ROOT / folder).rglob("*.py"))
}
"""Every module, with its file."""
FOUNDATION = "index: the rest"


def _imports(path: Path) -> set[str]:
    """The modules that a file imports, wherever in it: also in functions and for types alone."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            named = {f"{node.module}.{name.name}" for name in node.names}
            found |= {name if name in PATHS else node.module for name in named}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return found & PATHS.keys()


IMPORTS = {module: _imports(path) - {module} for module, path in PATHS.items()}


def _reached(graph: Mapping[str, set[str]], start: str) -> set[str]:
    """All that is imported, directly or by way of others."""
    found, waiting = set[str](), [start]
    while waiting:
        new = graph[waiting.pop()] - found
        found |= new
        waiting += new
    return found


def _box(module: str) -> str:
    """The box of a module: its package, or itself where it stands beside packages.

    What of `index` uses no package of it is one box, on which all others stand.
    """
    package, *inner = module.split(".")
    path = "/".join([package, *inner[:1]])
    if package == "index" and not (ROOT / path).is_dir():
        packages = {"/".join(name.split(".")[:2]) for name in _reached(IMPORTS, module)}
        return path if packages & {"index/formats", "index/milvus"} else FOUNDATION
    return package if package == "prompts" else path


def _picture() -> str:
    """The imports between the boxes as Mermaid, without those that follow from others."""
    boxes: dict[str, set[str]] = {}
    for module in PATHS.keys() - {"rag", "index"}:
        boxes.setdefault(_box(module), set()).update(map(_box, IMPORTS[module]))
    for box, others in boxes.items():
        others.discard(box)
    lines = ["flowchart TD"]
    for box, others in sorted(boxes.items()):
        shown = f"{box}.py" if (ROOT / f"{box}.py").exists() else box
        indirect = {far for other in others for far in _reached(boxes, other)}
        arrows = " & ".join(map(_id, sorted(others - indirect)))
        lines.append(f'    {_id(box)}["{shown}"]' + (f" --> {arrows}" if arrows else ""))
    return "\n".join(lines)


def _id(box: str) -> str:
    return re.sub(r"\W+", "_", box)


def test_every_module_that_the_page_names_exists():
    named = set(re.findall(r"\b(?:rag|index|eval|tests|prompts)/[\w/.]*", PAGE))
    assert named and all((ROOT / name).exists() for name in named), named


def test_the_picture_of_imports_is_that_of_the_code():
    assert _picture() in PAGE, "draw it anew: python -m tests.test_architecture"


def test_no_files_import_one_another_in_a_circle():
    TopologicalSorter(IMPORTS).prepare()  # raises CycleError, which names the circle


def _floor(module: str) -> int | None:
    """The floor of a module or package of rag, 0 the top one."""
    parts = module.split(".")
    for level, names in enumerate(FLOORS):
        for name in names:
            path = name.removesuffix(".py").split("/")
            if parts[: len(path)] == path:
                return level
    return None


def test_no_import_runs_up():
    up = [
        f"{module} imports {other}"
        for module, others in IMPORTS.items()
        for other in others
        if (here := _floor(module)) is not None
        and (there := _floor(other)) is not None
        and there < here
    ]
    assert up == []


def test_what_comes_before_a_question_knows_nothing_of_one():
    for module, others in IMPORTS.items():
        if not module.startswith("rag"):
            assert not [other for other in others if other.startswith("rag")], module


if __name__ == "__main__":
    head, _, rest = PAGE.rpartition("```mermaid\n")
    drawn = f"{head}```mermaid\n{_picture()}\n```{rest.partition('```')[2]}"
    (ROOT / "ARCHITECTURE.md").write_text(drawn, "utf-8")
