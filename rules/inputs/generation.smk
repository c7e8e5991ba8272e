"""What rules of generation read, by what the config names."""

# What a class's shapes come from, besides generators.
GENERATION_METHODS = ["gaussian", "training_shapes", "decoded_test"]


def generation_sources(wildcards):
    """What new shapes are made of, or the embeddings that they are compared with."""
    if wildcards.method == "training_shapes":
        return {}
    files = {
        "embeddings": EMBEDDINGS.format(**wildcards),
        "model": model_of_encoder(wildcards),
    }
    if wildcards.method in config["generators"]:
        folder = GENERATOR.format(**wildcards, generator=wildcards.method)
        files["generator"] = f"{folder}/{MODEL}"
        files["samples"] = f"{folder}/samples.h5"
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


def files_of_classes(template, row, method):
    """Files of a method in a row of the table of generated shapes, one a class."""
    return [
        template.format(**row, method=method, class_name=name)
        for name in classes_of(row)
    ]


def generation_table_files():
    """The measured sets that the table of generated shapes is made of."""
    files = [
        file
        for row in config["tables"]["generation"]
        for method in row["methods"]
        for file in files_of_classes(GENERATION, row, method)
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
    where = {**wildcards, "method": wildcards.generator}
    return [
        GENERATED.format(**where, class_name=name)
        for name in generated_classes(**wildcards)
    ]


def all_generated():
    """All files of generated shapes in the table's rows, each with its name in a picture."""
    return {
        file: f"{name}\n{row['dataset']}\n{method}"
        for row in config["tables"]["generation"]
        for method in row["methods"]
        if method in config["generators"]
        for name, file in zip(classes_of(row), files_of_classes(GENERATED, row, method))
    }


def generated_figures():
    """Figures of new shapes: one for each generator, and one of all."""
    figures = {
        GENERATED_FIGURE.format(**row, generator=method)
        for row in config["tables"]["generation"]
        for method in row["methods"]
        if method in config["generators"]
    }
    return sorted(figures | ({GENERATED_PAGE} if figures else set()))
