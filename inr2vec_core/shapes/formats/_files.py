"""Folders and lists of lines, as several layouts have them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from inr2vec_core.errors import InputError
from inr2vec_core.io.file_errors import SOURCE, reading
from inr2vec_core.shapes.catalog import Rejected
from inr2vec_core.utils.files import fault_of_file
from inr2vec_core.utils.text import decode

_OF_ARCHIVES = {"__MACOSX"}  # what macOS puts beside the content of an archive


def existing_folder(root: str | Path) -> Path:
    """The data set's root.

    Raises:
        InputError: it does not exist, or is no folder.
    """
    root = Path(root)
    if not root.is_dir():
        fault = "is not a folder" if root.exists() else "does not exist"
        raise InputError(f"{root} {fault}: set the data set's root to the folder of its shapes")
    return root


def visible_entries(folder: str | Path) -> list[os.DirEntry]:
    """What is in a folder and not hidden, sorted by name.

    Raises:
        InputError: it cannot be listed.
    """
    try:
        with os.scandir(folder) as entries:
            visible = [
                entry
                for entry in entries
                if not entry.name.startswith(".") and entry.name not in _OF_ARCHIVES
            ]
    except OSError as error:
        raise InputError(f"{folder} cannot be listed: {error.strerror}") from None
    return sorted(visible, key=lambda entry: entry.name)


def is_folder(entry: os.DirEntry) -> bool:
    """Whether an entry is a folder, or a link to one; a link to itself is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def broken_links(entries: Iterable[os.DirEntry]) -> list[Rejected]:
    """Links that lead nowhere: what stood behind them may have been a folder of shapes."""
    links = (entry for entry in entries if entry.is_symlink())
    faults = ((entry, fault_of_file(entry.path)) for entry in links)
    return [
        Rejected(entry.name, entry.path, fault)
        for entry, fault in faults
        if fault and not is_folder(entry) and not os.path.exists(entry.path)  # noqa: PTH110
    ]


def read_lines(file: Path) -> list[str]:
    """The lines of a text file, stripped, without blank ones.

    Bytes that are not UTF-8 stay in the lines as Python has them in names of files. A shape or
    class of such a name is set aside; see `catalog.fault_of_name`.

    Raises:
        InputError: the file cannot be read, or is no text.
    """
    check_file(file)
    with reading(file, "text file", SOURCE):
        text = decode(file.read_bytes())
    lines = [line.strip() for line in text.split("\n")]
    return [line for line in lines if line]


def check_file(file: Path) -> None:
    """Check that a file which a whole data set needs can be opened, and is no pipe.

    Raises:
        InputError: it is missing, no file, or may not be read.
    """
    if fault := fault_of_file(file):
        raise InputError(f"{file} {fault}")
