"""How much sets of new shapes are like the test shapes of their class."""

import pandas as pd

from inr2vec_core.io.shape_sets import read_shape_sets
from inr2vec_core.tasks.generation.metrics import Reference
from inr2vec_core.tasks.generation.sampling import shapes_of_class
from inr2vec_core.utils.progress import track
from inr2vec_core.utils.seeding import numpy_stream
from workflow_scripts.common.job import run
from workflow_scripts.common.results import write_frame


def main(snakemake):
    settings, seed = snakemake.params.settings, snakemake.params.seed
    name, shapes = snakemake.wildcards.class_name, snakemake.input.shapes

    def points(shape, *what):
        stream = numpy_stream(seed, "generation", name, *what)
        return None if shape is None else shape.evaluation_points(settings["points"], stream)

    test = shapes_of_class(shapes, "test", name, settings["shapes"], seed, "generation")
    clouds = [points(shape, "test", k) for k, shape in enumerate(test)]
    reference = Reference(clouds, settings["emd_points"])
    draws = [s for s in read_shape_sets(snakemake.input.generated) if s.is_draw]
    rows = []
    for draw in track(draws, "measuring", unit="draw"):
        clouds = [points(shape, draw.name, k) for k, shape in enumerate(draw.shapes)]
        rows.append({"class": name, "draw": draw.name, "n": len(clouds)} | reference.scores(clouds))
    write_frame(snakemake.output[0], pd.DataFrame(rows), snakemake.wildcards)


if __name__ == "__main__":
    run(main, snakemake)
