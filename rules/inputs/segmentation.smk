"""What rules of segmentation read, by what the config names."""


def predictor_files(wildcards):
    """The model that predicts parts, and the embeddings that it reads."""
    name = wildcards.method
    if name in config["segmenters"]:
        return {"model": f"{SEGMENTER}/{MODEL}".format(**wildcards, segmenter=name)}
    if name not in config["encoders"]:
        return {}
    return part_decoder_files(wildcards.dataset, wildcards.inr, name, wildcards.seed)


def part_decoder_files(dataset, inr, encoder, seed):
    """A part decoder, and the embeddings that it reads."""
    where = {"dataset": dataset, "inr": inr, "encoder": encoder}
    return {
        "model": f"{PART_DECODER}/{MODEL}".format(**where, seed=seed),
        "embeddings": EMBEDDINGS.format(**where),
    }


def segmentation_metrics(row, method, tested):
    """The metrics files of one method in a row of table 3 or 7, over its seeds."""
    seeds = config["segmentation"]["seeds"]
    if method in config["segmenters"]:
        seeds = config["segmenters"][method]["seeds"]
    elif method not in config["encoders"]:
        seeds = [0]  # nothing is random in the lower bound
    template = f"{SEGMENTATION}/{METRICS}"
    return [
        template.format(**row, method=method, tested=tested, seed=seed)
        for seed in seeds
    ]


def segmentation_files(table, tested):
    """The metrics files that table 3 or 7 is made of."""
    files = [
        file
        for row in config["tables"][table]
        for method in row["methods"]
        for file in segmentation_metrics(row, method, tested)
    ]
    return list(dict.fromkeys(files))
