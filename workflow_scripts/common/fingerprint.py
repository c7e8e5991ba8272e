"""Fingerprints of the project's code, so that an edit reruns what uses it. Imports no torch."""

import ast
import hashlib
from pathlib import Path

MODALITIES = "inr2vec_core/modalities"


class ProjectCode:
    """The scripts of a project folder and the modules that they import.

    Read with `ast`, nothing is imported; each file once, so an object is for a moment only.
    """

    def __init__(self, root: Path):
        self._root = root
        self._known: dict[Path, tuple[str, list[Path]]] = {}

    def version(self, script: str, *modules: str, field: str | None = None) -> str:
        """Fingerprint of a script and of every project module that it imports, however deep.

        Comments, docstrings and layout do not count. Modalities are imported by name; they count
        for every script that imports their package.

        Args:
            script: the script, below `workflow_scripts`.
            *modules: further files that it imports by name, relative to the project's folder.
            field: the only modality that the script uses; None for all.
        """
        seen: dict[str, str] = {}
        waiting = [self._root / path for path in (f"workflow_scripts/{script}", *modules)]
        while waiting:
            path = waiting.pop()
            name = path.relative_to(self._root).as_posix()
            if name not in seen:
                seen[name], imported = self._read(path)
                waiting += imported
                if name == f"{MODALITIES}/__init__.py":
                    waiting += path.parent.glob(f"{field or '[!_]*'}.py")
        return _digest("\n".join(f"{name} {seen[name]}" for name in sorted(seen)))

    def _read(self, path: Path) -> tuple[str, list[Path]]:
        """Fingerprint of one file, and the project files that it imports."""
        if path not in self._known:
            tree = ast.parse(path.read_text(), filename=str(path))
            package = path.parent.relative_to(self._root).parts
            modules = {m for node in ast.walk(tree) for m in _imported(node, package)}
            files = [file for module in sorted(modules) for file in self._files_of(module)]
            self._known[path] = _digest(_code_only(tree)), files
        return self._known[path]

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


def _code_only(tree: ast.Module) -> str:
    """The tree without positions and, from now on, without docstrings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = node.body[1:]
    return ast.dump(tree)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
