"""ARCHITECTURE.md names what exists, and imports go down the list that it gives."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
FLOORS = [
    re.findall(r"`(rag/[\w/.]+)`", row.split("|")[1])
    for row in PAGE.splitlines()
    if row.startswith("| `rag/")
]


def test_every_module_that_the_page_names_exists() -> None:
    named = set(re.findall(r"\b(?:rag|index|eval|tests|prompts)/[\w/.]*", PAGE))
    assert named and all((ROOT / name).exists() for name in named), named


def _floor(module: str) -> int | None:
    """The floor of a module or package of rag, 0 the top one."""
    parts = module.split(".")
    for level, names in enumerate(FLOORS):
        for name in names:
            path = name.removesuffix(".py").split("/")
            if parts[: len(path)] == path:
                return level
    return None


def _imports(path: Path) -> list[str]:
    """The modules of rag that a file imports when it is loaded or when it is checked."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module, *(f"{node.module}.{name.name}" for name in node.names)]
        elif isinstance(node, ast.Import):
            found += [name.name for name in node.names]
    return [module for module in found if module.startswith("rag.")]


def test_no_import_runs_up() -> None:
    up = [
        f"{module} imports {other}"
        for path in sorted((ROOT / "rag").rglob("*.py"))
        for module in [".".join(path.relative_to(ROOT).with_suffix("").parts)]
        for other in _imports(path)
        if (here := _floor(module)) is not None
        and (there := _floor(other)) is not None
        and there < here
    ]
    assert up == []


def test_what_comes_before_a_question_knows_nothing_of_one() -> None:
    for folder in ("index", "prompts"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            assert not _imports(path), path
