"""Write the initial weights that all INRs of an entry start from."""

import json

from inr2vec_core.inrs.siren import initial_weights
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.io.checkpoints import save_array
from workflow_scripts.common.job import run


def main(snakemake):
    settings = snakemake.params.settings
    siren = SirenConfig(settings["width"], settings["depth"])
    weights = initial_weights(siren, snakemake.params.seed)
    save_array(snakemake.output[0], weights, siren=json.dumps(siren.describe()))


if __name__ == "__main__":
    run(main, snakemake)
