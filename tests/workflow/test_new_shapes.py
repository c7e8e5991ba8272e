"""New shapes embedded with a model that was trained on another data set."""

import numpy as np
import pyarrow.parquet as pq
import trimesh

EMBEDDINGS = "results/mine/embeddings/small/from_demo.parquet"
RECONSTRUCTION = "results/mine/reconstruction/small/from_demo.parquet"
CONFIG = {
    "datasets:\n": "  mine: {reader: folder, root: mine, points: 64, shards: 1,"
    " queries: {per_shape: 256}}\n",
    "encoders:\n": "  from_demo: {from: demo, encoder: inr2vec}\n",
}


def test_unlabelled_shapes_are_embedded_without_training(finished):
    root = finished.path / "mine"
    root.mkdir()
    trimesh.creation.box().export(root / "box.ply")
    trimesh.creation.icosphere().export(root / "ball.ply")
    trimesh.PointCloud(np.random.default_rng(0).normal(size=(200, 3))).export(root / "cloud.ply")
    for section, entry in CONFIG.items():
        finished.edit("config.yaml", section, section + entry)

    rules = ("prepare_shapes", "build_manifest", "fit_inrs", "embed_inrs")
    assert finished.planned(EMBEDDINGS) == dict.fromkeys(rules, 1)
    finished.run(EMBEDDINGS)
    table = pq.read_table(finished.path / EMBEDDINGS)
    assert table["shape_id"].to_pylist() == ["ball", "box", "cloud"]
    assert set(table["class"].to_pylist()) == {"unlabelled"}
    assert table.schema.field("embedding").type.list_size == 16
    assert not finished.planned(), "the tables and figures of the other data sets stay"

    # One split and one class are enough for shapes that nothing is trained on.
    row = "    - {dataset: mine, inr: small, encoders: [from_demo]}\n"
    finished.edit("config.yaml", "  reconstruction:\n", "  reconstruction:\n" + row)
    assert finished.planned(RECONSTRUCTION) == {"evaluate_reconstruction": 1}
    finished.run(RECONSTRUCTION)
    assert pq.read_table(finished.path / RECONSTRUCTION).num_rows == 2  # as many as are measured


def test_model_is_trained_where_it_is_missing(workflow):
    (workflow.path / "mine").mkdir()
    trimesh.creation.box().export(workflow.path / "mine/box.ply")
    for section, entry in CONFIG.items():
        workflow.edit("config.yaml", section, section + entry)
    jobs = workflow.jobs(EMBEDDINGS)
    assert ("train_encoder", {"dataset": "demo", "inr": "small", "encoder": "inr2vec"}) in jobs
    assert [rule for rule, _ in jobs].count("fit_inrs") == 3
