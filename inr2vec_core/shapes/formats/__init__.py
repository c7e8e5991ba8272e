"""Layouts of data sets, one a file, whose name is the `reader` of a data set in the config.

A file defines a class `Format`, a subclass of `ShapeFormat` (`_base.py`) that lists the data
set's shapes and reads their geometry. Files whose names begin with "_" are shared by several
layouts. The rule files load them all: at the top they import the standard library only.
"""

from __future__ import annotations

from pathlib import Path

from inr2vec_core.errors import InputError
from inr2vec_core.shapes.formats._base import ShapeFormat
from inr2vec_core.utils.discovery import check_subclass, import_file


def format_names() -> list[str]:
    """The names of all layouts, sorted."""
    files = (file for folder in __path__ for file in Path(folder).glob("*.py"))
    return sorted({file.stem for file in files if not file.stem.startswith("_")})


def load_format(name: str) -> type[ShapeFormat]:
    """The class `Format` of a layout.

    Raises:
        InputError: there is no file of this name, it cannot be imported, or its `Format` is
            missing or no complete `ShapeFormat`.
    """
    if name not in format_names():
        raise InputError(f"unknown reader {name!r}: use one of {', '.join(format_names())}")
    module = import_file(__name__, name)
    if not hasattr(module, "Format"):
        raise InputError(f"{module.__file__} defines no class Format: add it")
    check_subclass(module.Format, ShapeFormat, f"{module.__file__}: Format")
    return module.Format
