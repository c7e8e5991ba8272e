"""The files that methods, tables and figures are made of, by what the config names."""

EMBEDDERS = [*config["encoders"], *config["autoencoders"]]


def tested_shapes(wildcards):
    """The shapes that a network is tested on."""
    if wildcards.tested == "original":
        return shape_shards(wildcards.dataset)
    return [
        f"results/{wildcards.dataset}/rebuilt/{wildcards.inr}/{k}.h5"
        for k in shard_numbers(wildcards.dataset)
    ]


def classification_metrics(row, method, tested="inr"):
    """The metrics files of one method in a row of table 2 or 6, over its seeds.

    Args:
        tested: what networks are tested on, "inr" or "original"; embeddings and plain weights
            are always INRs', boxes always originals'.
    """
    if method in config["networks"]:
        seeds = config["networks"][method]["seeds"]
        folder = (
            f"results/{row['dataset']}/classification/{row['inr']}/{method}/{tested}"
        )
        return [f"{folder}/seed{seed}/metrics.json" for seed in seeds]
    source = "original" if method == "bounding_box" else "inr"
    folder = f"results/{row['dataset']}/classification/{row['inr']}/{method}/{source}"
    # The linear probe has nothing random in it.
    seeds = [0] if method == "weights_probe" else config["classification"]["seeds"]
    return [f"{folder}/seed{seed}/metrics.json" for seed in seeds]


def retrieval_metrics(row, method):
    """The file of one method's retrieval in a row of table 1 or 2."""
    return f"results/{row['dataset']}/retrieval/{row['inr']}/{method}/metrics.json"


def embeddings_of(wildcards):
    """The embeddings that shapes are retrieved by: an encoder's of INRs, or of the clouds."""
    folder = f"results/{wildcards.dataset}"
    if wildcards.embedder in config["encoders"]:
        return f"{folder}/embeddings/{wildcards.inr}/{wildcards.embedder}.parquet"
    return f"{folder}/autoencoders/{wildcards.embedder}/embeddings.parquet"


def what_segments(wildcards):
    """The model that tells parts, and the embeddings that it tells them from."""
    name = wildcards.segmented_by
    if name in config["segmenters"]:
        folder = f"results/{wildcards.dataset}/segmenters/{name}/seed{wildcards.seed}"
        return {"model": f"{folder}/model.safetensors"}
    if name not in config["encoders"]:
        return {}
    return told_from_embeddings(wildcards.dataset, wildcards.inr, name, wildcards.seed)


def told_from_embeddings(dataset, inr, encoder, seed):
    """A part decoder, and the embeddings that it reads."""
    folder = f"results/{dataset}/part_decoders/{inr}/{encoder}/seed{seed}"
    return {
        "model": f"{folder}/model.safetensors",
        "embeddings": f"results/{dataset}/embeddings/{inr}/{encoder}.parquet",
    }


def segmentation_metrics(row, method, tested):
    """The metrics files of one method in a row of table 3 or 7, over its seeds."""
    seeds = config["segmentation"]["seeds"]
    if method in config["segmenters"]:
        seeds = config["segmenters"][method]["seeds"]
    elif method not in config["encoders"]:
        seeds = [0]  # nothing is random in the lower bound
    folder = f"results/{row['dataset']}/segmentation/{row['inr']}/{method}/{tested}"
    return [f"{folder}/seed{seed}/metrics.json" for seed in seeds]


def segmentation_files(table, tested):
    """The metrics files that table 3 or 7 is made of."""
    files = [
        file
        for row in config["tables"][table]
        for method in row["methods"]
        for file in segmentation_metrics(row, method, tested)
    ]
    return list(dict.fromkeys(files))


RETRIEVAL = [f"{name}@{k}" for name in ("hit", "mAP") for k in (1, 5, 10)]


def score_files(table, metrics, tested):
    """The metrics files that a table of scores is made of.

    Args:
        tested: what networks are tested on, "inr" or "original"; None for retrieval alone.
    """
    files = []
    for row in config["tables"][table]:
        for method in row["methods"]:
            if tested:
                files += classification_metrics(row, method, tested)
            if method in EMBEDDERS and set(metrics) & set(RETRIEVAL):
                files.append(retrieval_metrics(row, method))
    return list(dict.fromkeys(files))


def times_of(rows):
    """The files of measured inference times of these rows."""
    files = [
        f"results/{row['dataset']}/times/{row['inr']}/times.parquet" for row in rows
    ]
    return list(dict.fromkeys(files))


DESCRIBED_ENCODER = ["type", "hidden", "embedding", "options"]


def timed_methods(wildcards):
    """What is timed on a data set: of each method by its name what it is built from."""
    names = {
        method
        for row in config["tables"]["table10"]
        if (row["dataset"], row["inr"]) == (wildcards.dataset, wildcards.inr)
        for method in row["methods"]
    }
    methods = {}
    for name in sorted(names):
        entry, keys = config["networks"].get(name), ["type", *DESCRIBED]
        if name in config["encoders"]:
            entry, keys = trained_entry(name), DESCRIBED_ENCODER
        methods[name] = {k: entry[k] for k in keys}
    return methods


def reconstruction_inputs(wildcards):
    """Measured shapes of each row of the table: the floor, INRs, and the row's encoders."""
    files = [
        f"results/{row['dataset']}/reconstruction/{row['inr']}/{source}.parquet"
        for row in config["tables"]["reconstruction"]
        for source in ("floor", "inr", *row["encoders"])
    ]
    return list(dict.fromkeys(files))  # two rows may differ in their encoders alone


def example_sources():
    """(dataset, inr, source) whose shapes are drawn: encoders, and INRs where there is none."""
    rows = config["tables"]["reconstruction"]
    found = {
        (r["dataset"], r["inr"], e) for r in rows for e in r["encoders"] or ["inr"]
    }
    for row in config["tables"]["table2"]:
        found |= {(row["dataset"], row["inr"], name) for name in encoders_of(row)}
    return sorted(found)


def figures_of(dataset, inr, source):
    """The figures of one encoder on one data set, or of INRs alone."""
    where = f"results/figures/{dataset}/{inr}/{source}"
    names = ["decoded"]
    if source in config["encoders"]:
        names.append("interpolated")
        own = trained_model(dataset, inr, source).startswith(f"results/{dataset}/")
        names += ["curves"] if own else []
        if any(
            (row["dataset"], row["inr"]) == (dataset, inr) and source in row["methods"]
            for row in config["tables"]["table2"]
        ):
            names += ["tsne", "confusion"]
    return [f"{where}/{name}.png" for name in names]


def network_histories(dataset):
    """The courses of all trainings of networks on a data set that tables 2 and 6 name."""
    names = [
        name
        for table in ("table2", "table6")
        for row in config["tables"][table]
        if row["dataset"] == dataset
        for name in row["methods"]
        if name in config["networks"]
    ]
    return [
        f"results/{dataset}/networks/{name}/seed{seed}/history.parquet"
        for name in dict.fromkeys(names)
        for seed in config["networks"][name]["seeds"]
    ]


def comparison_figures():
    """Figures of retrieval, of the networks' trainings, of inference times and of parts."""
    rows = config["tables"]
    retrieved = {
        f"results/figures/{row['dataset']}/{row['inr']}/{method}/retrieved.png"
        for table in ("table1", "table2")
        for row in rows[table]
        for method in row["methods"]
        if method in EMBEDDERS
    }
    trained = {
        f"results/figures/{dataset}/networks.png"
        for dataset in datasets_of("table2") + datasets_of("table6")
        if network_histories(dataset)
    }
    timed = {
        f"results/figures/{row['dataset']}/{row['inr']}/times.png"
        for row in rows["table10"]
    }
    segmented = {
        f"results/figures/{row['dataset']}/{row['inr']}/{method}/parts.png"
        for table in ("table3", "table7")
        for row in rows[table]
        for method in encoders_of(row)
    }
    return sorted(retrieved | trained | timed | segmented)


def encoders_of(row):
    """The encoders in a row of the table."""
    return [name for name in row["methods"] if name in config["encoders"]]


def compared_encoders(wildcards):
    """The encoders that are compared on a data set's INRs."""
    where = (wildcards.dataset, wildcards.inr)
    found = [
        name
        for row in config["tables"]["encoders"]
        if (row["dataset"], row["inr"]) == where
        for name in encoders_of(row)
    ]
    return list(dict.fromkeys(found))


def compared_files(wildcards):
    """The INRs of one shard, and of each encoder its model and the course of its training."""
    where = (wildcards.dataset, wildcards.inr)
    models = [trained_model(*where, name) for name in compared_encoders(wildcards)]
    return {
        "inrs": inr_shards(*where)[:1],
        "models": models,
        "histories": [
            model.replace("model.safetensors", "history.parquet") for model in models
        ],
    }


def encoder_table_files(wildcards):
    """What the table of encoders is made of."""
    files = {"costs": [], "rebuilt": [], "scores": []}
    for row in config["tables"]["encoders"]:
        d, i = row["dataset"], row["inr"]
        for method in row["methods"]:
            files["scores"] += classification_metrics(row, method)
        for name in encoders_of(row):
            files["costs"].append(f"results/{d}/encoders/{i}/costs.parquet")
            files["rebuilt"].append(f"results/{d}/reconstruction/{i}/{name}.parquet")
            files["scores"].append(retrieval_metrics(row, name))
            files["scores"].append(f"results/{d}/probes/{i}/{name}/metrics.json")
    return {kind: list(dict.fromkeys(found)) for kind, found in files.items()}


def own_encoders(wildcards):
    """Of the encoders that are compared on a data set, those trained on it alone."""
    return [
        name
        for name in compared_encoders(wildcards)
        if "from" not in config["encoders"][name]
        and training_sets(wildcards.dataset, name) == [wildcards.dataset]
    ]


def repeated_encoders():
    """Each compared encoder -> the first of those that differ from it in their seed alone."""
    rows = config["tables"]["encoders"]
    groups, first = {}, {}
    for name in dict.fromkeys(name for row in rows for name in encoders_of(row)):
        entry = config["encoders"][name]
        seeds = groups.setdefault(str(without(entry, "seed")), {})
        seed = entry.get("seed", config["seed"])
        # With the same seed it is the same once more, which tells nothing of seeds.
        first[name] = name if seed in seeds else next(iter(seeds.values()), name)
        seeds.setdefault(seed, name)
    return first
