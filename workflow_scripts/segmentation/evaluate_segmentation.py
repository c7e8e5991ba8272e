"""IoU of the parts told of the test clouds: the originals, or rebuilt from INRs."""

import pandas as pd

from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.tasks.segmentation.iou import MeanIoU, shape_iou
from inr2vec_core.tasks.segmentation.labeled_clouds import PartDataset, rebuilt_clouds
from inr2vec_core.tasks.segmentation.parts import Parts
from inr2vec_core.tasks.segmentation.predictors import segmented
from workflow_scripts.common.job import run, torch_device
from workflow_scripts.common.results import write_json
from workflow_scripts.common.segmenting import predictor_of


def main(snakemake):
    w, given = snakemake.wildcards, snakemake.input
    parts = Parts.read(given.parts)
    telling = predictor_of(given, parts, int(w.seed), torch_device(snakemake))
    originals = PartDataset(given.originals, ["test"], parts)
    clouds = originals.clouds()
    if w.tested == "inr":
        tested = ShardedShapes(given.tested, given.tested, ["test"], may_be_empty=True)
        clouds = rebuilt_clouds(tested, originals)
    if telling.known is not None:  # a diverged INR has no embedding
        clouds = (cloud for cloud in clouds if cloud.shape_id in telling.known)
    iou = {
        cloud.shape_id: shape_iou(predicted, cloud.labels, parts.numbers(cloud.class_name))
        for cloud, predicted in segmented(telling.predict, clouds)
    }
    # One that could not be fitted or rebuilt has no part right.
    found = [iou.get(name, 0.0) for name in originals.shape_id]
    mean = MeanIoU.of(originals.class_name, found)
    write_json(snakemake.output.metrics, {
        "dataset": w.dataset, "inr": w.inr, "method": w.segmented_by, "source": w.tested,
        "seed": int(w.seed), "n_test": len(found), "n_without_shape": len(found) - len(iou),
        "parts": len(parts), "instance mIoU": mean.instance, "class mIoU": mean.by_class,
        **{f"mIoU {name}": value for name, value in mean.of_class.items()},
        "n_left_out": originals.left_out, **telling.described,
    })  # fmt: skip
    table = pd.DataFrame(
        {"shape_id": originals.shape_id, "class": originals.class_name, "miou": found}
    )
    with atomic(snakemake.output.shapes) as path:
        table.to_parquet(path, index=False)


if __name__ == "__main__":
    run(main, snakemake)
