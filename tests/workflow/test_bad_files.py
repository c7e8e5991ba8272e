"""A data set of far more bad files than good ones: the good are fitted, the bad are named."""

import csv

import h5py
import yaml
from bad_files import FAULTS, write_bad_files, write_good_files

CONFIG = {
    "datasets": {
        "mess": {"reader": "folder", "root": "data/mess", "points": 48, "shards": 2,
                 "queries": {"per_shape": 128}, "copies": 0},
    },
}  # fmt: skip


def test_all_good_shapes_are_fitted_and_all_bad_ones_named(workflow):
    root = workflow.path / "data/mess"
    bad = write_bad_files(root, 1000)
    good = write_good_files(root, 60)
    assert len(bad) >= 1000 and len(FAULTS) >= 30
    (workflow.path / "mess.yaml").write_text(yaml.safe_dump(CONFIG))

    shards = [f"results/mess/inrs/small/{k}.h5" for k in range(2)]
    said = workflow.run("--configfile", "mess.yaml", "--", *shards).stdout
    fitted = []
    for shard in shards:
        with h5py.File(workflow.path / shard) as file:
            fitted += file["shape_id"].asstr()[:].tolist()
    assert sorted(fitted) == good

    with (workflow.path / "results/mess/rejected.csv").open(newline="", encoding="utf-8") as file:
        reasons = {row["source_file"]: row["reason"] for row in csv.DictReader(file)}
    named = {str((workflow.path / path).absolute()) for path in reasons}
    assert named == set(bad)
    assert all(reason and "\n" not in reason for reason in reasons.values())
    assert f"mess: {len(bad)} shape(s) set aside, 60 kept" in said
