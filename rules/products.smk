"""The files that new shapes and mapped shapes are made of, by what the config names."""

MAPPING_TABLES = config_checks.MAPPING_TABLES


def generated_from(wildcards):
    """What new shapes are made of, or the embeddings that they are compared with."""
    w = wildcards
    if w.generated_by == "training_shapes":
        return {}
    files = {
        "embeddings": f"results/{w.dataset}/embeddings/{w.inr}/{w.encoder}.parquet",
        "model": trained_model(w.dataset, w.inr, w.encoder),
    }
    if w.generated_by in config["generators"]:
        folder = f"results/{w.dataset}/generators/{w.inr}/{w.encoder}/{w.generated_by}"
        files["generator"] = f"{folder}/{w.class_name}/model.safetensors"
        files["samples"] = f"{folder}/{w.class_name}/samples.h5"
    return files


def classes_of(row):
    """The classes of a row of the table of generated shapes; all that the data set has, if none."""
    known = sorted({s.class_name for s in catalog_of(row["dataset"]).records})
    unknown = sorted(set(row["classes"]) - set(known))
    if unknown:
        raise WorkflowError(
            f"tables.generation: {row['dataset']} has no class {unknown[0]!r}; there are "
            + ", ".join(known)
        )
    return row["classes"] or known


def of_generation(row, kind, method, extension):
    """Files of a method in a row of the table of generated shapes, one a class."""
    folder = f"results/{row['dataset']}/{kind}/{row['inr']}/{row['encoder']}/{method}"
    return [f"{folder}/{name}.{extension}" for name in classes_of(row)]


def generation_files():
    """The measured sets that the table of generated shapes is made of."""
    files = [
        file
        for row in config["tables"]["generation"]
        for method in row["methods"]
        for file in of_generation(row, "generation", method, "parquet")
    ]
    return list(dict.fromkeys(files))


def generated_classes(dataset, inr, encoder, generator):
    """The classes that a generator's samples are drawn of."""
    wanted = (dataset, inr, encoder)
    return list(
        dict.fromkeys(
            name
            for row in config["tables"]["generation"]
            if (row["dataset"], row["inr"], row["encoder"]) == wanted
            and generator in row["methods"]
            for name in classes_of(row)
        )
    )


def sets_of_classes(wildcards):
    """The shapes that a generator made of each class."""
    w = wildcards
    folder = f"results/{w.dataset}/generated/{w.inr}/{w.encoder}/{w.generator}"
    return [f"{folder}/{name}.h5" for name in generated_classes(**w)]


def all_generated():
    """All files of generated shapes in the table's rows, each with how a picture names it."""
    return {
        file: f"{name}\n{row['dataset']}\n{method}"
        for row in config["tables"]["generation"]
        for method in row["methods"]
        if method in config["generators"]
        for name, file in zip(
            classes_of(row), of_generation(row, "generated", method, "h5")
        )
    }


def mapping_inputs(wildcards):
    """What both sides of a mapping are, and the decoder of its target."""
    mapping = config["mappings"][wildcards.mapping]
    source, target = mapping["source"], mapping["target"]
    files = {
        "model": trained_model(target["dataset"], target["inr"], target["encoder"]),
        "target_shapes": shape_shards(target["dataset"]),
    }
    for name, side in (("source", source), ("target", target)):
        folder = f"results/{side['dataset']}"
        files[name] = f"{folder}/embeddings/{side['inr']}/{side['encoder']}.parquet"
        files[f"{name}_manifest"] = f"{folder}/shapes.parquet"
    return files


def source_shapes(wildcards):
    """The shapes that a mapping starts from."""
    return shape_shards(config["mappings"][wildcards.mapping]["source"]["dataset"])


def mapped_from(wildcards):
    """The network that a shape is mapped by, if one is."""
    if wildcards.mapped_by != "transfer":
        return {}
    return {"network": f"results/mappings/{wildcards.mapping}/model.safetensors"}


def mapping_files(table):
    """The measured shapes that a table of mappings is made of."""
    files = [
        f"results/mappings/{row['mapping']}/measured/{method}.parquet"
        for row in config["tables"][table]
        for method in row["methods"]
    ]
    return list(dict.fromkeys(files))


def drawn_methods(mapping):
    """The ways from source to target whose shapes are drawn; the input is drawn anyway."""
    return list(
        dict.fromkeys(
            method
            for table in MAPPING_TABLES
            for row in config["tables"][table]
            if row["mapping"] == mapping
            for method in row["methods"]
            if method != "input"
        )
    )


def titles_of_mappings(table):
    """The data sets of a table's mappings, as tables name them."""
    return {
        row["mapping"]: {
            side: title_of(config["mappings"][row["mapping"]][side]["dataset"])
            for side in ("source", "target")
        }
        for row in config["tables"][table]
    }


def title_of_mapping(mapping):
    sides = [
        config["mappings"][mapping][side]["dataset"] for side in ("source", "target")
    ]
    return f"{mapping}: {title_of(sides[0])} to {title_of(sides[1])}"


def product_figures():
    """Figures of new and of mapped shapes."""
    generated = {
        f"results/figures/{row['dataset']}/{row['inr']}/{row['encoder']}/{method}/generated.png"
        for row in config["tables"]["generation"]
        for method in row["methods"]
        if method in config["generators"]
    }
    mapped = {
        f"results/figures/mappings/{row['mapping']}/mapped.png"
        for table in MAPPING_TABLES
        for row in config["tables"][table]
    }
    page = {"results/figures/generated.png"} if generated else set()
    return sorted(generated | mapped | page)
