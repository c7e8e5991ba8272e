"""The elements of a ply file: tables of numbers and of lists of numbers."""

import re
from dataclasses import dataclass

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.io.readers.meshes.rows import check_row_count, coordinates
from inr2vec_core.utils.text import decode

_TYPES = {
    **{"char": "i1", "uchar": "u1", "short": "i2", "ushort": "u2", "int": "i4", "uint": "u4"},
    **{"float": "f4", "double": "f8", "int64": "i8", "uint64": "u8", "float16": "f2"},
    **{"int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2", "int32": "i4", "uint32": "u4"},
    **{"float32": "f4", "float64": "f8", "long": "i8", "ulong": "u8"},
}
CORNERS = ("vertex_indices", "vertex_index")
_ORDERS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}


@dataclass(frozen=True)
class Property:
    """A column of an element.

    Attributes:
        name: as in the header.
        type: a numpy type with its byte order.
        count: the type of the number before a list, or None for a single number.
    """

    name: str
    type: np.dtype
    count: np.dtype | None


@dataclass(frozen=True)
class Element:
    """A table of a ply file, as its header declares it."""

    name: str
    n_rows: int
    properties: list[Property]

    @property
    def lists(self) -> list[Property]:
        return [column for column in self.properties if column.count is not None]


@dataclass(frozen=True)
class Ragged:
    """A list for each row: `values` of all rows, one after the other, and how many each has."""

    values: np.ndarray
    sizes: np.ndarray


Columns = dict[str, np.ndarray | Ragged]


def read_header(content: bytes) -> tuple[list[Element], str, bytes]:
    """Read the header of a ply file.

    Returns:
        Its elements; the byte order, "" for ascii; what follows the header.

    Raises:
        BadShape: there is no header, it is cut short, or a line that declares
            something cannot be read. Others are passed over: comments, also broken ones.
    """
    match = re.match(rb"(?:\xef\xbb\xbf)?\s*ply[ \t]*(\r\n|\r|\n)", content)
    end = match and re.compile(rb"^[ \t]*end_header[ \t]*" + match[1], re.MULTILINE)
    # With bare carriage returns no line "starts" for a regular expression.
    found = end and (end.search(content) or re.search(rb"\rend_header" + match[1], content))
    if not found:
        raise BadShape("no PLY header, or one cut short")
    lines = content[match.end() : found.start()].decode("utf-8", errors="replace").splitlines()
    order, elements = None, []
    for line in lines:
        match line.split():
            case ["format", kind, *_] if kind in _ORDERS:
                order = _ORDERS[kind]
            case ["element", *_] if order is None:
                raise BadShape("its PLY header has no line 'format' before its elements")
            case ["element", name, number] if number.isdecimal():
                elements.append(Element(name, int(number), []))
            case ["property", "list", count, kind, name] if elements and {count, kind} <= set(
                _TYPES
            ):
                if elements[-1].name == "vertex" and name in CORNERS:
                    # A known program's clouds: it leaves out the line "element face 0" alone.
                    elements.append(Element("face", 0, []))
                types = [np.dtype(order + _TYPES[t]) for t in (kind, count)]
                elements[-1].properties.append(Property(name, *types))
            case ["property", kind, name] if elements and kind in _TYPES:
                kind = np.dtype(order + _TYPES[kind])
                elements[-1].properties.append(Property(name, kind, None))
            case ["format" | "element" | "property", *_]:
                raise BadShape(f"its PLY header has a line that is not read: {line.strip()[:80]}")
    if order is None:
        raise BadShape("its PLY header has no line 'format' before its elements")
    for element in elements:
        names = [column.name for column in element.properties]
        for name in {*"xyz", *CORNERS}:
            if names.count(name) > 1:
                raise BadShape(f"its element {element.name} declares {name} twice")
    return elements, order, content[found.end() :]


def read_elements(elements: list[Element], order: str, body: bytes) -> dict[str, Columns]:
    """Read all elements that have rows.

    Args:
        elements: as the header declares them; no two share a name.
        order: the byte order, "" for ascii.
        body: what follows the header.

    Returns:
        By name of the element, its columns by name: numbers, or lists.

    Raises:
        BadShape: rows or bytes are missing, or bytes are left over.
        ValueError: a row has something other than numbers.
    """
    tables = {}
    if not order:
        rows = [row for row in decode(body).splitlines() if row.strip()]
        check_row_count(rows, sum(element.n_rows for element in elements))
        for element in elements:
            chosen, rows = rows[: element.n_rows], rows[element.n_rows :]
            tables[element.name] = _text_columns(element, chosen) if chosen else {}
        return tables
    start = 0
    for element in elements:
        tables[element.name], start = _binary_columns(element, order, body, start)
    if body[start:].strip(b"\0 \r\n\t"):
        raise BadShape(f"has {len(body) - start} bytes more than its header declares")
    return tables


def _text_columns(element: Element, rows: list[str]) -> Columns:
    names = [column.name for column in element.properties]
    if not element.lists:
        for number, row in enumerate(rows, 1):
            if len(row.split()) > len(names):
                raise _too_long(element, number)
    if not element.lists and {"x", "y", "z"} <= set(names):
        points = coordinates(rows, tuple(names.index(axis) for axis in "xyz"))
        return dict(zip("xyz", points.T, strict=True))
    cells: list[list[str]] = [[] for _ in names]
    lengths: list[list[int]] = [[] for _ in names]
    for number, row in enumerate(rows):
        words = row.split()
        at = 0
        for column, values, sizes in zip(element.properties, cells, lengths, strict=True):
            size = 1
            if column.count is not None:
                size = int(words[at]) if at < len(words) else 1
                sizes.append(size)
                at += 1
            values += words[at : at + size]
            at += size
            if size < 0 or at > len(words):
                last = number == len(rows) - 1
                what = f"its last {element.name}" if last else f"{element.name} {number + 1}"
                found = max(len(words) - at + size, 0)
                raise BadShape(f"truncated: {what} has {found} of {size} {column.name}")
        if at < len(words):
            raise _too_long(element, number + 1)
    table: Columns = {}
    for column, values, sizes in zip(element.properties, cells, lengths, strict=True):
        array = np.array(values, np.float64 if column.type.kind == "f" else np.int64)
        is_list = column.count is not None
        table[column.name] = Ragged(array, np.array(sizes, np.int64)) if is_list else array
    return table


def _too_long(element: Element, number: int) -> BadShape:
    return BadShape(f"{element.name} {number} has more numbers than its header and it declare")


def _binary_columns(element: Element, order: str, body: bytes, start: int) -> tuple[Columns, int]:
    """The columns of an element that starts at a byte, and where it ends."""
    if element.n_rows == 0:
        return {}, start
    # Rows are alike if lists have the same length throughout, as in most files.
    _, first, _ = _walk(element, order, body, start, 1)
    fields = []
    for i, (column, sizes) in enumerate(zip(element.properties, first, strict=True)):
        if column.count is not None:
            fields.append((f"{i} size", column.count))
        fields.append((f"{i}", column.type, (sizes[0],)))
    row = np.dtype(fields)
    end = start + element.n_rows * row.itemsize
    if end > len(body) and not element.lists:
        raise BadShape(f"truncated: {len(body)} of at least {end} bytes its header declares")
    if end <= len(body):
        rows = np.frombuffer(body, row, element.n_rows, start)
        names = [f"{i} size" for i, column in enumerate(element.properties) if column.count]
        if all((rows[name] == rows[name][0]).all() for name in names):
            return _alike_columns(element, rows), end
    offsets, sizes, end = _walk(element, order, body, start, element.n_rows)
    memory = np.frombuffer(body, np.uint8)
    table: Columns = {}
    for column, starts, lengths in zip(element.properties, offsets, sizes, strict=True):
        lengths = np.array(lengths, np.int64)
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        width = column.type.itemsize
        places = np.repeat(np.array(starts, np.int64), lengths) + within * width
        values = memory[places[:, None] + np.arange(width)].view(column.type)[:, 0]
        table[column.name] = values if column.count is None else Ragged(values, lengths)
    return table, end


def _alike_columns(element: Element, rows: np.ndarray) -> Columns:
    table: Columns = {}
    for i, column in enumerate(element.properties):
        values = rows[f"{i}"]
        sizes = np.full(len(rows), values.shape[1], np.int64)
        values = values.reshape(-1)
        table[column.name] = values if column.count is None else Ragged(values, sizes)
    return table


def _walk(
    element: Element, order: str, body: bytes, start: int, n_rows: int
) -> tuple[list[list[int]], list[list[int]], int]:
    """Go through rows one by one, as lists of different lengths require.

    Returns:
        For each property, at which byte each row's values start and how many there are; the byte
        after the last row.

    Raises:
        BadShape: the bytes end before the rows do.
    """
    offsets: list[list[int]] = [[] for _ in element.properties]
    sizes: list[list[int]] = [[] for _ in element.properties]
    steps = []
    for column, starts, lengths in zip(element.properties, offsets, sizes, strict=True):
        count = column.count
        width, signed = (count.itemsize, count.kind == "i") if count is not None else (0, False)
        steps.append((width, signed, column.type.itemsize, starts, lengths))
    order = "big" if order == ">" else "little"
    for number in range(n_rows):
        for width, signed, itemsize, starts, lengths in steps:
            size = 1
            if width:
                size = int.from_bytes(body[start : start + width], order, signed=signed)
                start += width
            starts.append(start)
            lengths.append(size)
            start += size * itemsize
            if size < 0 or start > len(body):
                raise BadShape(
                    f"truncated, or no {element.name} where its header declares one: row "
                    f"{number + 1} of {element.n_rows} has a list of {size} numbers"
                    if width
                    else f"truncated: row {number + 1} of {element.n_rows} of {element.name}"
                )
    return offsets, sizes, start
