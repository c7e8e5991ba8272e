"""Confusion matrix of a classifier, over all its seeds."""

import pandas as pd
from sklearn.metrics import confusion_matrix

from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.frames import read_frame
from inr2vec_core.reporting.plots import plot_confusion
from workflow_scripts.common.job import run


def main(snakemake):
    seen = pd.concat([read_frame(path) for path in snakemake.input])
    classes = sorted(set(seen["class"]) | set(seen["predicted"]))
    counts = confusion_matrix(seen["class"], seen["predicted"], labels=classes)
    accuracy = 100 * (seen["class"] == seen["predicted"]).mean()
    with atomic(snakemake.output[0]) as path:
        plot_confusion(
            counts,
            classes,
            path,
            f"{snakemake.params.title}: {accuracy:.1f} % right ({len(snakemake.input)} seeds)",
        )


if __name__ == "__main__":
    run(main, snakemake)
