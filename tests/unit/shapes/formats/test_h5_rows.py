"""Rows of arrays in h5 files."""

import h5py
import numpy as np
import pytest

from inr2vec_core.errors import InputError
from inr2vec_core.shapes.formats._h5_rows import read_h5_rows


@pytest.mark.parametrize("chunks", [None, (4, 5, 1)])
def test_h5_rows_come_in_the_order_asked(tmp_path, chunks):
    data = np.random.default_rng(0).normal(size=(11, 5, 3)).astype(np.float32)
    with h5py.File(tmp_path / "a.h5", "w") as h5:
        h5.create_dataset("data", data=data, chunks=chunks)
    for rows in ([10, 0, 3, 4, 3], [], list(range(11))):
        read = read_h5_rows(tmp_path / "a.h5", rows)
        assert read.dtype == np.float32
        np.testing.assert_array_equal(read, data[rows] if rows else data[:0])


def test_h5_rows_that_are_not_there_are_refused(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as h5:
        h5["data"] = np.zeros((4, 5, 3))
    for row in (4, -1):
        with pytest.raises(InputError, match=rf"a\.h5 has 4 rows, not row {row}.*list the data"):
            read_h5_rows(tmp_path / "a.h5", [0, row])


def test_h5_that_cannot_be_read_is_refused(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as h5:
        h5["data"] = np.zeros((4, 5, 3))
    whole = (tmp_path / "a.h5").read_bytes()
    (tmp_path / "a.h5").write_bytes(whole[: int(0.7 * len(whole))])
    with pytest.raises(InputError, match=r"a\.h5 is cut short: .*download it again"):
        read_h5_rows(tmp_path / "a.h5", [0])
