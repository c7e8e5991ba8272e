"""Arrays of numbers in glTF files (accessors)."""

import base64

import numpy as np

from inr2vec_core.errors import BadShape

_TYPES = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
_BOUND_SLACK = 1e-3  # bounds are decimal numbers in JSON; some programs round them


class Accessors:
    """Reads accessors by number, each once.

    Args:
        gltf: the file's JSON.
        binary: its binary chunk, which is the first buffer.
    """

    def __init__(self, gltf: dict, binary: bytes):
        self._gltf = gltf
        self._binary = binary
        self._read: dict[int, np.ndarray] = {}

    def has_data(self, number: int) -> bool:
        """Whether values are stored plainly, not only within an extension's data."""
        accessor = self._gltf["accessors"][number]
        return "bufferView" in accessor or "sparse" in accessor

    def integers(self, number: int) -> np.ndarray:
        """(N, width) int64.

        Raises:
            BadShape: the file has too few bytes, or the values are not integers.
        """
        values = self._values(number)
        if values.dtype.kind not in "iu":
            raise BadShape(f"accessor {number} has floats where vertices are numbered")
        return values.astype(np.int64)

    def floats(self, number: int) -> np.ndarray:
        """(N, width) float64; integers that the accessor calls normalized lie in -1 to 1.

        Raises:
            BadShape: the file has too few bytes, or values lie outside the bounds declared.
        """
        values = self._values(number)
        accessor = self._gltf["accessors"][number]
        floats = values.astype(np.float64)
        if accessor.get("normalized") and values.dtype.kind in "iu":
            floats = np.maximum(floats / np.iinfo(values.dtype).max, -1)
        # Bounds are of the integers, but some programs write those of the normalized numbers.
        if len(values) and not (_in_bounds(values, accessor) or _in_bounds(floats, accessor)):
            raise BadShape(
                f"accessor {number} has values outside the bounds that it declares: damaged"
            )
        return floats

    def _values(self, number: int) -> np.ndarray:
        if number not in self._read:
            accessor = self._gltf["accessors"][number]
            count, kind = accessor["count"], np.dtype(_TYPES[accessor["componentType"]])
            width = _WIDTHS[accessor["type"]]
            if "bufferView" in accessor:
                start = accessor.get("byteOffset", 0)
                values = self._view(accessor["bufferView"], start, kind, count, width)
            else:
                self._check_size(count * width)
                values = np.zeros((count, width), kind)
            if "sparse" in accessor:
                values = self._with_sparse(accessor["sparse"], values)
            self._read[number] = values
        return self._read[number]

    def _with_sparse(self, sparse: dict, values: np.ndarray) -> np.ndarray:
        count, places, changes = sparse["count"], sparse["indices"], sparse["values"]
        kind = np.dtype(_TYPES[places["componentType"]])
        rows = self._view(places["bufferView"], places.get("byteOffset", 0), kind, count, 1)
        start = changes.get("byteOffset", 0)
        values = values.copy()
        values[rows[:, 0].astype(np.int64)] = self._view(
            changes["bufferView"], start, values.dtype, count, values.shape[1]
        )
        return values

    def _view(self, number: int, start: int, kind: np.dtype, count: int, width: int) -> np.ndarray:
        """(count, width) numbers of a buffer view, from a byte of it on."""
        view = self._gltf["bufferViews"][number]
        row = kind.itemsize * width
        stride = view.get("byteStride") or row
        content = self._buffer(view)
        first = view.get("byteOffset", 0)
        end = min(first + view["byteLength"], len(content))
        needed = first + start + (count - 1) * stride + row if count else 0
        if min(first, start, count) < 0 or stride < row or needed > end:
            raise BadShape(
                f"truncated: buffer view {number} has fewer bytes than its accessor needs"
            )
        return np.ndarray((count, width), kind, content, first + start, (stride, kind.itemsize))

    def _buffer(self, view: dict) -> bytes:
        buffer = self._gltf["buffers"][view["buffer"]]
        uri = buffer.get("uri")
        if uri is None:
            if view["buffer"] > 0:
                names = ", ".join(view.get("extensions", {})) or "none that is named"
                raise BadShape(f"keeps its data in a glTF extension that is not read: {names}")
            return self._binary
        if not uri.startswith("data:"):
            raise BadShape(f"keeps its data in another file, {uri[:80]}: save it in one file")
        kind, _, text = uri.partition(",")
        if not kind.endswith(";base64"):
            raise BadShape("keeps its data as text, but not as base64")
        return base64.b64decode(text, validate=True)

    def _check_size(self, n_values: int) -> None:
        # Zeros that no byte of the file stands for: a corrupt count must not fill the memory.
        if n_values > max(len(self._binary), 1 << 20):
            raise BadShape(f"an accessor without data declares {n_values} values")


def _in_bounds(values: np.ndarray, accessor: dict) -> bool:
    if not {"min", "max"} <= set(accessor):
        return True
    low, high = np.array(accessor["min"], float), np.array(accessor["max"], float)
    slack = _BOUND_SLACK * np.abs([low, high]).max()
    inside = (values.min(axis=0) >= low - slack) & (values.max(axis=0) <= high + slack)
    # What is not finite is told in other words.
    return bool(inside.all()) or not np.isfinite(values).all()
