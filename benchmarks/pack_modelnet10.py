"""Packs clouds laid out as modelnet40_ply_hdf5_2048 into one file small enough to travel.

    python benchmarks/pack_modelnet10.py data/modelnet10_clouds results/modelnet10.npz

All test clouds, and of each class's training clouds the first `--train`, of which every tenth is
for validation.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import h5py
import numpy as np
from gpu_steps.packed import Clouds, write_packed

from inr2vec_core.shapes.formats.modelnet_h5 import Format, h5_files


def read(root: Path, train: int) -> Clouds:
    """The data set's clouds.

    Args:
        root: the data set's folder.
        train: training clouds of each class, validation among them.
    """
    layout = Format(root)
    points, labels, splits = [], [], []
    for file, split in h5_files(root):
        with h5py.File(file, "r") as h5:
            points.append(h5["data"][:].astype(np.float32))
        labels += [label for _, label in layout.names_and_labels(file)]
        splits += [split] * len(points[-1])
    found = Clouds(
        np.concatenate(points), np.array(labels), np.array(splits), tuple(layout.class_names())
    )
    keep = found.split == "test"
    for label in range(len(found.classes)):
        mine = np.flatnonzero((found.labels == label) & ~keep)[:train]
        found.split[mine[::10]] = "val"
        keep[mine] = True
    return found.where(np.flatnonzero(keep))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("root", type=Path, help="the data set's folder")
    parser.add_argument("out", type=Path, help="an .npz file to write")
    parser.add_argument("--train", type=int, default=130, help="training clouds of each class")
    options = parser.parse_args()
    clouds = read(options.root, options.train)
    write_packed(options.out, clouds)
    counts = {str(name): int((clouds.split == name).sum()) for name in np.unique(clouds.split)}
    print(f"{options.out}: {counts}, {options.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
