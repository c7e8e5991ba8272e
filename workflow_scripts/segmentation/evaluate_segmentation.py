"""IoU of the parts predicted for test clouds: the originals, or reconstructed from INRs."""

import pandas as pd

from inr2vec_core.baselines.registry import build_segmenter
from inr2vec_core.io.frames import write_frame
from inr2vec_core.io.sealed import write_json
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.tasks.segmentation.evaluation import ious_by_shape, load_predictor
from inr2vec_core.tasks.segmentation.iou import MeanIoU
from inr2vec_core.tasks.segmentation.labeled_clouds import PartDataset
from inr2vec_core.tasks.segmentation.parts import Parts
from workflow_scripts.common.job import run, torch_device


def main(snakemake):
    w, inputs = snakemake.wildcards, snakemake.input
    parts = Parts.read(inputs.parts)
    loaded = load_predictor(
        parts, inputs.originals, inputs.get("model"), inputs.get("embeddings"), build_segmenter,
        int(w.seed), torch_device(snakemake),
    )  # fmt: skip
    originals, reconstructed = PartDataset(inputs.originals, ["test"], parts), None
    if w.tested == "inr":
        reconstructed = ShardedShapes(inputs.tested, inputs.tested, ["test"], may_be_empty=True)
    iou = ious_by_shape(loaded, originals, parts, reconstructed)
    # One that could not be fitted or reconstructed has no part right.
    found = [iou.get(name, 0.0) for name in originals.shape_id]
    mean = MeanIoU.of(originals.class_name, found)
    write_json(snakemake.output.metrics, {
        "dataset": w.dataset, "inr": w.inr, "method": w.method, "tested": w.tested,
        "seed": int(w.seed), "n_test": len(found), "n_without_shape": len(found) - len(iou),
        "parts": len(parts), "instance mIoU": mean.instance, "class mIoU": mean.by_class,
        **{f"mIoU {name}": value for name, value in mean.of_class.items()},
        "n_left_out": originals.left_out, **loaded.training,
    })  # fmt: skip
    table = pd.DataFrame(
        {"shape_id": originals.shape_id, "class": originals.class_name, "miou": found}
    )
    write_frame(snakemake.output.shapes, table)


if __name__ == "__main__":
    run(main, snakemake)
