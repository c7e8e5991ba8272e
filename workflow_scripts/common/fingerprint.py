"""Fingerprints of the project's code, so that an edit reruns what uses it. Imports no torch."""

import ast
import hashlib
from dataclasses import dataclass
from pathlib import Path

from inr2vec_core.utils.discovery import parse_file

MODALITIES = "inr2vec_core/modalities"


@dataclass(frozen=True)
class _Unit:
    """A module, or a method of a modality.

    Attributes:
        digest: its code.
        files: the project's files that it imports.
        attributes: the names of all attributes that it reads.
        methods: of a modality's file, the methods of its classes by name; they are no part of the
            other fields.
    """

    digest: str
    files: list[Path]
    attributes: set[str]
    methods: dict[str, "_Unit"]


class ProjectCode:
    """The scripts of a project folder and the modules that they import.

    Read with `ast`, nothing is imported; each file once, so an object is for a moment only.
    """

    def __init__(self, root: Path):
        self._root = root
        self._known: dict[Path, _Unit] = {}

    def version(self, script: str, *modules: str, field: str | None = None) -> str:
        """Fingerprint of a script and of every project module that it imports, however deep.

        Comments, docstrings, layout and imports for type checkers do not count.

        Modalities are imported by name: they count for every script that imports their package.
        A modality serves all stages, so of its methods only those count that the script may call:
        an edit of how shapes are reconstructed must not fit INRs again. A script may call a method
        if the method's name is read as an attribute anywhere in its code.

        Args:
            script: the script, below `workflow_scripts`.
            *modules: further files that it imports by name, relative to the project's folder.
            field: the only modality that the script uses; None for all.
        """
        seen: dict[str, str] = {}
        attributes: set[str] = set()
        methods: list[tuple[str, str, _Unit]] = []
        waiting = [self._root / path for path in (f"workflow_scripts/{script}", *modules)]
        while waiting:
            path = waiting.pop()
            name = path.relative_to(self._root).as_posix()
            if name in seen:
                continue
            found = [(name, self._read(path))]
            methods += [(f"{name}:{key}", key, unit) for key, unit in found[0][1].methods.items()]
            while found:
                for key, unit in found:
                    seen[key] = unit.digest
                    waiting += unit.files
                    attributes |= unit.attributes
                found = [(key, unit) for key, method, unit in methods
                         if key not in seen and method.split(".")[1] in attributes]  # fmt: skip
            if name == f"{MODALITIES}/__init__.py":
                waiting += path.parent.glob(f"{field or '[!_]*'}.py")
        return _digest("\n".join(f"{name} {seen[name]}" for name in sorted(seen)))

    def _read(self, path: Path) -> _Unit:
        """The unit of one file."""
        if path not in self._known:
            tree = _code_only(parse_file(path))
            methods = {}
            if path.parent == self._root / MODALITIES:
                methods = {key: self._unit(node, path) for key, node in _cut_methods(tree)}
            self._known[path] = self._unit(tree, path, methods)
        return self._known[path]

    def _unit(self, tree: ast.AST, path: Path, methods: dict[str, _Unit] | None = None) -> _Unit:
        package = path.parent.relative_to(self._root).parts
        modules = {m for node in ast.walk(tree) for m in _imported(node, package)}
        files = [file for module in sorted(modules) for file in self._files_of(module)]
        attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        return _Unit(_digest(ast.dump(tree)), files, attributes, methods or {})

    def _files_of(self, module: tuple[str, ...]) -> list[Path]:
        """Project files behind a dotted name: the module and the packages above it."""
        if not module or module[0] not in ("inr2vec_core", "workflow_scripts"):
            return []
        bases = [self._root.joinpath(*module[:end]) for end in range(1, len(module) + 1)]
        candidates = [p for base in bases for p in (base / "__init__.py", base.with_suffix(".py"))]
        return [path for path in candidates if path.is_file()]


def _imported(node: ast.AST, package: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Modules that an import statement may name, as paths of names."""
    if isinstance(node, ast.Import):
        return [tuple(alias.name.split(".")) for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = package[: len(package) - node.level + 1] if node.level else ()
        base += tuple(node.module.split(".")) if node.module else ()
        return [base, *((*base, alias.name) for alias in node.names)]
    return []


def _code_only(tree: ast.Module) -> ast.Module:
    """The tree without docstrings and without what only type checkers import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = node.body[1:]
    tree.body = [node for node in tree.body if not _for_type_checkers(node)]
    return tree


def _for_type_checkers(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
    )


def _cut_methods(tree: ast.Module) -> list[tuple[str, ast.FunctionDef]]:
    """The methods of a module's classes as "Class.method", taken out of the tree."""
    cut = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            methods = [m for m in node.body if isinstance(m, ast.FunctionDef)]
            cut += [(f"{node.name}.{m.name}", m) for m in methods if not m.name.startswith("__")]
            node.body = [m for m in node.body if m not in methods or m.name.startswith("__")]
    return cut


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
