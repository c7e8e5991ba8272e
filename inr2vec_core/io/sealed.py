"""Files that hold a checksum of themselves: a single flipped byte is found when they are read.

The checksum stands as text wherever a format has room for text: a key in JSON, an entry of the
metadata in Parquet and safetensors, an empty column's name in CSV. It is taken with its own digits
as zeros, so that one rule serves all formats and other programs read the files as ever.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.file_errors import RESULT, Damaged, reading

_MARK, _DIGITS = b"blake2b-128:", 32
OPEN_SEAL = _MARK.decode() + "0" * _DIGITS


def write_sealed(path: str | Path, content: bytes) -> None:
    """Write content, in which the last `OPEN_SEAL` becomes the checksum.

    Args:
        path: the file to write.
        content: what it shall hold; `OPEN_SEAL` stands where the format has room for it.
    """
    start = content.rindex(OPEN_SEAL.encode()) + len(_MARK)
    with atomic(path) as temporary, temporary.open("wb") as file:
        file.write(content[:start])
        file.write(_digest(content, start))
        file.write(content[start + _DIGITS :])


def read_sealed(path: str | Path) -> bytes:
    """Read a file that `write_sealed` wrote, within `file_errors.reading`.

    Args:
        path: the file.

    Returns:
        Its content with the checksum.

    Raises:
        OSError: the file is not readable.
        Damaged: its checksum is wrong or missing.
    """
    content = Path(path).read_bytes()
    start = content.rfind(_MARK) + len(_MARK)
    if start < len(_MARK):
        raise Damaged("has no checksum: it is cut short, damaged or of an older version")
    if content[start : start + _DIGITS] != _digest(content, start):
        raise Damaged("is damaged or cut short: its checksum is wrong")
    return content


def write_json(path: str | Path, values: Mapping) -> None:
    """Write a JSON file with sorted keys, one figure a line, and its checksum.

    Args:
        path: the file.
        values: the figures by name; "checksum" is none of the names.
    """
    text = json.dumps({**values, "checksum": OPEN_SEAL}, indent=2, sort_keys=True) + "\n"
    write_sealed(path, text.encode())


def read_json(path: str | Path) -> dict:
    """Read what `write_json` wrote.

    Args:
        path: the file.

    Raises:
        InputError: the file is missing or damaged.
    """
    with reading(path, "JSON file", RESULT):
        values = json.loads(read_sealed(path))
        del values["checksum"]
        return values


def write_csv(path: str | Path, columns: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Write a CSV table; its checksum is the name of a last column, which is empty.

    Args:
        path: the file.
        columns: the names of the columns.
        rows: the values of each row.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*columns, OPEN_SEAL])
    writer.writerows([*row, ""] for row in rows)
    write_sealed(path, text.getvalue().encode("utf-8", "backslashreplace"))


def read_csv(path: str | Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Read what `write_csv` wrote, all values as text.

    Args:
        path: the file.
        columns: the names of the columns.

    Returns:
        A mapping for each row, with these names.

    Raises:
        InputError: the file is missing or damaged.
    """
    with reading(path, "CSV table", RESULT):
        text = read_sealed(path).decode("utf-8")
        rows = csv.DictReader(io.StringIO(text, newline=""))
        return [{name: row[name] for name in columns} for row in rows]


def _digest(content: bytes, start: int) -> bytes:
    digest = hashlib.blake2b(memoryview(content)[:start], digest_size=_DIGITS // 2)
    digest.update(b"0" * _DIGITS)
    digest.update(memoryview(content)[start + _DIGITS :])
    return digest.hexdigest().encode()
