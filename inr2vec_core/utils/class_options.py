"""What a file's class takes, read from its syntax tree: nothing is imported.

Only the standard library is imported, because the rule files use this module.
"""

import ast


def defines(tree: ast.Module, name: str) -> bool:
    """Whether a module may give something this name: a class, an import or an assignment.

    Args:
        tree: the module, parsed.
        name: the name.
    """
    return any(_may_define(node, name) for node in ast.walk(tree))


def options_after(tree: ast.Module, class_name: str, last: str) -> set[str] | None:
    """The parameters of a class's constructor that come after the one that is called `last`.

    Args:
        tree: the module, parsed.
        class_name: a class at the module's top.
        last: the last parameter that is no option.

    Returns:
        The names, or None where the constructor is inherited or takes any.
    """
    parameters = _constructor_parameters(tree, class_name)
    if parameters is None or parameters.kwarg:
        return None
    positional = [argument.arg for argument in parameters.args]
    if last not in positional:
        return None
    options = positional[positional.index(last) + 1 :]
    return {*options, *(argument.arg for argument in parameters.kwonlyargs)}


def _constructor_parameters(tree: ast.Module, class_name: str) -> ast.arguments | None:
    """The parameters of a class's `__init__`; None where the class defines none."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == class_name:
            for member in node.body:
                if isinstance(member, ast.FunctionDef) and member.name == "__init__":
                    return member.args
    return None


def _may_define(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.ImportFrom):
        return any((alias.asname or alias.name) in (name, "*") for alias in node.names)
    if isinstance(node, ast.Name):
        return node.id == name and isinstance(node.ctx, ast.Store)
    return isinstance(node, ast.ClassDef) and node.name == name
