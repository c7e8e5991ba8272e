"""Networks that represent a whole data set, one a file, whose name is the `type` of an entry.

A file defines a class `Network`, derived from `SharedNetwork` (see `_base.py`), that is made by
`Network(shapes, embedding, **options)`:

    shapes: the number of training shapes, for networks that keep a code of each.
    embedding: the length of a code.
    options: the entry's `options`, the parameters after `embedding`.

and a constant `PUBLISHED`, a dict of plain values: those keys of an entry that the network's
authors trained it with, which an entry has unless it says otherwise.
"""

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inr2vec_core.errors import InputError
from inr2vec_core.utils.class_options import options_after
from inr2vec_core.utils.discovery import import_class, names_of_files, parse_defining, parse_file

if TYPE_CHECKING:  # the rule files, which never import torch, ask for the names
    from inr2vec_core.shared_networks._base import SharedNetwork


def known_types() -> list[str]:
    """The names of all networks: of the files beside this one, without those with an underscore."""
    return names_of_files(Path(__file__).parent)


def option_names(name: str) -> set[str] | None:
    """The options of a network: its constructor's parameters after `embedding`.

    The file is parsed, not imported.

    Args:
        name: a network's name.

    Returns:
        The names, or None where the constructor is inherited or takes any.

    Raises:
        InputError: the file is no Python, or it defines no `Network`.
    """
    tree = parse_defining(_file_of(name), "Network")
    return options_after(tree, "Network", "embedding")


def published(name: str) -> dict[str, Any]:
    """How a network was published: keys of an entry, from the constant `PUBLISHED` of its file.

    The file is parsed, not imported.

    Args:
        name: a network's name.

    Raises:
        InputError: the file is no Python, or `PUBLISHED` is missing or no dict of plain values.
    """
    path = _file_of(name)
    for node in parse_file(path).body:
        if isinstance(node, ast.Assign) and _names(node) == ["PUBLISHED"]:
            try:
                return dict(ast.literal_eval(node.value))
            except (ValueError, TypeError) as error:
                raise InputError(
                    f"{path}, line {node.lineno}: PUBLISHED must be a dict of plain values"
                ) from error
    raise InputError(f"{path} defines no PUBLISHED: add it, a dict of an entry's keys")


def network_class(name: str) -> "type[SharedNetwork]":
    """The class `Network` of a file.

    Args:
        name: a network's name.

    Raises:
        InputError: there is no file of this name, it cannot be imported, or it defines no
            `Network`.
    """
    return import_class(__name__, name, "Network", "shared network", known_types())


def _file_of(name: str) -> Path:
    return Path(__file__).parent / f"{name}.py"


def _names(node: ast.Assign) -> list[str]:
    return [target.id for target in node.targets if isinstance(target, ast.Name)]
