"""What rules of encoders read, by what the config names."""

# What an encoder's model is built of; the rest of its entry is how it is trained.
ENCODER_ARCHITECTURE = [
    "type",
    "hidden",
    "embedding",
    "options",
    "decoder_hidden",
    "decoder_frequencies",
]


def trained_model(dataset, inr, name, file=MODEL):
    """The model of an encoder: the data set's own, another's, that of several together, or a file.

    Args:
        file: another file of the same training.
    """
    if inr == SHARED:
        return f"{SHARED_NETWORK}/{file}".format(dataset=dataset, encoder=name)
    encoder = config["encoders"][name]
    if "file" in encoder:
        return named_file(f"encoders.{name}.file", encoder["file"])
    dataset, name = encoder.get("from", dataset), encoder.get("encoder", name)
    dataset = training_sets(dataset, name)[0]
    return f"{ENCODER}/{file}".format(dataset=dataset, inr=inr, encoder=name)


def model_of_encoder(wildcards):
    """The model of the job's encoder."""
    return trained_model(wildcards.dataset, wildcards.inr, wildcards.encoder)


def training_files(wildcards):
    """The INRs and shapes that an encoder is trained on, what INRs and encoder start from."""
    datasets = training_sets(wildcards.dataset, wildcards.encoder)
    shared = config["inrs"][wildcards.inr]["init"] != "random_each"
    return {
        "init": [init_of_inrs(wildcards)] if shared else [],
        "start": start_of_encoder(wildcards),
        "inrs": [shard for d in datasets for shard in inr_shards(d, wildcards.inr)],
        "shapes": [shard for d in datasets for shard in shape_shards(d)],
    }


def start_of_encoder(wildcards):
    """The model that an encoder's training starts from, in a list; none without `start`."""
    start = config["encoders"][wildcards.encoder].get("start")
    if start is None:
        return []
    where = f"encoders.{wildcards.encoder}.start"
    file = named_file(where, start)
    if file == f"{ENCODER}/{MODEL}".format(**wildcards):
        raise WorkflowError(
            f"{where}: {file} is what this entry trains: start another entry from it"
        )
    return [file]


def architecture_of(name):
    """The part of the entry of an encoder that says what its model is built of."""
    return {k: trained_entry(name)[k] for k in ENCODER_ARCHITECTURE}


def encoder_settings(wildcards):
    """The part of an encoder's entry that its training depends on."""
    cut = modality_of(wildcards.dataset).cut_at_level
    unused = ("seed",) if cut else ("seed", "iso_level")
    return without(entry("encoders")(wildcards), *unused)


def encoders_of(row):
    """The encoders, or shared networks, in a row of a table."""
    known = config["shared_networks" if row["inr"] == SHARED else "encoders"]
    return [name for name in row["methods"] if name in known]


def compared_encoders(wildcards):
    """The encoders that are compared on a data set's INRs."""
    where = (wildcards.dataset, wildcards.inr)
    found = [
        name
        for row in rows_of_chains(config, "encoders")
        if (row["dataset"], row["inr"]) == where
        for name in encoders_of(row)
    ]
    return list(dict.fromkeys(found))


def compared_files(wildcards):
    """The INRs of one shard, each encoder's model, and the history of what was trained here."""
    where, names = (wildcards.dataset, wildcards.inr), compared_encoders(wildcards)
    return {
        "inrs": inr_shards(*where)[:1],
        "models": [trained_model(*where, name) for name in names],
        "histories": [
            trained_model(*where, name, HISTORY) for name in own_encoders(wildcards)
        ],
    }


def encoder_table_files(wildcards):
    """The files that the table of encoders is made of."""
    files = {"costs": [], "reconstructed": [], "scores": []}
    for row in rows_of_chains(config, "encoders"):
        for method in row["methods"]:
            files["scores"] += classification_files(row, method)
        for name in encoders_of(row):
            files["costs"].append(ENCODER_COSTS.format(**row))
            files["reconstructed"].append(RECONSTRUCTION.format(**row, method=name))
            files["scores"].append(retrieval_metrics(row, name))
            files["scores"].append(f"{PROBE}/{METRICS}".format(**row, encoder=name))
    return {kind: list(dict.fromkeys(found)) for kind, found in files.items()}


def own_encoders(wildcards):
    """Of the encoders that are compared on a data set, those trained on it alone."""
    return [
        name
        for name in compared_encoders(wildcards)
        if not {"from", "file"} & config["encoders"][name].keys()
        and training_sets(wildcards.dataset, name) == [wildcards.dataset]
    ]


def repeated_encoders():
    """Each compared encoder -> the first of those that differ from it in their seed alone."""
    rows = list(rows_of_chains(config, "encoders"))
    groups, first = {}, {}
    for name in dict.fromkeys(name for row in rows for name in encoders_of(row)):
        entry = config["encoders"][name]
        seeds = groups.setdefault(str(without(entry, "seed")), {})
        seed = entry.get("seed", config["seed"])
        # With the same seed it is the same once more, which shows nothing of seeds.
        first[name] = name if seed in seeds else next(iter(seeds.values()), name)
        seeds.setdefault(seed, name)
    return first
