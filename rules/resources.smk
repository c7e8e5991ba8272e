"""Memory and time that jobs ask a cluster for, from the sizes in the config."""

import functools
import sys

from inr2vec_core.inrs.siren_config import SirenConfig, inrs_at_once_on_gpu


def n_weights(inr):
    """Weights between hidden layers, nearly all there are."""
    return config["inrs"][inr]["width"] ** 2 * (config["inrs"][inr]["depth"] - 1)


def siren_of(inr):
    """The sizes of an entry's INRs."""
    return SirenConfig(config["inrs"][inr]["width"], config["inrs"][inr]["depth"])


def n_parameters(inr):
    return siren_of(inr).n_parameters


@functools.cache  # each job asks for it, and it counts all shapes
def shapes_of(dataset, inr=None):
    """How many shapes a data set has, with augmented copies where an entry's INRs have them."""
    records, copies = catalog_of(dataset).records, catalog_of(dataset).copies
    if inr in config["inrs"] and not config["inrs"][inr]["copies"]:
        copies = 0
    return len(records) + copies * sum(record.split == "train" for record in records)


def inrs_per_shard(dataset, inr):
    return shapes_of(dataset, inr) / config["datasets"][dataset]["shards"]


def stored_queries(dataset):
    """Queries of each shape that are held while its INR is fitted."""
    return modality_of(dataset).n_stored_queries(config["datasets"][dataset])


def steps_of_fit(wildcards):
    """Numbers of steps, and the queries of each such step."""
    inr, first = config["inrs"][wildcards.inr], first_steps(wildcards)
    sgd = (first["steps"], first["queries"]) if first else (0, 0)
    return [sgd, (inr["steps"], inr["queries"])]


def fit_minutes(wildcards, attempt):
    """Time limit of a fitting job, from its arithmetic at a modest 20 GFLOP/s."""
    queries = sum(steps * queries for steps, queries in steps_of_fit(wildcards))
    flop = 6 * n_weights(wildcards.inr) * queries
    inrs = inrs_per_shard(wildcards.dataset, wildcards.inr)
    return attempt * int(10 + flop * inrs / 20e9 / 60)


def fit_mib(wildcards, attempt):
    """Memory of a fitting job: the shard's weights, and what is fitted at the moment.

    Without a GPU activations come in chunks that fit the processor's cache.
    """
    inr = config["inrs"][wildcards.inr]
    groups = config["compute"]["fit_threads"] + 2  # one waits, one is being read
    # As many INRs as a GPU would be given; a CPU gets fewer.
    queries = max(queries for steps, queries in steps_of_fit(wildcards) if steps)
    chosen = inrs_at_once_on_gpu(siren_of(wildcards.inr), queries)
    one = 2 * stored_queries(wildcards.dataset) + 8 * n_parameters(wildcards.inr)
    inrs = inrs_per_shard(wildcards.dataset, wildcards.inr)
    weights = inrs * n_weights(wildcards.inr)
    return attempt * int(
        1500 + 4 * (groups * (inr["batch"] or chosen) * one + weights) / 2**20
    )


def shape_numbers(dataset, queries):
    """About how many numbers of 4 bytes a shape takes while an encoder is trained."""
    return modality_of(dataset).numbers_per_shape(config["datasets"][dataset], queries)


def train_mib(wildcards, attempt):
    """Memory of a training: the shuffling buffer and a step's activations."""
    encoder = config["encoders"][wildcards.encoder]
    rows = n_weights(wildcards.inr) / config["inrs"][wildcards.inr]["width"]
    # The decoder's activations come in chunks; queries wait in several forms and a few batches.
    step = encoder["batch"] * (
        3 * rows * sum(encoder["hidden"]) + 30 * encoder["queries"]
    )
    dataset = wildcards.dataset
    shapes = sum(
        shapes_of(d, wildcards.inr) for d in training_sets(dataset, wildcards.encoder)
    )
    held = min(encoder["buffer"], shapes) * (
        n_weights(wildcards.inr) + shape_numbers(dataset, encoder["queries"])
    )
    return attempt * int(2000 + 4 * (step + 2 * held) / 2**20)


def network_sizes(name):
    """Width and number of the layers of a shared network, by its options, or the largest published."""
    options = config["shared_networks"][name]["options"]
    return options.get("hidden", 512), options.get("layers", 15)


def shared_network_mib(wildcards, attempt):
    """Memory of training a shared network: the shuffling buffer and a step's activations."""
    network, dataset = config["shared_networks"][wildcards.encoder], wildcards.dataset
    width, layers = network_sizes(wildcards.encoder)
    # Numbers a query, unit and layer that a step keeps; second derivatives need most.
    step = 24 * network["batch"] * network["queries"] * width * layers
    held = min(network["buffer"], shapes_of(dataset)) * (
        shape_numbers(dataset, network["queries"])
    )
    codes = 4 * shapes_of(dataset) * network["embedding"]
    return attempt * int(2000 + 4 * (step + 2 * held + codes) / 2**20)


def network_mib(wildcards, attempt):
    """Memory of training a network: the shuffling buffer and a step's activations."""
    (section,) = {"baseline", "autoencoder", "segmenter"} & set(wildcards.keys())
    network = config[f"{section}s"][wildcards[section]]
    # Numbers a point that are held at a time, of DGCNN, which has most of them.
    held_a_point = 35_000 if section == "segmenter" else 20_000
    step = network["batch"] * held_a_point * network["points"]
    held = 2 * network["buffer"] * shape_numbers(wildcards.dataset, 0)
    return attempt * int(2000 + 4 * (step + held) / 2**20)


def all_weights_mib(wildcards, attempt):
    """Memory of a network that reads plain weights: all of them, their splits, and a step."""
    settings = config["classification"]
    # A batch with its mixed copies, gradients; the first layer with its gradient and moments.
    inputs = (
        3 * shapes_of(wildcards.dataset, wildcards.inr)
        + 6 * settings["batch"]
        + 6 * settings["hidden"][0]
    )
    return attempt * int(2000 + 4 * n_parameters(wildcards.inr) * inputs / 2**20)


def embedded_numbers(wildcards):
    """How many numbers all embeddings of a data set are."""
    embedding = trained_entry(wildcards.encoder)["embedding"]
    return shapes_of(wildcards.dataset, wildcards.inr) * embedding


def probe_minutes(wildcards, attempt):
    """Time limit of a linear probe on embeddings: five fits, at a modest 5 GFLOP/s."""
    classes = 60  # at most, of the field's data sets
    flop = 5 * 2000 * 4 * embedded_numbers(wildcards) * classes
    return attempt * int(30 + flop / 5e9 / 60)


def probe_mib(wildcards, attempt):
    """Memory of a linear probe on embeddings: all of them, a few times over."""
    return attempt * int(3000 + 4 * 6 * embedded_numbers(wildcards) / 2**20)


def part_decoder_mib(wildcards, attempt):
    """Memory of training a part decoder: all embeddings, the shuffling buffer and a step."""
    settings, dataset = config["segmentation"], wildcards.dataset
    clouds = 2 * settings["buffer"] * shape_numbers(dataset, 0)
    held = embedded_numbers(wildcards) + clouds
    step = settings["batch"] * settings["queries"] * 100
    return attempt * int(2000 + 4 * (step + held) / 2**20)


def reconstruction_mib(wildcards, attempt):
    """Memory of reconstructing: grids of values, and what their surface is extracted from."""
    sections = [config["reconstruction"], config["generation"]]
    finest = max(s["resolution"] for s in [*sections, *config["mappings"].values()])
    return attempt * (3000 + 32 * finest**3 // 2**20)


def measure_minutes(wildcards, attempt):
    """Time limit of measuring reconstructed shapes, at a modest 20 GFLOP/s and a second for the rest."""
    settings = config["reconstruction"]
    dataset = wildcards.dataset
    shapes = shapes_of(dataset, wildcards.inr)
    encoder = config["encoders"].get(wildcards.method)
    decoded = encoder or wildcards.inr == SHARED
    if settings["shapes"] and (decoded or not settings["all_inrs"]):
        shapes = min(shapes, 3 * settings["shapes"])  # of each split
    weights = n_weights(wildcards.inr) if wildcards.method == "inr" else 0
    if encoder:
        weights = 6 * encoder["decoder_hidden"] ** 2
    if wildcards.inr == SHARED:
        width, layers = network_sizes(wildcards.method)
        weights = layers * width**2
    flop = 2 * weights * settings["resolution"] ** 3
    return attempt * int(30 + shapes * (1 + flop / 20e9) / 60)


def sizes_of_fits(jobs):
    """One line per data set whose INRs are about to be fitted: how many, and how large."""
    shards = {}
    for job in jobs:
        if job.rule.name == "fit_inrs":
            key = job.wildcards.dataset, job.wildcards.inr
            shards[key] = shards.get(key, 0) + 1
    for (dataset, inr), number in shards.items():
        per_shard = inrs_per_shard(dataset, inr)
        bytes_per_weight = 2 if config["inrs"][inr]["storage"] == "float16" else 4
        weights = per_shard * n_parameters(inr) * bytes_per_weight / 1e9
        yield (
            f"{dataset}: fitting {per_shard * number:.0f} INRs ({inr}) in {number} shard(s); "
            f"weights {weights * number:.3g} GB as {config['inrs'][inr]['storage']}"
        )


onstart:
    for line in sizes_of_fits(workflow.dag.needrun_jobs()):
        print(line, file=sys.stderr)
