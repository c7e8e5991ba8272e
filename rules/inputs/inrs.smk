"""Where INRs start from, by what the config names."""


def learned_inits():
    """Regular expression of the inits that are learned here."""
    names = [name for name, init in config["inits"].items() if "file" not in init]
    return "|".join(names) or "(?!)"


def sets_of_init(dataset, init):
    """The data sets whose shapes an init is learned on; its file lies with the first."""
    return config["inits"][init].get("learned_on") or [dataset]


def init_of_inrs(wildcards):
    """The initial weights of an entry's INRs: drawn, learned, or a file of the user's."""
    inr = config["inrs"][wildcards.inr]
    if inr["init"] not in config["inits"]:
        return INIT.format(inr=wildcards.inr)
    if file := config["inits"][inr["init"]].get("file"):
        return named_file(f"inits.{inr['init']}.file", file)
    dataset = sets_of_init(wildcards.dataset, inr["init"])[0]
    siren = f"{inr['width']}x{inr['depth']}"
    path = LEARNED_INIT.format(dataset=dataset, init=inr["init"], siren=siren)
    return f"{path}.safetensors"


def first_steps(wildcards):
    """The steps of gradient descent that a fit begins with; with `file` those that are usual."""
    init = config["inits"].get(config["inrs"][wildcards.inr]["init"])
    return init and {"steps": init["sgd_steps"], "queries": init["queries"]}


def shapes_to_learn_init_on(wildcards):
    datasets = sets_of_init(wildcards.dataset, wildcards.init)
    return [shard for dataset in datasets for shard in shape_shards(dataset)]


def manifests_to_learn_init_on(wildcards):
    datasets = sets_of_init(wildcards.dataset, wildcards.init)
    return [MANIFEST.format(dataset=dataset) for dataset in datasets]


def sizes_to_learn(wildcards):
    width, depth = wildcards.siren.split("x")
    return {"width": int(width), "depth": int(depth)}


def learn_init_mib(wildcards, attempt):
    """Memory of learning an init: shapes, and what a second derivative keeps of all steps."""
    init, siren = config["inits"][wildcards.init], sizes_to_learn(wildcards)
    activations = siren["width"] * siren["depth"] * init["queries"]
    kept = 12 * init["batch"] * (init["sgd_steps"] + 1) * activations
    datasets = sets_of_init(wildcards.dataset, wildcards.init)
    held = min(init["buffer"], sum(len(catalog_of(d).records) for d in datasets)) * max(
        shape_numbers(dataset, 4 * init["queries"] * (init["sgd_steps"] + 1))
        for dataset in datasets
    )
    return attempt * int(1500 + 4 * (kept + held) / 2**20)


def fitted_inrs():
    """Regular expression of the entries of inrs that are fitted here."""
    names = [name for name, inr in config["inrs"].items() if "matched" not in inr]
    return "|".join(names) or "(?!)"


def matched_inrs():
    """Regular expression of the entries of inrs that are others', matched."""
    names = [name for name, inr in config["inrs"].items() if "matched" in inr]
    return "|".join(names) or "(?!)"


def matched_from(wildcards):
    """The entry whose INRs are matched."""
    return config["inrs"][wildcards.inr]["matched"]
