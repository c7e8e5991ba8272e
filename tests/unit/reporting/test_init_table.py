"""The table of INRs fitted in different ways."""

import numpy as np
import pandas as pd
import pytest

from inr2vec_core.io.frames import write_frame
from inr2vec_core.io.hdf5 import write_shard
from inr2vec_core.io.sealed import write_json
from inr2vec_core.reporting.encoder_table import score_rows
from inr2vec_core.reporting.init_table import (
    SCORES,
    cost_rows,
    init_markdown,
    init_rows,
    read_init_table,
    sgd_steps_of,
    shape_rows,
)

FITS = {"few": {"init": "learned", "sgd_steps": 5, "steps": 0},
        "many": {"init": "random", "sgd_steps": 0, "steps": 300}}  # fmt: skip


@pytest.fixture
def shards(tmp_path):
    """Two shards of three and one INRs, which took 2 and 6 seconds."""
    files = []
    for k, (losses, seconds) in enumerate((([0.1, 0.2, 0.3], 2.0), ([0.6], 6.0))):
        files.append(tmp_path / f"{k}.h5")
        columns = {"shape_id": [f"{k}{i}" for i in range(len(losses))]}
        write_shard(
            files[-1], columns | {"loss": np.float32(losses)}, wall_seconds=seconds, sgd_steps=5
        )
    return files


def scores(inr, *accuracies):
    named = {"dataset": "d", "inr": inr, "method": "projected", "augmentation": f"{inr} copies"}
    return [
        score_rows(named | {"accuracy": a, "hit@1": 0.5, "converged": i == 0}, SCORES)
        for i, a in enumerate(accuracies)
    ]


def test_costs_are_means_over_all_inrs(shards):
    table = cost_rows({("d", "few"): shards}).set_index("metric")["value"]
    assert table["s/INR"] == pytest.approx(8 / 4)
    assert table["loss"] == pytest.approx(1.2 / 4)


def test_first_steps_are_what_the_files_say(shards):
    assert sgd_steps_of({("d", "few"): shards}) == {"few": 5}


def test_shapes_are_those_of_the_test_split():
    shapes = pd.DataFrame({
        "split": ["train", "test", "test"], "chamfer": [9.0, 0.001, 0.003],
        "f_score": [0.0, 0.5, 0.7], "stray": [1.0, 0.01, 0.03], "found": [True] * 3,
        "watertight": [None] * 3,
    })  # fmt: skip
    shapes.attrs = {"dataset": "d", "inr": "few"}
    table = shape_rows(shapes).set_index("metric")["value"]
    assert table["CD x1000"] == pytest.approx(2)
    assert table["F-score"] == pytest.approx(60)
    assert table["stray"] == pytest.approx(2)
    assert table["found"] == 100


def test_seeds_are_averaged_and_fits_described(shards):
    frames = [cost_rows({("d", "few"): shards, ("d", "many"): shards[:1]}),
              *scores("few", 0.8, 0.9), *scores("many", 0.7)]  # fmt: skip
    table = init_rows(frames, FITS)
    accuracy = table[table["metric"] == "accuracy"].set_index("inr")
    assert accuracy["mean"].to_dict() == pytest.approx({"few": 85, "many": 70})
    assert accuracy["seeds"].to_dict() == {"few": 2, "many": 1}
    assert accuracy["converged"].to_dict() == {"few": False, "many": True}
    assert accuracy["init"].to_dict() == {"few": "learned", "many": "random"}
    assert accuracy["sgd_steps"].to_dict() == {"few": 5, "many": 0}

    assert accuracy["augmentation"].to_dict() == {"few": "few copies", "many": "many copies"}
    assert table.loc[table["method"] == "inr", "augmentation"].isna().all()

    text = init_markdown(table)
    assert (
        "| d | few | learned | 5 | 0 | few copies | 2 | 0.3 | 85.0* ± 7.1 | 50.0* ± 0.0 |" in text
    )
    assert "| d | many | random | 0 | 300 | many copies | 0.667 | 0.2 | 70.0 | 50.0 |" in text


def test_the_whole_table_is_read_from_its_files(shards, tmp_path):
    measured = pd.DataFrame({
        "split": ["test"], "chamfer": [0.002], "f_score": [0.5], "stray": [0.25], "found": [True],
        "watertight": [None],
    })  # fmt: skip
    measured.attrs = {"dataset": "d", "inr": "few"}
    write_frame(tmp_path / "measured.parquet", measured)
    named = {"dataset": "d", "inr": "few", "method": "pointnet", "augmentation": "online"}
    write_json(tmp_path / "scores.json", named | {"accuracy": 0.9})
    table = read_init_table(
        shards, [tmp_path / "measured.parquet"], [tmp_path / "scores.json"],
        [(("d", "few"), len(shards))], {"few": {"init": "learned", "steps": 20}}, {"d": "Clouds"},
    )  # fmt: skip
    assert table.set_index(["method", "metric"])["mean"].to_dict() == pytest.approx({
        ("inr", "s/INR"): 2, ("inr", "loss"): 0.3, ("inr", "CD x1000"): 2, ("inr", "F-score"): 50,
        ("inr", "stray"): 25, ("inr", "found"): 100, ("pointnet", "accuracy"): 90,
    })  # fmt: skip
    fits = table[["dataset", "init", "sgd_steps", "steps"]].drop_duplicates()
    assert fits.to_numpy().tolist() == [["Clouds", "learned", 5, 20]]


def test_methods_that_differ_in_their_augmentation_are_named():
    network = {"dataset": "d", "inr": "few", "method": "pointnet", "accuracy": 0.9}
    frames = [*scores("few", 0.8), score_rows(network | {"augmentation": "online"}, SCORES)]
    text = init_markdown(init_rows(frames, FITS))
    assert "| d | few | learned | 5 | 0 | projected: few copies; pointnet: online |" in text
