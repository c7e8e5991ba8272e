"""Write the initial weights that all INRs of an entry start from."""

import json

from safetensors.numpy import save_file

from inr2vec_core.inrs.siren import initial_weights
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.io.atomic import atomic
from workflow_scripts.common.job import run


def main(snakemake):
    settings = snakemake.params.settings
    siren = SirenConfig(settings["width"], settings["depth"])
    weights = initial_weights(siren, snakemake.params.seed)
    with atomic(snakemake.output[0]) as path:
        save_file({"weights": weights}, path, {"siren": json.dumps(siren.describe())})


if __name__ == "__main__":
    run(main, snakemake)
