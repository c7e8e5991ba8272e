"""What rules of tables read, by what the config names."""

RETRIEVAL_SCORES = [f"{name}@{k}" for name in ("hit", "mAP") for k in (1, 5, 10)]


def score_files(table, metrics, tested):
    """The metrics files that a table of scores is made of.

    Args:
        tested: what baselines are tested on, "inr" or "original"; None for retrieval alone.
    """
    files = []
    for row in rows_of_chains(config, table):
        for method in row["methods"]:
            if tested:
                files += classification_files(row, method, tested)
            if method in EMBEDDERS and set(metrics) & set(RETRIEVAL_SCORES):
                files.append(retrieval_metrics(row, method))
    return list(dict.fromkeys(files))


def init_table_files(wildcards):
    """The files that the table of fits is made of."""
    files = {"inrs": [], "reconstructed": [], "scores": []}
    for row in rows_of_chains(config, "init"):
        files["inrs"] += inr_shards(row["dataset"], row["inr"])
        files["reconstructed"].append(RECONSTRUCTION.format(**row, method="inr"))
        for method in row["methods"]:
            files["scores"] += classification_files(row, method)
            if method in config["encoders"]:
                files["scores"].append(retrieval_metrics(row, method))
    return files


def shards_of_rows(wildcards):
    """Data set and INRs of each row of the table of fits, and the number of their files."""
    return [
        ((row["dataset"], row["inr"]), len(shard_numbers(row["dataset"])))
        for row in rows_of_chains(config, "init")
    ]


def fits_of_rows(wildcards):
    """How the INRs of each row of the table of fits are fitted."""
    fits = {}
    for row in rows_of_chains(config, "init"):
        inr = config["inrs"][row["inr"]]
        fits[row["inr"]] = {k: inr[k] for k in ("init", "steps")}
    return fits


def encoders_of_init_table():
    """The encoders that the table of fits compares."""
    named = [name for row in config["tables"]["init"] for name in encoders_of(row)]
    return list(dict.fromkeys(named))


def timed_methods(wildcards):
    """The methods that are timed on a data set: each name with what it is built from."""
    names = {
        method
        for row in config["tables"]["table10"]
        if (row["dataset"], row["inr"]) == (wildcards.dataset, wildcards.inr)
        for method in row["methods"]
    }
    methods = {}
    for name in sorted(names):
        entry, keys = config["baselines"].get(name), ["type", *BASELINE_ARCHITECTURE]
        if name in config["encoders"]:
            entry = trained_entry(name)
            keys = ["type", "hidden", "embedding", "options"]
        methods[name] = {k: entry[k] for k in keys}
    return methods


def decoding_files(table):
    """The files that a table of encoders by their decoded shapes is made of."""
    files = {"reconstructed": [], "scores": []}
    for row in rows_of_chains(config, table):
        for method in row["methods"]:
            files["scores"] += classification_files(row, method)
        for name in encoders_of(row):
            files["reconstructed"].append(RECONSTRUCTION.format(**row, method=name))
            files["scores"].append(retrieval_metrics(row, name))
    return {kind: list(dict.fromkeys(found)) for kind, found in files.items()}


def starts_of_inrs(table):
    """Each entry of INRs in a table -> where its INRs start, and whether they are matched."""
    starts = {}
    for row in rows_of_chains(config, table):
        inr = config["inrs"][row["inr"]]
        starts[row["inr"]] = inr["init"] + (", matched" if "matched" in inr else "")
    return starts
