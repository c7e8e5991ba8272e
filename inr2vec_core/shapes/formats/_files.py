"""Folders and lists of lines, as several layouts have them."""

from __future__ import annotations

from pathlib import Path

from inr2vec_core.errors import InputError


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


def read_lines(file: Path) -> list[str]:
    """The lines of a text file, stripped, without blank ones.

    Raises:
        InputError: the file is no text in UTF-8.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read as text ({error}): restore it") from None
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line]


def on_one_line(error: Exception) -> str:
    """The message of an error, without line breaks."""
    return " ".join(str(error).split())
