"""What rules of classification and retrieval read and write, by what the config names."""

EMBEDDERS = [
    *config["encoders"],
    *config["shared_networks"],
    *config["autoencoders"],
]


def classification_files(row, method, tested="inr", file=METRICS):
    """One method's files in a row of table 2 or 6, over its seeds.

    Args:
        tested: what baselines are tested on, "inr" or "original"; embeddings and plain weights
            are always INRs', boxes always originals'.
        file: the metrics, or the predictions.
    """
    if method in config["baselines"]:
        seeds = config["baselines"][method]["seeds"]
    else:
        tested = "original" if method == "bounding_box" else "inr"
        # The linear probe has nothing random in it.
        seeds = [0] if method == "weights_probe" else config["classification"]["seeds"]
    where = {"dataset": row["dataset"], "inr": row["inr"], "method": method}
    template = f"{CLASSIFICATION}/{file}"
    return [template.format(**where, tested=tested, seed=seed) for seed in seeds]


def retrieval_metrics(row, method):
    """The file of one method's retrieval in a row of table 1 or 2."""
    return f"{RETRIEVAL}/{METRICS}".format(**row, method=method)


def embeddings_of_method(wildcards):
    """The embeddings that shapes are retrieved by: of INRs, codes, or those of the clouds."""
    name = wildcards.method
    if name not in config["autoencoders"]:
        return EMBEDDINGS.format(**wildcards, encoder=name)
    return CLOUD_EMBEDDINGS.format(**wildcards, autoencoder=name)


def tested_shapes(wildcards):
    """The shapes that a baseline or segmenter is tested on."""
    if wildcards.tested == "original":
        return shape_shards(wildcards.dataset)
    return reconstructed_shards(wildcards.dataset, wildcards.inr)
