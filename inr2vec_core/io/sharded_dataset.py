"""Shapes and their INRs read from HDF5 shards in bounded memory, shuffled.

100,000 INRs at 512 x 4 are 316 GB: nothing here holds a data set. An epoch visits blocks of
consecutive rows in random order, gathers them into a buffer of at most `buffer` shapes, and
shuffles inside the buffer. A data set that fits the buffer is read once and shuffled perfectly.
"""

import copy
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
    """The rows of one step.

    Attributes:
        shape_id: (b,) ids of shapes.
        class_name: (b,) their classes.
        columns: name -> (b, ...) array; "weights" are float32, and "shapes" are objects of
            `geometry.shapes`.
    """

    shape_id: list[str]
    class_name: list[str]
    columns: dict[str, np.ndarray]


class ShardedShapes:
    """INRs read from shards, each with the geometry of its shape.

    Args:
        inr_files: shards with a column `weights`; any shards where `weights` is never read.
        shape_files: shards of geometry in the same order; None where geometry is never read.
        splits: the splits to keep; None keeps all.
        copies: whether to keep augmented copies (column `augmentation`, where there is one).
        may_be_empty: whether a data set without shapes is allowed.

    Attributes:
        shape_id: (n,) ids of the shapes.
        class_name: (n,) their classes.
        split: (n,) their splits.
        rows: (n, 3) int64; the shard, the row in the INRs' file and that in the shapes' file (-1
            without geometry).

    Raises:
        InputError: no shape of these splits is left, or a shard of shapes lacks one.
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
        self._cache: dict[str, np.ndarray] = {}
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
            shape_row = self._rows_of_shapes(shard, columns[0])
            for row, (shape_id, class_name, split) in enumerate(zip(*columns, strict=True)):
                if shape_id not in shape_row:
                    raise InputError(
                        f"{path} has {shape_id!r}, which {self.files['shapes'][shard]} has not: "
                        "one of them is of another shard or data set; remove it and run again"
                    )
                if (splits is None or split in splits) and not left_out[row]:
                    rows.append((shard, row, shape_row[shape_id]))
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

    def sorted_by_id(self) -> "ShardedShapes":
        """The same shapes in the order of their ids, whatever shards they lie in.

        Blocks of rows that are read together lie in several shards then, which takes longer.
        """
        return self.subset(sorted(range(len(self)), key=self.shape_id.__getitem__))

    def subset(self, index: Sequence[int]) -> "ShardedShapes":
        """Some of the shapes.

        Args:
            index: numbers of rows, in the order that they shall have.
        """
        chosen = copy.copy(self)
        chosen._cache = {}
        chosen.rows = self.rows[list(index)]
        for name in ("shape_id", "class_name", "split"):
            setattr(chosen, name, [getattr(self, name)[i] for i in index])
        return chosen

    def n_batches(self, batch_size: int) -> int:
        """The number of batches of one epoch of `shuffled`."""
        return n_batches(len(self), batch_size)

    def _rows_of_shapes(self, shard: int, ids: list[str]) -> dict[str, int]:
        if not self.files["shapes"]:
            return dict.fromkeys(ids, -1)
        with open_shard(self.files["shapes"][shard]) as file:
            return {shape_id: row for row, shape_id in enumerate(read_strings(file["shape_id"]))}

    def read(self, index: np.ndarray, columns: Sequence[str]) -> dict[str, np.ndarray]:
        """Read columns of some rows.

        Args:
            index: (m,) numbers of rows, in any order, repeated or not.
            columns: "weights", "shapes" or both.

        Returns:
            Name -> (m, ...) array in the order of `index`: weights as float32, shapes as objects.
        """
        out: dict[str, np.ndarray] = {}
        for name in columns:
            row_column = 1 if name == "weights" else 2
            for shard in np.unique(self.rows[index, 0]):
                here = np.flatnonzero(self.rows[index, 0] == shard)
                wanted, inverse = np.unique(self.rows[index[here], row_column], return_inverse=True)
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

    def in_order(self, batch_size: int, columns: Sequence[str]) -> Iterator[Batch]:
        """Iterate over all rows in stored order.

        Args:
            batch_size: rows of a batch; the last may have fewer.
            columns: the columns to read, as for `read`.

        Yields:
            The batches.
        """
        for start in range(0, len(self), batch_size):
            index = np.arange(start, min(start + batch_size, len(self)))
            yield self._batch(index, self.read(index, columns))

    def shuffled(
        self, batch_size: int, columns: Sequence[str], buffer: int, seed: int, *names: str | int
    ) -> Iterator[Batch]:
        """Iterate over all rows once, shuffled.

        A last batch of a single row is dropped, because BatchNorm cannot train on one sample.

        Args:
            batch_size: rows of a batch; the last may have fewer.
            columns: the columns to read, as for `read`.
            buffer: rows that are held in memory and shuffled together.
            seed: the seed of the order.
            names: what the order is drawn for, such as the epoch.

        Yields:
            The batches.
        """
        if len(self) <= buffer and set(columns) != set(self._cache):
            self._cache = self.read(np.arange(len(self)), columns)
        rng = numpy_stream(seed, "shuffle", *names)
        blocks = np.array_split(np.arange(len(self)), -(-len(self) // BLOCK))
        order = rng.permutation(len(blocks))
        buffered_blocks = max(1, buffer // BLOCK)
        leftover_index = np.empty(0, int)
        leftover_values: dict[str, np.ndarray] = {}
        for start in range(0, len(blocks), buffered_blocks):
            index = np.concatenate([blocks[k] for k in order[start : start + buffered_blocks]])
            index = index[rng.permutation(len(index))]
            values = (
                {k: v[index] for k, v in self._cache.items()}
                if self._cache
                else self.read(index, columns)
            )
            if len(leftover_index):
                values = {k: np.concatenate([leftover_values[k], v]) for k, v in values.items()}
                index = np.concatenate([leftover_index, index])
            is_last = start + buffered_blocks >= len(blocks)
            stop = len(index) if is_last else len(index) // batch_size * batch_size
            for first in range(0, stop, batch_size):
                batch = slice(first, min(first + batch_size, stop))
                if batch.stop - first > 1 or len(self) == 1:
                    yield self._batch(index[batch], {k: v[batch] for k, v in values.items()})
            leftover_index = index[stop:]
            leftover_values = {k: v[stop:] for k, v in values.items()}

    def _batch(self, index: np.ndarray, columns: dict[str, np.ndarray]) -> Batch:
        return Batch(
            [self.shape_id[i] for i in index], [self.class_name[i] for i in index], columns
        )


def n_batches(n_rows: int, batch_size: int) -> int:
    """The number of batches where a last single row is dropped, unless it is the only one."""
    full, remainder = divmod(n_rows, batch_size)
    return max(1, full + (remainder > 1))


def prefetch(items: Iterable, depth: int = 2) -> Iterator:
    """Compute items ahead in a thread; its errors are raised here.

    Args:
        items: the items.
        depth: how many items may wait.

    Yields:
        The items in their order.
    """
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
