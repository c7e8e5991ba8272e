"""The library's layers, read from its import statements: none imports a higher one, no circle."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parents[2] / "inr2vec_core"
# From the bottom to the top; packages on one line do not import each other.
LAYERS = (
    {"errors"},
    {"utils"},
    {"ops"},
    {"geometry"},
    {"io"},
    {"reconstruction"},
    {"modalities"},
    {"inrs", "shapes", "training", "reporting"},
    {"encoders", "shared_networks"},
    {"models"},
    {"tasks"},
    {"baselines"},
    {"hub"},
    {"api"},
)
LAYER = {package: number for number, layer in enumerate(LAYERS) for package in layer}
MOST_MODULES = 15


def module_name(file: Path) -> str:
    """`inr2vec_core.ops.layers.mlp` of a file, `inr2vec_core.ops` of a package's `__init__.py`."""
    parts = file.relative_to(LIBRARY.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_name(file): file for file in sorted(LIBRARY.rglob("*.py"))}


def imports_of(name: str) -> set[str]:
    """The library's modules that a module imports anywhere, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(FILES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} has a relative import"
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {module for module in found & set(FILES) if module != name}


IMPORTS = {name: imports_of(name) for name in FILES}


def package_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def test_the_root_holds_packages_the_errors_and_the_command_alone():
    files = {file.name for file in LIBRARY.glob("*.py*")}
    assert files == {"__init__.py", "__init__.pyi", "__main__.py", "errors.py"}
    packages = {folder.name for folder in LIBRARY.iterdir() if (folder / "__init__.py").exists()}
    assert packages | {"errors"} == set(LAYER)


@pytest.mark.parametrize("name", sorted(set(FILES) - {"inr2vec_core", "inr2vec_core.__main__"}))
def test_no_module_imports_a_higher_layer(name):
    own = package_of(name)
    for imported in IMPORTS[name] - {"inr2vec_core"}:
        other = package_of(imported)
        allowed = other == own or LAYER[other] < LAYER[own]
        assert allowed, f"{name} imports {imported}, of a layer that is not below its own"


def test_no_modules_import_each_other_in_a_circle():
    # A package's own file is no module of its own here: importing `a.b` runs `a` without using it.
    packages = {name for name, file in FILES.items() if file.name == "__init__.py"}
    graph = {
        name: {other for other in imported if not name.startswith(f"{other}.")}
        for name, imported in IMPORTS.items()
        if name not in packages or imported
    }
    assert len(list(TopologicalSorter(graph).static_order())) >= len(graph)


@pytest.mark.parametrize(
    "folder", sorted({file.parent for file in FILES.values()}), ids=lambda folder: folder.name
)
def test_packages_are_small_enough_to_survey(folder):
    modules = [file for file in folder.glob("*.py") if file.name != "__init__.py"]
    assert len(modules) <= MOST_MODULES, f"{folder.name} has {len(modules)} modules"
