"""Layouts of data sets, one a file, whose name is the `reader` of a data set in the config.

A file defines a class `Format`, a subclass of `ShapeFormat` (`_base.py`) that lists the data
set's shapes and reads their geometry. Files whose names begin with "_" are shared by several
layouts. The rule files load them all: at the top they import the standard library only.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from inr2vec_core.errors import InputError

if TYPE_CHECKING:
    from inr2vec_core.shapes.formats._base import ShapeFormat


def format_names() -> list[str]:
    """The names of all layouts, sorted."""
    files = (file for folder in __path__ for file in Path(folder).glob("*.py"))
    return sorted({file.stem for file in files if not file.stem.startswith("_")})


def load_format(name: str) -> type[ShapeFormat]:
    """The class `Format` of a layout.

    Raises:
        InputError: There is no file of this name, or it defines no `Format`.
    """
    if name not in format_names():
        raise InputError(f"unknown reader {name!r}: use one of {', '.join(format_names())}")
    module = import_module(f"{__name__}.{name}")
    if not isinstance(getattr(module, "Format", None), type):
        raise InputError(f"{module.__file__} defines no class Format")
    return module.Format
