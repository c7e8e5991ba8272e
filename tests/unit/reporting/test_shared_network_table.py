"""Individual INRs beside shared networks: which shapes count, what costs are made of."""

import numpy as np
import pandas as pd
import pytest
from torch import nn

from inr2vec_core.io.checkpoints import save_model
from inr2vec_core.io.embeddings import write_embeddings
from inr2vec_core.io.frames import write_frame
from inr2vec_core.io.hdf5 import write_shard
from inr2vec_core.reporting.shared_network_table import (
    ALL,
    NEW,
    TRAINING,
    cost_rows,
    inr_costs,
    network_costs,
    shape_rows,
    shared_network_markdown,
    shared_network_rows,
)


@pytest.fixture
def measured(tmp_path):
    """A function: the file of a method's measured shapes, of which the test split's are given."""

    def make(method, dataset="d", inr="i", **chamfer):
        rows = [("t0", "train", 1e-3), *((name, "test", value) for name, value in chamfer.items())]
        frame = pd.DataFrame(rows, columns=["shape_id", "split", "chamfer"])
        frame["found"] = frame["chamfer"].notna()
        frame["f_score"] = frame["found"].astype(float) / 2
        frame["stray"], frame["watertight"] = 0.0, np.nan
        frame.attrs = {"dataset": dataset, "inr": inr, "method": method}
        write_frame(path := tmp_path / f"{dataset}_{method}.parquet", frame)
        return path

    return make


def test_only_shapes_that_all_methods_of_a_data_set_have_count(measured):
    files = [
        measured("inr", a=2e-3, b=4e-3, c=9.0),
        measured("net", a=6e-3, b=None),
        measured("net", dataset="other", z=5e-3),
    ]
    table = pd.concat(shape_rows(files)).set_index(["dataset", "method", "split", "metric"])
    assert table.loc[("d", "inr", "test", "CD x1000"), "mean"] == pytest.approx(3)
    assert table.loc[("d", "inr", "test", "CD x1000"), "n"] == 2
    # Without a surface there is no distance, an F-score of 0, and a shape that was not found.
    net = table.sort_index().loc[("d", "net", "test")]
    assert net.loc["CD x1000", ["mean", "n"]].tolist() == [pytest.approx(6), 1]
    assert net.loc["F-score", "mean"] == 25 and net.loc["found", "mean"] == 50
    assert table.loc[("other", "net", "test", "CD x1000"), "mean"] == pytest.approx(5)
    assert set(table.index.get_level_values("metric")) == {"CD x1000", "F-score", "found"}


def test_costs_of_inrs_are_those_of_all_their_jobs(tmp_path):
    files = []
    for k, (n, seconds) in enumerate(((3, 10.0), (1, 30.0))):
        files.append(tmp_path / f"{k}.h5")
        write_shard(files[-1], {"loss": np.zeros(n, np.float32)}, wall_seconds=seconds)
    costs = inr_costs(files, 625, init_seconds=120, threads=2)
    assert costs == pytest.approx({"parameters": 625, TRAINING: 2, ALL: 2 + 80 / 60, NEW: 20})


def test_costs_of_a_network_are_its_training_and_its_codes(tmp_path):
    save_model(nn.Linear(1, 1), {}, tmp_path / "m", parameters=7, threads=2, converged=True)
    write_frame(tmp_path / "h", pd.DataFrame({"seconds": [30.0, 60.0]}))
    write_embeddings(
        tmp_path / "c", ["a"], ["bed"], ["test"], np.zeros((1, 2), np.float32), threads=4,
        wall_seconds=15.0, seconds_per_shape=0.5,
    )  # fmt: skip
    costs, converged = network_costs(*(tmp_path / name for name in "mhc"))
    assert costs == {"parameters": 7, TRAINING: 3, ALL: 4, NEW: 2}
    assert converged is True


def test_the_table_says_what_is_unknown_with_a_dash(measured):
    frames = shape_rows([measured("inr", a=2e-3), measured("net", inr="shared", a=6e-3)])
    costs = {"parameters": 1234, TRAINING: 1.5, ALL: 2.0, NEW: 0.25}
    frames += [
        cost_rows(costs, "d", "i", "inr"), cost_rows(costs, "d", "shared", "net", converged=False)
    ]  # fmt: skip
    table = shared_network_rows(frames).assign(modality="mesh", paper=np.nan)
    text = shared_network_markdown(table)
    lines = {line.split(" | ")[3]: line for line in text.split("\n") if line.startswith("| mesh")}
    assert lines["inr"].endswith("| 2 | 50 | 100 | 1,234 | 1.5 | 2 | 0.25 | – |")
    assert lines["net"].endswith("| 6 | 50 | 100 | 1,234 | 1.5 | 2 | 0.25 | still fell |")
    assert (table.loc[table["split"] == "", "metric"].nunique()) == 4
