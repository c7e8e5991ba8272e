"""What rules of mappings read, by what the config names."""

MAPPING_TABLES = config_checks.MAPPING_TABLES


def mapping_inputs(wildcards):
    """Both sides of a mapping, and the decoder of its target."""
    mapping = config["mappings"][wildcards.mapping]
    target = mapping["target"]
    files = {
        "model": trained_model(target["dataset"], target["inr"], target["encoder"]),
        "target_shapes": shape_shards(target["dataset"]),
    }
    for name in ("source", "target"):
        files[name] = EMBEDDINGS.format(**mapping[name])
        files[f"{name}_manifest"] = MANIFEST.format(**mapping[name])
    return files


def source_shapes(wildcards):
    """The shapes that a mapping starts from."""
    return shape_shards(config["mappings"][wildcards.mapping]["source"]["dataset"])


def transfer_network(wildcards):
    """The network that a shape is mapped by, if one is."""
    if wildcards.method != "transfer":
        return {}
    return {"network": f"{TRANSFER}/{MODEL}".format(**wildcards)}


def mapping_table_files(table):
    """The measured shapes that a table of mappings is made of."""
    files = [
        MAPPED.format(mapping=row["mapping"], method=method)
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


def mapped_figures():
    """Figures of mapped shapes, one for each mapping."""
    figures = {
        MAPPED_FIGURE.format(**row)
        for table in MAPPING_TABLES
        for row in config["tables"][table]
    }
    return sorted(figures)
