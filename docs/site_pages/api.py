"""Pages of the library's reference: one for each package, for mkdocstrings to fill."""

import ast
from pathlib import Path

PACKAGE = "inr2vec_core"
TOP = """\
Names of the package itself, as `import inr2vec_core as i2v` gives them:

| name | what |
|---|---|
"""


def packages(root: Path) -> dict[str, list[str]]:
    """The public modules of each package of the library, by the names that are imported.

    Modules and packages whose names begin with an underscore are left out.
    """
    library, found = root / PACKAGE, {}
    for file in sorted(library.rglob("*.py")):
        parts = file.relative_to(library).with_suffix("").parts
        if any(part.startswith("_") and part != "__init__" for part in parts):
            continue
        package = parts[0] if len(parts) > 1 else ""
        names = [PACKAGE, *(part for part in parts if part != "__init__")]
        if parts[-1] != "__init__" or ast.parse(file.read_text(encoding="utf-8")).body:
            found.setdefault(package, []).append(".".join(names))
    return found


def exported_names(root: Path) -> dict[str, tuple[str, str]]:
    """The names that the package itself exports, as its stub lists them.

    Args:
        root: the project's folder.

    Returns:
        For each name where it is defined, and the first line of its docstring.
    """
    stub = root / PACKAGE / "__init__.pyi"
    tree = ast.parse(stub.read_text(encoding="utf-8"))
    names = {}
    for node in tree.body:
        for alias in node.names if isinstance(node, ast.ImportFrom) else []:
            file = root / f"{node.module.replace('.', '/')}.py"
            named = {
                inner.name: ast.get_docstring(inner)
                for inner in ast.parse(file.read_text(encoding="utf-8")).body
                if isinstance(inner, ast.ClassDef | ast.FunctionDef)
            }
            docstring = named.get(alias.name) or ""
            names[alias.asname or alias.name] = (
                f"{node.module}.{alias.name}",
                docstring.partition("\n")[0],
            )
    return names


def api_pages(root: Path, order: list[str]) -> dict[str, str]:
    """Markdown of each page, by its path in the site; of the index without what stands in docs/.

    Args:
        root: the project's folder.
        order: the packages in the order of their layers.
    """
    modules = packages(root)
    # The package itself comes first; what the order leaves out, last.
    rank = {name: i for i, name in enumerate(["", *order])}
    names = sorted(modules, key=lambda name: (rank.get(name, len(rank)), name))
    lines, pages = [], {}
    if exported := exported_names(root):
        lines += [TOP.rstrip()]
        lines += [f"| [`{name}`][{path}] | {what} |" for name, (path, what) in exported.items()]
        lines += [""]
    lines += ["| package | modules |", "|---|---|"]
    for name in names:
        title = f"{PACKAGE}.{name}".rstrip(".")
        page = f"{name or PACKAGE}.md"
        inside = ", ".join(
            f"[`{module.removeprefix(title).lstrip('.') or module}`]({page}#{module})"
            for module in modules[name]
        )
        lines.append(f"| [`{title}`]({page}) | {inside} |")
        blocks = [f"::: {module}\n" for module in modules[name]]
        pages[f"reference/api/{page}"] = "\n".join([f"# {title}\n", *blocks])
    return {"reference/api/index.md": "\n".join(lines) + "\n", **pages}
