"""What rules of reconstruction read, by what the config names."""


def model_of_method(wildcards):
    """The model that shapes are reconstructed by, in a list; none for INRs themselves."""
    if wildcards.method in ("inr", "upper_bound"):
        return []
    return [trained_model(wildcards.dataset, wildcards.inr, wildcards.method)]


def reconstruction_files(wildcards):
    """What shapes are reconstructed from and compared with."""
    if wildcards.inr == SHARED:
        codes = EMBEDDINGS.format(**wildcards, encoder=wildcards.method)
        source = {"codes": codes}
    else:
        source = {"inrs": inr_shards(wildcards.dataset, wildcards.inr)}
    return source | {
        "shapes": shape_shards(wildcards.dataset),
        "model": model_of_method(wildcards),
    }


def files_of_shape(wildcards):
    """What one shape is reconstructed from: its INR's shard, or the codes and its own shard."""
    shard = shard_of_shape(wildcards)
    model = {"model": model_of_method(wildcards)}
    if wildcards.inr == SHARED:
        codes = EMBEDDINGS.format(**wildcards, encoder=wildcards.method)
        return model | {
            "codes": codes,
            "shapes": [SHAPES.format(**wildcards, shard=shard)],
        }
    return model | {"inrs": [INRS.format(**wildcards, shard=shard)]}


def shard_of_shape(wildcards):
    """The shard of one shape, an augmented copy's being its original's."""
    ids = [record.shape_id for record in catalog_of(wildcards.dataset).records]
    shape = wildcards.shape
    if shape not in ids:
        shape = shape.rpartition("@")[0]
    if shape not in ids:
        raise WorkflowError(
            f"datasets.{wildcards.dataset} has no shape {wildcards.shape}; the first is {ids[0]}"
        )
    return ids.index(shape) % config["datasets"][wildcards.dataset]["shards"]


def methods_of_inrs(row):
    """What INRs are measured by in each row of the table; a row without INRs has none."""
    return () if row["inr"] == SHARED else ("upper_bound", "inr")


def reconstruction_table_files(wildcards):
    """Measured shapes of each row of the table: the upper bound, INRs, and the row's encoders."""
    files = [
        RECONSTRUCTION.format(**row, method=method)
        for row in config["tables"]["reconstruction"]
        for method in (*methods_of_inrs(row), *row["encoders"])
    ]
    return list(dict.fromkeys(files))  # two rows may differ in their encoders alone
