"""Write one shape, reconstructed from its INR, embedding or code, as a file for other programs."""

from inr2vec_core.errors import InputError
from inr2vec_core.utils.seeding import torch_stream
from workflow_scripts.common.exporting import export
from workflow_scripts.common.fields import fields_of_job
from workflow_scripts.common.job import run, torch_device


def main(snakemake):
    w, inputs = snakemake.wildcards, snakemake.input
    device = torch_device(snakemake)
    source = fields_of_job(snakemake, device)
    if w.shape not in source.data.shape_id:
        raise InputError(
            f"{inputs.get('codes') or inputs.inrs[0]} has nothing of {w.shape}: it was set aside "
            f"(results/{w.dataset}/rejected.csv), or its fit diverged (the log of the shard's fit)"
        )
    field = source.field(source.data.shape_id.index(w.shape))
    stream = torch_stream(snakemake.params.seed, "export", w.shape)
    export(snakemake, f"{w.shape} from {w.method}", source.modality, field, stream, device)


if __name__ == "__main__":
    run(main, snakemake)
