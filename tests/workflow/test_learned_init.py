"""INRs from a learned init: what they depend on, and what reruns."""

import json
import shutil
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load_file

INIT = "results/inits/demo/learned/16x3"
LEARNED = f"{INIT}.safetensors"
INRS = ["results/demo/inrs/few/0.h5", "results/demo/inrs/few/1.h5"]


@pytest.fixture
def few(finished):
    """The finished run, with INRs from a learned init on top."""
    finished.run(*INRS)
    return finished


def weights_of(workflow, *files):
    """The weights of each shape's INR."""
    found = {}
    for path in files:
        with h5py.File(workflow.path / path) as file:
            found |= dict(zip(file["shape_id"].asstr()[:], file["weights"][:], strict=True))
    return found


def test_whatever_cores_and_shards_the_inrs_are_the_same(few):
    expected = weights_of(few, *INRS)
    learned = load_file(few.path / LEARNED)
    random = load_file(few.path / "results/inits/small.safetensors")["weights"]
    assert not np.array_equal(learned["weights"], random)
    assert len(np.unique(learned["rates"])) > 1
    with h5py.File(few.path / INRS[0]) as file:
        assert json.loads(file.attrs["settings"])["init"] == "learned"

    few.edit("config.yaml", "points: 64\n    shards: 2", "points: 64\n    shards: 3")
    shutil.rmtree(few.path / "results/inits/demo")
    three = [f"results/demo/inrs/few/{shard}.h5" for shard in range(3)]
    few.run("--cores", "1", *three)
    found = weights_of(few, *three)
    assert found.keys() == expected.keys()
    for shape_id, weights in expected.items():
        np.testing.assert_array_equal(found[shape_id], weights)


def test_the_table_compares_it_with_random_weights(few):
    shutil.copy(Path(__file__).parent / "inits.yaml", few.path)
    laid_over = ("--configfile", "inits.yaml", "--")
    jobs = few.planned(*laid_over, "tables", "figures")
    assert (jobs["train_baseline"], jobs["evaluate_baseline"]) == (1, 2)  # once for both fits
    assert (jobs["table_init"], jobs["plot_init"]) == (1, 1)
    few.run(*laid_over, "results/tables/init.csv", "results/figures/init.png")
    assert few.read("results/figures/init.png").startswith(b"\x89PNG")
    table = pd.read_csv(few.path / "results/tables/init.csv")
    fits = table[["inr", "init", "sgd_steps", "steps"]].drop_duplicates()
    assert fits.to_numpy().tolist() == [["few", "learned", 2, 3], ["small", "random", 0, 8]]
    for _, own in table.groupby("inr"):
        of_inrs = own[own["method"] == "inr"].set_index("metric")["mean"]
        # Without a surface there is no distance.
        of_surfaces = {"CD x1000", "stray"}
        assert set(of_inrs.index) - of_surfaces == {"loss", "s/INR", "F-score", "found"}
        assert 0.2 < of_inrs["loss"] < 1 and of_inrs["s/INR"] > 0
        scores = own[own["method"] != "inr"]
        assert set(zip(scores["method"], scores["metric"], scores["seeds"], strict=True)) == {
            ("weights_probe", "accuracy", 1), ("inr2vec", "accuracy", 2), ("inr2vec", "hit@1", 1),
            ("pointnet", "accuracy", 1),
        }  # fmt: skip
        assert scores["mean"].between(0, 100).all()
    text = few.read("results/tables/init.md").decode()
    assert (
        "| Demo | few | learned | 2 | 3 | weights_probe, inr2vec: 2 copies; pointnet: online |"
        in text
    )
    assert (
        "| Demo | small | random | 0 | 8 | weights_probe, inr2vec: none; pointnet: online |" in text
    )


def test_copies_are_fitted_where_asked_for_and_chains_have_seeds_of_their_own(few):
    shutil.copy(Path(__file__).parent / "inits.yaml", few.path)
    tables = ["results/tables/table2.csv", "results/tables/encoders.csv"]
    inrs = [f"results/demo/inrs/{inr}/0.h5" for inr in ("few", "small", "few@1")]
    few.run("--configfile", "inits.yaml", "--", *tables, *inrs)
    first, without, second = (weights_of(few, path) for path in inrs)
    copies = {shape_id for shape_id in first if "@" in shape_id}
    assert len(copies) == 2 * 6 and all("train" in shape_id for shape_id in copies)
    assert without.keys() == first.keys() - copies == set(weights_of(few, INRS[0])) - copies
    assert not any(np.array_equal(first[shape_id], second[shape_id]) for shape_id in first)

    for path, keys in zip(tables, ("method metric", "method metric"), strict=True):
        table = pd.read_csv(few.path / path).set_index(keys.split())
        assert (table["inr"] == "few").all()
        assert table.loc[("inr2vec", "accuracy"), ["seeds", "chains"]].tolist() == [4, 2]
        assert table.loc[("weights_probe", "accuracy"), ["seeds", "chains"]].tolist() == [2, 2]
    assert "in rows of 2 chains" in few.read("results/tables/table2.md").decode()


def test_an_edit_learns_anew_what_depends_on_it(few):
    fitting, learning = {"fit_inrs"}, {"learn_init"}
    assert not few.planned(*INRS)
    for old, new, expected in (
        ("rounds: 8", "rounds: 9", learning | fitting),
        ("init: learned, steps: 3", "init: learned, steps: 4", fitting),
        ("epochs: 2\n", "epochs: 3\n", set()),
    ):
        assert few.planned_with("config.yaml", old, new, *INRS) == expected, new
    few.append("inr2vec_core/inrs/learned_init.py", "EDITED = True")
    assert set(few.planned(*INRS)) == learning | fitting


def test_killed_it_goes_on_where_it_was(finished):
    finished.edit(
        "inr2vec_core/training/trainer.py", "CHECKPOINT_EVERY = 20.0", "CHECKPOINT_EVERY = 0.0"
    )
    finished.run(LEARNED)
    expected = load_file(finished.path / LEARNED)
    shutil.rmtree(finished.path / "results/inits/demo")
    first_checkpoint = r"learn_init pathlib.Path.glob 16x3\.pt 2"
    snakemake, job = finished.start(LEARNED, stop_at=first_checkpoint)
    job.kill()
    snakemake.wait()
    assert (finished.path / "results/checkpoints/inits/demo/learned/16x3.pt").is_file()

    finished.run(LEARNED)
    assert "resuming after epoch 1" in finished.read(
        "results/logs/inits/demo/learned/16x3.log"
    ).decode()  # fmt: skip
    found = load_file(finished.path / LEARNED)
    assert all(np.array_equal(found[name], expected[name]) for name in expected)


def test_an_init_of_another_field_is_refused_with_one_line(finished):
    finished.edit("config.yaml", "learned: {", "learned: {learned_on: [solids], ")
    said = finished.run(INRS[0], check=False).stdout
    assert "was learned on sdf, these shapes are udf: learn it on such" in said
    assert "Traceback" not in said
