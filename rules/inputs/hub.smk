"""What rules of folders to hand on read, by what the config names."""


def command_of_run():
    """The command that made a file, up to the file; what --config says is not in it."""
    files = [os.path.relpath(file) for file in workflow.overwrite_configfiles]
    settings = f" --configfile {' '.join(files)}" if files else ""
    return f"snakemake --cores 8{settings} --"


COMMAND = command_of_run()


def facts_of(dataset):
    """What a card says of a data set besides its shapes."""
    entry = config["datasets"][dataset]
    facts = {"name": dataset, "title": title_of(dataset)}
    return facts | {k: entry[k] for k in ("reader", "license")}


def has_classes(dataset):
    """Whether there are classes to tell apart: several, and each has shapes in every split."""
    there = {(r.class_name, r.split) for r in catalog_of(dataset).records}
    classes = {name for name, _ in there}
    return len(classes) > 1 and len(there) == 3 * len(classes)


def trained_here(wildcards):
    """The data sets that a model was trained on, the job's own first.

    Raises:
        WorkflowError: it was not trained on the job's.
    """
    dataset, name = wildcards.dataset, wildcards.encoder
    encoder = config["encoders"][name]
    where = f"results/hub/{dataset}/{wildcards.inr}/{name}"
    if "file" in encoder:
        raise WorkflowError(
            f"{where}: encoders.{name} takes its model from {encoder['file']}, and what it was "
            "trained on is not known here: hand on that file's own folder"
        )
    home = encoder.get("from", dataset)
    datasets = training_sets(home, name)
    if home != dataset or dataset not in datasets:
        other = f"{datasets[0]}/{wildcards.inr}/{encoder.get('encoder', name)}"
        raise WorkflowError(
            f"{where}: the model is not trained on {dataset}: hand on results/hub/{other}"
        )
    return [dataset, *(other for other in datasets if other != dataset)]


def check_shared(wildcards):
    if config["inrs"][wildcards.inr]["init"] == "random_each":
        raise WorkflowError(
            f"results/hub/{wildcards.dataset}/{wildcards.inr}: each INR starts from weights of "
            "its own (random_each), so that nobody can fit INRs like them: hand on those of an "
            "entry with an init"
        )


def data_of_model(wildcards):
    return [facts_of(dataset) for dataset in trained_here(wildcards)]


def settings_of_training(wildcards):
    """How a model was trained; what it is built of is in its file."""
    settings = without(encoder_settings(wildcards), *ENCODER_ARCHITECTURE)
    return {**settings, "seed": seed_of("encoders", wildcards.encoder)}


def model_to_hand_on(wildcards):
    """A model, the manifests of its data, and how well it classifies, retrieves and decodes."""
    datasets = trained_here(wildcards)
    check_shared(wildcards)
    scored, name = has_classes(wildcards.dataset), wildcards.encoder
    return {
        "model": model_of_encoder(wildcards),
        "manifests": [MANIFEST.format(dataset=dataset) for dataset in datasets],
        "classified": classification_files(wildcards, name) if scored else [],
        "retrieved": [retrieval_metrics(wildcards, name)] if scored else [],
        "decoded": RECONSTRUCTION.format(**wildcards, method=name),
    }


def inrs_to_hand_on(wildcards):
    """A data set's INRs, what they start from, and which are of copies."""
    check_shared(wildcards)
    return {
        "inrs": inr_shards(wildcards.dataset, wildcards.inr),
        "init": init_of_inrs(wildcards),
        "manifest": MANIFEST.format(**wildcards),
    }
