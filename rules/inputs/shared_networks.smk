"""What rules of shared networks read, by what the config names."""

from types import SimpleNamespace


def code_of_networks(script, wildcards, *names):
    """The code of a script that uses these entries' networks, one file each."""
    types = sorted({config["shared_networks"][name]["type"] for name in names})
    files = [f"inr2vec_core/shared_networks/{type}.py" for type in types]
    return code_version(script, field_of_job(wildcards), *files)


def shared_network_settings(wildcards):
    """The part of a shared network's entry that its training depends on."""
    cut = modality_of(wildcards.dataset).cut_at_level
    unused = ("seed",) if cut else ("seed", "iso_level")
    return without(config["shared_networks"][wildcards.encoder], *unused)


def seed_of_network(wildcards):
    return seed_of("shared_networks", wildcards.encoder)


def shared_rows():
    """(dataset, inr, methods) of table 4, rows of the same data set and INRs as one."""
    rows = {}
    for row in config["tables"]["table4"]:
        known = rows.setdefault((row["dataset"], row["inr"]), [])
        known += [method for method in row["methods"] if method not in known]
    return [(dataset, inr, methods) for (dataset, inr), methods in rows.items()]


def networks_of(wildcards):
    """The shared networks that are compared with a data set's INRs."""
    where = (wildcards.dataset, wildcards.inr)
    return next(
        methods for dataset, inr, methods in shared_rows() if (dataset, inr) == where
    )


def inrs_of_table4(wildcards):
    """The INRs of each row of table 4: how many files, and whether their init is learned here."""
    return [
        {
            "dataset": dataset,
            "inr": inr,
            "shards": len(shard_numbers(dataset)),
            "learned": bool(history_of_init(dataset, inr)),
        }
        for dataset, inr, _ in shared_rows()
    ]


def networks_of_table4(wildcards=None):
    """Each shared network of table 4 on each data set, once."""
    found = [
        (dataset, method) for dataset, _, methods in shared_rows() for method in methods
    ]
    return [{"dataset": d, "method": m} for d, m in dict.fromkeys(found)]


def history_of_init(dataset, inr):
    """The history of the init that INRs start from, in a list; none if it is not learned here."""
    name = config["inrs"][inr]["init"]
    if "file" in config["inits"].get(name, {"file": ""}):
        return []
    model = init_of_inrs(SimpleNamespace(dataset=dataset, inr=inr))
    return [f"{model.removesuffix('.safetensors')}.history.parquet"]


def table4_files(wildcards):
    """The files that the table of shared networks is made of."""
    files = {"reconstructed": [], "inrs": [], "inits": []}
    for dataset, inr, methods in shared_rows():
        files["inrs"] += inr_shards(dataset, inr)
        files["inits"] += history_of_init(dataset, inr)
        measured = [(inr, "upper_bound"), (inr, "inr"), *((SHARED, m) for m in methods)]
        files["reconstructed"] += [
            RECONSTRUCTION.format(dataset=dataset, inr=used, method=method)
            for used, method in measured
        ]
    files["reconstructed"] = list(dict.fromkeys(files["reconstructed"]))
    trained = [(row["dataset"], SHARED, row["method"]) for row in networks_of_table4()]
    return files | {
        "models": [trained_model(*where) for where in trained],
        "histories": [trained_model(*where, file=HISTORY) for where in trained],
        "codes": [
            EMBEDDINGS.format(dataset=d, inr=i, encoder=name) for d, i, name in trained
        ],
    }


def shared_figure_files(wildcards):
    """The INRs, shapes, and each network's model and codes that a figure is drawn from."""
    where = (wildcards.dataset, wildcards.inr)
    names = networks_of(wildcards)
    return {
        "inrs": inr_shards(*where),
        "shapes": shape_shards(wildcards.dataset),
        "models": [trained_model(wildcards.dataset, SHARED, name) for name in names],
        "codes": [
            EMBEDDINGS.format(dataset=wildcards.dataset, inr=SHARED, encoder=name)
            for name in names
        ],
    }
