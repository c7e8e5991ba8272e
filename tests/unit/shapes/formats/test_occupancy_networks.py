"""ShapeNet of Occupancy Networks: clouds and meshes in one frame, and lists that do not fit."""

import numpy as np
import pytest

from inr2vec_core.errors import InputError
from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.shapes.build import prepare_shapes
from inr2vec_core.shapes.dataset import ShapeDataset

CUBE = "OFF\n8 12 0\n" + "\n".join(
    [f"{x} {y} {z}" for x in (0, 2) for y in (0, 2) for z in (0, 2)]
    + [f"3 {a} {b} {c}" for a, b, c in (
        (0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1),
        (2, 3, 7), (2, 7, 6), (0, 2, 6), (0, 6, 4), (1, 5, 7), (1, 7, 3))]
)  # fmt: skip


def write_networks(root):
    folder = root / "02958343"
    for split, names in (("train", "abc"), ("val", "d"), ("test", "ef")):
        for name in names:
            (folder / name).mkdir(parents=True)
            points = np.random.default_rng(0).uniform(0, 2, (50, 3)).astype(np.float32)
            np.savez(folder / name / "pointcloud.npz", points=points, normals=points,
                     loc=np.zeros(3), scale=1.0)  # fmt: skip
            (folder / name / "model.off").write_text(CUBE)
        (folder / f"{split}.lst").write_text("\n".join(names))
    return root


def test_clouds_and_meshes_of_occupancy_networks_share_a_frame(tmp_path):
    root = write_networks(tmp_path)
    dataset = ShapeDataset("occupancy_networks", str(root))
    catalog = dataset.catalog()
    assert [(s.shape_id[-1], s.split) for s in catalog.records] == [
        ("a", "train"), ("b", "train"), ("c", "train"), ("d", "val"), ("e", "test"), ("f", "test"),
    ]  # fmt: skip
    clouds = ShapeSettings(points=40, frame="mesh")
    made = [prepare_shapes(dataset.read(catalog.records[:2]), settings, 0, 0)
            for settings in (clouds, ShapeSettings(field="sdf"))]  # fmt: skip
    assert [shape.points.shape for shape in made[0].shapes] == [(40, 3)] * 2
    for shard in made:
        assert not shard.rejected
        np.testing.assert_allclose(shard.columns["center"], [[1, 1, 1]] * 2)
        np.testing.assert_allclose(shard.columns["scale"], [3**0.5] * 2)


def test_shapes_of_occupancy_networks_that_are_missing_or_listed_twice_are_named(tmp_path):
    folder = write_networks(tmp_path) / "02958343"
    (folder / "test.lst").write_text("e\na\nmissing")
    catalog = ShapeDataset("occupancy_networks", str(tmp_path)).catalog()
    reasons = {r.shape_id[9:]: r.reason for r in catalog.rejected}
    assert "the train split has it too" in reasons["a"]
    assert "neither pointcloud.npz nor a mesh" in reasons["missing"]
    with pytest.raises(InputError, match=r"holds no <class>/train.lst"):
        ShapeDataset("occupancy_networks", str(folder / "a")).catalog()


def test_what_cannot_be_reached_is_named(tmp_path):
    folder = write_networks(tmp_path) / "02958343"
    (tmp_path / "gone").symlink_to("nowhere")
    cloud = folder / "a/pointcloud.npz"
    cloud.unlink()
    cloud.symlink_to("gone.npz")  # the mesh beside it is no cloud to take instead
    with (folder / "train.lst").open("a") as file:
        file.write("\n" + "x" * 253)
    dataset = ShapeDataset("occupancy_networks", str(tmp_path))
    catalog = dataset.catalog()
    assert [bad.reason[:28] for bad in catalog.rejected] == [
        "is a link to nowhere, which ", "has neither pointcloud.npz n",
    ]  # fmt: skip
    ((_, reason),) = dataset.read(catalog.records[:1])
    assert "pointcloud.npz is a link to gone.npz, which is missing" in str(reason)
    (folder / "train.lst").unlink()
    assert {record.split for record in dataset.catalog().records} == {"val", "test"}
    (folder / "train.lst").symlink_to("gone.lst")
    with pytest.raises(InputError, match=r"train\.lst is a link to gone\.lst, which is missing"):
        dataset.catalog()
