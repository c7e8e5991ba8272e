"""Shapes and their INRs read from HDF5 shards in bounded memory, shuffled.

100,000 INRs at 512 x 4 are 316 GB: nothing here holds a data set. An epoch visits blocks of
consecutive rows in random order, gathers them into a buffer of at most `buffer` shapes, and
shuffles inside the buffer. A data set that fits the buffer is read once and shuffled perfectly.
"""

import queue
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inr2vec_core.errors import InputError
from inr2vec_core.io.hdf5 import open_shard, read_strings
from inr2vec_core.io.shape_columns import read_rows, read_shapes
from inr2vec_core.utils.seeding import numpy_stream

BLOCK = 32


@dataclass(frozen=True)
class Batch:
    """Rows of one step: ids and classes (b,), columns as arrays (b, ...).

    "shapes" is an array of objects, the shapes of `geometry.py`.
    """

    shape_id: list[str]
    class_name: list[str]
    columns: dict[str, np.ndarray]


class ShardedShapes:
    """Rows of `inrs/{shard}.h5`, with the same shapes' rows of `shapes/{shard}.h5` beside them.

    Args:
        inr_files: shards with `weights`, or any shards where `weights` is not read.
        shape_files: the shards of geometry in the same order; None where it is not read.
        splits: which splits to keep; None keeps all.
        copies: whether to keep the augmented copies, where the shards tell them.
        may_be_empty: whether it is no error that no shape is left.

    Raises:
        InputError: no shape of these splits is left.
    """

    def __init__(
        self,
        inr_files: Sequence[str | Path],
        shape_files: Sequence[str | Path] | None = None,
        splits: Sequence[str] | None = None,
        copies: bool = True,
        may_be_empty: bool = False,
    ):
        self.files = {"weights": list(inr_files), "shapes": list(shape_files or [])}
        self._kept: dict[str, np.ndarray] = {}
        self.shape_id: list[str] = []
        self.class_name: list[str] = []
        self.split: list[str] = []
        rows: list[tuple[int, int, int]] = []
        for shard, path in enumerate(inr_files):
            with open_shard(path) as file:
                columns = [read_strings(file[name]) for name in ("shape_id", "class", "split")]
                left_out = np.zeros(len(columns[0]), bool)
                if not copies and "augmentation" in file:
                    left_out = file["augmentation"][:] > 0
            where = self._rows_of_shapes(shard, columns[0])
            for row, (shape_id, class_name, split) in enumerate(zip(*columns, strict=True)):
                if (splits is None or split in splits) and not left_out[row]:
                    rows.append((shard, row, where[shape_id]))
                    self.shape_id.append(shape_id)
                    self.class_name.append(class_name)
                    self.split.append(split)
        if not rows and not may_be_empty:
            raise InputError(
                f"no shape of the splits {splits} in {len(inr_files)} shard(s), "
                f"first {inr_files[0] if inr_files else None}"
            )
        self.rows = np.array(rows, int).reshape(-1, 3)

    def __len__(self) -> int:
        return len(self.rows)

    def steps(self, size: int) -> int:
        """Batches of one epoch of `shuffled`."""
        return steps_of(len(self), size)

    def _rows_of_shapes(self, shard: int, ids: list[str]) -> dict[str, int]:
        if not self.files["shapes"]:
            return dict.fromkeys(ids, -1)
        with open_shard(self.files["shapes"][shard]) as file:
            return {shape_id: row for row, shape_id in enumerate(read_strings(file["shape_id"]))}

    def read(self, index: np.ndarray, columns: Sequence[str]) -> dict[str, np.ndarray]:
        """Columns ("weights" as float32, "shapes") of some rows, in the order of `index`."""
        out: dict[str, np.ndarray] = {}
        for name in columns:
            position = 1 if name == "weights" else 2
            for shard in np.unique(self.rows[index, 0]):
                here = np.flatnonzero(self.rows[index, 0] == shard)
                wanted, inverse = np.unique(self.rows[index[here], position], return_inverse=True)
                with open_shard(self.files[name][shard]) as file:
                    if name == "weights":
                        values = read_rows(file[name], wanted)[inverse]
                    else:
                        values = read_shapes(file, wanted)[inverse]
                if name not in out:
                    kind = np.float32 if name == "weights" else object
                    out[name] = np.empty((len(index), *values.shape[1:]), kind)
                out[name][here] = values
        return out

    def in_order(self, size: int, columns: Sequence[str]) -> Iterator[Batch]:
        """All rows, in stored order."""
        for start in range(0, len(self), size):
            yield self._batch(
                index := np.arange(start, min(start + size, len(self))), self.read(index, columns)
            )

    def shuffled(
        self, size: int, columns: Sequence[str], buffer: int, seed: int, *names: str | int
    ) -> Iterator[Batch]:
        """All rows once, shuffled; the last batch is dropped if it is a single row.

        BatchNorm cannot train on a single sample.
        """
        if len(self) <= buffer and set(columns) != set(self._kept):
            self._kept = self.read(np.arange(len(self)), columns)
        rng = numpy_stream(seed, "shuffle", *names)
        blocks = np.array_split(np.arange(len(self)), -(-len(self) // BLOCK))
        order = rng.permutation(len(blocks))
        per_group = max(1, buffer // BLOCK)
        rest = np.empty(0, int)
        held: dict[str, np.ndarray] = {}
        for start in range(0, len(blocks), per_group):
            index = np.concatenate([blocks[k] for k in order[start : start + per_group]])
            index = index[rng.permutation(len(index))]
            values = (
                {k: v[index] for k, v in self._kept.items()}
                if self._kept
                else self.read(index, columns)
            )
            if len(rest):
                values = {k: np.concatenate([held[k], v]) for k, v in values.items()}
                index = np.concatenate([rest, index])
            final = start + per_group >= len(blocks)
            stop = len(index) if final else len(index) // size * size
            for at in range(0, stop, size):
                chunk = slice(at, min(at + size, stop))
                if chunk.stop - at > 1 or len(self) == 1:
                    yield self._batch(index[chunk], {k: v[chunk] for k, v in values.items()})
            rest, held = index[stop:], {k: v[stop:] for k, v in values.items()}

    def _batch(self, index: np.ndarray, columns: dict[str, np.ndarray]) -> Batch:
        return Batch(
            [self.shape_id[i] for i in index], [self.class_name[i] for i in index], columns
        )


def steps_of(n: int, size: int) -> int:
    """Batches of n rows where a last single row is dropped, unless it is the only one."""
    full, rest = divmod(n, size)
    return max(1, full + (rest > 1))


def prefetch(items: Iterable, depth: int = 2) -> Iterator:
    """Iterate with up to `depth` items made ahead in a thread; errors are raised here."""
    ready: queue.Queue = queue.Queue(depth)
    stop, end = threading.Event(), object()

    def put(item) -> bool:
        while not stop.is_set():
            try:
                ready.put(item, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def work() -> None:
        try:
            for item in items:
                if not put((item, None)):
                    return
            put((end, None))
        except Exception as error:
            put((end, error))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            item, error = ready.get()
            if error is not None:
                raise error
            if item is end:
                return
            yield item
    finally:
        stop.set()
        thread.join()
