"""Every path that more than one place needs, once. No functions of the config here.

A template is filled with `TEMPLATE.format(**wildcards)`. Folders end without a slash.
"""

import os

RESULTS = "results/"

# Shapes and INRs, by shard.
SHAPES_SHARD = "results/{dataset}/shapes/{shard}"
SHAPES = f"{SHAPES_SHARD}.h5"
REJECTED = f"{SHAPES_SHARD}.rejected.csv"
MANIFEST = "results/{dataset}/shapes.parquet"
INIT = "results/inits/{inr}.safetensors"
LEARNED_INIT = "results/inits/{dataset}/{init}/{siren}"
INRS = "results/{dataset}/inrs/{inr}/{shard}.h5"
RECONSTRUCTED = "results/{dataset}/reconstructed/{inr}/{shard}.h5"

REFITS = "results/{dataset}/refits/{inr}.h5"
STAGES = "results/{dataset}/stages/{inr}"

# Folders of trained models.
ENCODER = "results/{dataset}/encoders/{inr}/{encoder}"
SHARED_NETWORK = "results/{dataset}/shared_networks/{encoder}"
BASELINE = "results/{dataset}/baselines/{baseline}/seed{seed}"
AUTOENCODER = "results/{dataset}/autoencoders/{autoencoder}"
SEGMENTER = "results/{dataset}/segmenters/{segmenter}/seed{seed}"
PART_DECODER = "results/{dataset}/part_decoders/{inr}/{encoder}/seed{seed}"
GENERATOR = "results/{dataset}/generators/{inr}/{encoder}/{generator}/{class_name}"
TRANSFER = "results/mappings/{mapping}"
# The files in each of them.
MODEL, HISTORY = "model.safetensors", "history.parquet"

# What is computed with the models.
EMBEDDINGS = "results/{dataset}/embeddings/{inr}/{encoder}.parquet"
CLOUD_EMBEDDINGS = f"{AUTOENCODER}/embeddings.parquet"
ENCODER_COSTS = "results/{dataset}/encoders/{inr}/costs.parquet"
PROBE = "results/{dataset}/probes/{inr}/{encoder}"
CLASSIFICATION = "results/{dataset}/classification/{inr}/{method}/{tested}/seed{seed}"
RETRIEVAL = "results/{dataset}/retrieval/{inr}/{method}"
PARTS = "results/{dataset}/parts.csv"
SEGMENTATION = "results/{dataset}/segmentation/{inr}/{method}/{tested}/seed{seed}"
RECONSTRUCTION = "results/{dataset}/reconstruction/{inr}/{method}.parquet"
EXAMPLES = "results/{dataset}/examples/{inr}/{method}.h5"
EXPORT = "results/exports/{dataset}/{inr}/{method}/{size}/{shape}.{extension}"
REPEATABILITY = "results/{dataset}/repeatability/{inr}/{encoder}.parquet"
CONNECTIVITY = "results/{dataset}/connectivity/{inr}.parquet"
GENERATED = "results/{dataset}/generated/{inr}/{encoder}/{method}/{class_name}.h5"
GENERATION = (
    "results/{dataset}/generation/{inr}/{encoder}/{method}/{class_name}.parquet"
)
GENERATED_EXPORT = "results/generated/{dataset}/{inr}/{encoder}/{generator}/{size}/{class_name}/{number}.{extension}"
MAPPED = f"{TRANSFER}/measured/{{method}}.parquet"
TIMES = "results/{dataset}/times/{inr}/times.parquet"
HUB_MODEL = "results/hub/{dataset}/{inr}/{encoder}"
HUB_INRS = "results/hub/{dataset}/{inr}/inrs"
HUB_INIT, HUB_CONFIG, HUB_CARD = "init.safetensors", "config.json", "README.md"
METRICS, PREDICTIONS = "metrics.json", "predictions.parquet"

# Tables and figures.
TABLE = "results/tables"
FIGURE = "results/figures"
BASELINE_FIGURE = f"{FIGURE}/{{dataset}}/baselines.png"
TIMES_FIGURE = f"{FIGURE}/{{dataset}}/{{inr}}/times.png"
ENCODER_FIGURE = f"{FIGURE}/{{dataset}}/{{inr}}/{{encoder}}"
SHARED_FIGURE = f"{FIGURE}/{{dataset}}/{{inr}}/shared_networks.png"
METHOD_FIGURE = f"{FIGURE}/{{dataset}}/{{inr}}/{{method}}"
GENERATED_FIGURE = f"{ENCODER_FIGURE}/{{generator}}/generated.png"
MAPPED_FIGURE = f"{FIGURE}/mappings/{{mapping}}/mapped.png"
INIT_FIGURE = f"{FIGURE}/init.png"
DECODED_BY_FIGURE = f"{FIGURE}/{{dataset}}/{{inr}}/encoders.png"
VIEWER = f"{FIGURE}/shapes.html"
GENERATED_PAGE = f"{FIGURE}/generated.png"


def log_of(output):
    """The log of what writes this file or folder, by the same name under results/logs."""
    return f"results/logs/{_name_of(output)}.log"


def benchmark_of(output):
    """Where the time and memory of a job are kept, by the same name under results/benchmarks."""
    return f"results/benchmarks/{_name_of(output)}.tsv"


def _name_of(output):
    name = output.removeprefix(RESULTS)
    return name if name.endswith("{extension}") else os.path.splitext(name)[0]
