"""The house: which room stands on which, and no way back."""

import ast
import functools
import itertools
from pathlib import Path

import pytest

import compare

ROOT = Path(compare.__file__).parents[1]

FLOORS = {
    "em": (
        ("em.data",),
        ("em.likelihood",),
        ("em.search",),
        ("em.inference",),
        ("em.listing", "em.sklearn"),
        ("em",),
    ),
    "bayes": (
        ("bayes.model",),
        ("bayes.sequential",),
        ("bayes.posterior",),
        ("bayes.sampler",),
        ("bayes.criticism",),
        ("bayes",),
    ),
    "compare": (
        ("compare.tables",),
        ("compare.data",),
        ("compare.comparison",),
        ("compare.study",),
        ("compare.findings",),
        ("compare.language",),
        ("compare.figures",),
        ("compare.page",),
        ("compare.reported", "compare.command"),
        (
            "compare.run",
            "compare.study.options",
            "compare.study.session",
            "compare.study.calibration",
            "compare.study.__main__",
            "compare",
        ),
    ),
    "benchmarks": (
        ("benchmarks.engine",),
        (
            "benchmarks.fitting",
            "benchmarks.reading",
            "benchmarks.searching",
            "benchmarks.sampling",
        ),
        ("benchmarks.size",),
        ("benchmarks.writing",),
        ("benchmarks.run", "benchmarks"),
    ),
}
"""From below; a package may use those before it."""

MOST_FILES = 15


def modules():
    "Every module by its name."
    found = {}
    for package in FLOORS:
        above = ROOT / "tests" if package == "benchmarks" else ROOT
        for path in sorted((above / package).rglob("*.py")):
            parts = path.relative_to(above).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imported(path):
    "What a module imports of these, annotations and imports inside functions counted."
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: imports say whole names"
            for name in node.names:
                inner = f"{node.module}.{name.name}"
                found.add(inner if inner in MODULES else node.module)
    return found & set(MODULES)


@functools.cache
def imports():
    "What each module imports of the others."
    return {name: imported(path) - {name} for name, path in MODULES.items()}


def floor_of(module):
    "Package and floor of a module, that of the room with the longest name that it is in."
    found = [
        (len(room), place, height)
        for place, package in enumerate(FLOORS)
        for height, rooms in enumerate(FLOORS[package])
        for room in rooms
        if module == room or (module.startswith(f"{room}.") and room != package)
    ]
    assert found, f"{module} is in no room"
    return max(found)[1:]


@pytest.mark.parametrize("package", FLOORS)
def test_a_room_uses_those_below_it_alone(package):
    "Nor its neighbours on the same floor, annotations and imports inside functions counted."
    upward = []
    for module, others in imports().items():
        if module.split(".")[0] != package:
            continue
        for other in others:
            same_room = module.split(".")[:2] == other.split(".")[:2]
            # What users import is made of all that is in the package.
            if not same_room and floor_of(other) >= floor_of(module):
                upward.append(f"{module} -> {other}")
    assert upward == []


def test_no_import_leads_back_to_where_it_began():
    "Not over any number of modules."
    left = {module: set(others) for module, others in imports().items()}
    while free := {module for module, others in left.items() if not others & set(left)}:
        left = {module: others for module, others in left.items() if module not in free}
    assert sorted(left) == []


def test_no_folder_is_a_heap():
    "Below 16 files each, tests too."
    folders = [ROOT / name for name in ("em", "bayes", "compare", "tests")]
    every = itertools.chain(folders, *(folder.rglob("*/") for folder in folders))
    full = {
        str(folder.relative_to(ROOT)): count
        for folder in every
        if (count := len([path for path in folder.glob("*.py") if path.name != "__init__.py"]))
        > MOST_FILES
    }
    assert full == {}
