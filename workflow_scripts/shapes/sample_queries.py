"""Draw each shape's queries and their field values, quantized."""

import numpy as np

from inr2vec_core.geometry.queries import QuerySampling
from inr2vec_core.io.hdf5 import IDENTITY, new_shard, open_shard, read_strings
from inr2vec_core.io.shape_columns import read_shapes
from inr2vec_core.modalities import modality
from inr2vec_core.utils.progress import track
from inr2vec_core.utils.seeding import numpy_stream
from workflow_scripts.common.job import provenance, run


def main(snakemake):
    settings = snakemake.params.settings
    target = modality(settings["field"])
    n = target.n_stored_queries(settings)
    sampling = QuerySampling.from_config(settings["queries"])
    with open_shard(snakemake.input.shapes) as shapes, new_shard(snakemake.output[0]) as out:
        identity = {name: read_strings(shapes[name]) for name in IDENTITY}
        for name, column in identity.items():
            out.add(name, column)
        ids = identity["shape_id"]
        queries = out.add_empty("queries", (len(ids), n, 4), np.int16)
        for row, shape_id in enumerate(track(ids, "queries", unit="shape")):
            rng = numpy_stream(snakemake.params.seed, "queries", shape_id)
            (shape,) = read_shapes(shapes, np.array([row]))
            queries[row] = target.sample_queries(shape, n, sampling, rng)
        out.set(field=target.name, **provenance(snakemake))


if __name__ == "__main__":
    run(main, snakemake)
