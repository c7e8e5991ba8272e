"""A single flipped byte of a file with a checksum is found; values come back as they were."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch
from torch import nn

from inr2vec_core.errors import InputError
from inr2vec_core.io.checkpoints import load_arrays, load_model, save_array, save_model
from inr2vec_core.io.frames import read_arrow, read_frame, write_arrow, write_frame
from inr2vec_core.io.hdf5 import open_shard, read_strings, write_shard
from inr2vec_core.io.sealed import read_csv, read_json, write_csv, write_json

FLIPS = 150


def shard_content(path):
    with open_shard(path) as file:
        columns = {name: file[name][()].tolist() for name in file}
        return columns, {name: str(file.attrs[name]) for name in file.attrs}, "absent" in file


def write_a_shard(path):
    """As many columns and attributes as no object header holds."""
    rng = np.random.default_rng(0)
    columns = {f"numbers {k}": rng.normal(size=(9, k + 1)).astype(np.float32) for k in range(10)}
    columns |= {"shape_id": [f"stuhl/ä{k}" for k in range(9)], "none": [], "rows": np.empty((0, 3))}
    columns["large"] = rng.integers(0, 99, (9, 9000), np.int16)
    texts = {f"text {k}": f"value {k}" for k in range(10)}
    write_shard(path, columns, **texts, loss=0.5, names=["a", "bcd"], missing=[])


def model():
    torch.manual_seed(0)
    return nn.Linear(5, 4)


# A kind of file: how it is written, and how it is read.
KINDS = {
    "shard": (write_a_shard, shard_content),
    "json": (
        lambda path: write_json(path, {"accuracy": 0.25, "nan": float("nan"), "name": "ä"}),
        lambda path: str(read_json(path)),
    ),
    "csv": (
        lambda path: write_csv(path, ["name", "n"], [['a, "b"', 1], ["two\nlines", 2]]),
        lambda path: read_csv(path, ["name", "n"]),
    ),
    "frame": (
        lambda path: write_frame(path, pd.DataFrame({"x": [0.1, None], "name": ["a", "b"]})),
        lambda path: read_frame(path).to_csv(),
    ),
    "arrow": (
        lambda path: write_arrow(path, pa.table({"x": np.arange(50.0)}), {"epochs": "3"}),
        lambda path: str(read_arrow(path)),
    ),
    "array": (
        lambda path: save_array(path, np.arange(50, dtype=np.float32), siren="{}"),
        lambda path: load_arrays(path)["weights"].tolist(),
    ),
    "model": (
        lambda path: save_model(model(), {"n": 4}, path, epochs=3),
        lambda path: str(load_model(path, lambda _: nn.Linear(5, 4))[0].state_dict()),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_flipped_byte_changes_nothing_that_is_read_unless_it_is_named(kind, tmp_path):
    write, read = KINDS[kind]
    path = tmp_path / "file"
    write(path)
    whole, expected = path.read_bytes(), read(path)
    rng, refused = np.random.default_rng(0), 0
    for position in rng.integers(0, len(whole), FLIPS):
        damaged = bytearray(whole)
        damaged[position] ^= rng.integers(1, 256)
        path.write_bytes(damaged)
        try:
            assert read(path) == expected
        except InputError as error:
            refused += 1
            assert str(error).startswith(f"{path} ")
            assert str(error).endswith("remove it and run again, and it is made anew")
            assert "\n" not in str(error)
    assert refused >= FLIPS / 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("left", [0, 1, 40, 0.5, -1])
def test_a_file_that_is_cut_short_is_named_with_the_cure(kind, left, tmp_path):
    write, read = KINDS[kind]
    path = tmp_path / "file"
    write(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(left * len(whole)) if left == 0.5 else left])
    with pytest.raises(InputError, match=rf"^{path} (is|has) [^\n]*remove it and run again"):
        read(path)


def test_values_come_back_as_they_were(tmp_path):
    path = tmp_path / "file"
    values = {"a": 0.1, "b": None, "c": True, "d": "é"}
    write_json(path, values)
    assert read_json(path) == values
    frame = pd.DataFrame({"n": pd.array([1, None], "Int64"), "s": ["x", "y"], "x": [0.5, np.nan]})
    frame.attrs = {"dataset": "demo"}
    write_frame(path, frame)
    pd.testing.assert_frame_equal(read_frame(path), frame)
    assert read_frame(path).attrs == frame.attrs == {"dataset": "demo"}
    pd.testing.assert_frame_equal(pd.read_parquet(path), frame, check_flags=False)
    write_a_shard(path)
    with open_shard(path) as file:
        assert read_strings(file["shape_id"]) == [f"stuhl/ä{k}" for k in range(9)]
        assert file.attrs["text 3"] == "value 3" and file.attrs["names"].tolist() == ["a", "bcd"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_content_gives_the_same_bytes(kind, tmp_path):
    for name in "ab":
        KINDS[kind][0](tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_other_programs_read_the_files(tmp_path):
    import h5py
    from safetensors.numpy import load_file

    write_csv(tmp_path / "a.csv", ["name", "n"], [["a", 1], ["b", 2]])
    assert pd.read_csv(tmp_path / "a.csv")[["name", "n"]].to_numpy().tolist() == [
        ["a", 1],
        ["b", 2],
    ]
    save_array(tmp_path / "a.safetensors", np.arange(3.0))
    assert load_file(tmp_path / "a.safetensors")["weights"].tolist() == [0, 1, 2]
    write_a_shard(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5") as file:
        assert file["shape_id"].asstr()[1] == "stuhl/ä1"


def test_a_shard_of_an_older_version_is_named(tmp_path):
    import h5py

    with h5py.File(tmp_path / "0.h5", "w") as file:
        file["weights"] = np.zeros((2, 3))
    message = r"0\.h5 has no 'checksum of weights': it was written by an older version; remove it"
    with open_shard(tmp_path / "0.h5") as file, pytest.raises(InputError, match=message):
        file["weights"]
