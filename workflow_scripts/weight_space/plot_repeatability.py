"""The matrices of distances between embeddings of repeated fits."""

from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.frames import read_frame
from inr2vec_core.reporting.weight_space import distances_of, plot_distances
from workflow_scripts.common.job import run


def main(snakemake):
    known, panels = dict(snakemake.params.rows), []
    for file in snakemake.input:
        frame = read_frame(file)
        where = known[frame.attrs["dataset"], frame.attrs["inr"]]
        names = f"{frame.attrs['inr']} ({where['init']}), {frame.attrs['encoder']}"
        title = f"{where['title']}\n{names}"
        panels.append((title, distances_of(frame)[1], frame["shape_id"].tolist()))
    with atomic(snakemake.output[0]) as path:
        plot_distances(panels, path)


if __name__ == "__main__":
    run(main, snakemake)
