"""Draw each shape's queries and their field values, quantised."""

import numpy as np

from inr2vec_core.inrs.queries import QuerySampling, sample_queries
from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.hdf5 import IDENTITY, STRINGS, open_shard, read_strings
from inr2vec_core.io.shape_columns import read_shapes
from inr2vec_core.utils.progress import track
from inr2vec_core.utils.seeding import numpy_stream
from workflow_scripts.common.job import provenance, run


def main(snakemake):
    import h5py

    settings = dict(snakemake.params.settings["queries"])
    n = settings.pop("per_shape")
    mix = QuerySampling(**settings)
    if snakemake.params.settings["field"] == "occ":
        n = snakemake.params.settings["voxels"]["resolution"] ** 3  # all centroids
    with (
        open_shard(snakemake.input.shapes) as shapes,
        atomic(snakemake.output[0]) as path,
        h5py.File(path, "w") as out,
    ):
        identity = {name: read_strings(shapes[name]) for name in IDENTITY}
        for name, column in identity.items():
            out.create_dataset(name, data=column, dtype=STRINGS, shape=(len(column),))
        ids = identity["shape_id"]
        queries = out.create_dataset("queries", (len(ids), n, 4), np.int16)
        for row, shape_id in enumerate(track(ids, "queries", unit="shape")):
            rng = numpy_stream(snakemake.params.seed, "queries", shape_id)
            (shape,) = read_shapes(shapes, np.array([row]))
            queries[row] = sample_queries(shape, n, mix, rng)
        out.attrs.update(field=snakemake.params.settings["field"], **provenance(snakemake))


if __name__ == "__main__":
    run(main, snakemake)
