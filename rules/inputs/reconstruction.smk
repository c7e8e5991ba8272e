"""What rules of reconstruction read, by what the config names."""


def model_of_method(wildcards):
    """The model that shapes are reconstructed by, in a list; none for INRs themselves."""
    if wildcards.method not in config["encoders"]:
        return []
    return [trained_model(wildcards.dataset, wildcards.inr, wildcards.method)]


def reconstruction_files(wildcards):
    """What shapes are reconstructed from and compared with."""
    return {
        "inrs": inr_shards(wildcards.dataset, wildcards.inr),
        "shapes": shape_shards(wildcards.dataset),
        "model": model_of_method(wildcards),
    }


def inr_shard_of_shape(wildcards):
    """The shard of one shape's INR, an augmented copy's being its original's."""
    ids = [record.shape_id for record in catalog_of(wildcards.dataset).records]
    shape = wildcards.shape
    if shape not in ids:
        shape = shape.rpartition("@")[0]
    if shape not in ids:
        raise WorkflowError(
            f"datasets.{wildcards.dataset} has no shape {wildcards.shape}; the first is {ids[0]}"
        )
    shard = ids.index(shape) % config["datasets"][wildcards.dataset]["shards"]
    return INRS.format(**wildcards, shard=shard)


def reconstruction_table_files(wildcards):
    """Measured shapes of each row of the table: the upper bound, INRs, and the row's encoders."""
    files = [
        RECONSTRUCTION.format(**row, method=method)
        for row in config["tables"]["reconstruction"]
        for method in ("upper_bound", "inr", *row["encoders"])
    ]
    return list(dict.fromkeys(files))  # two rows may differ in their encoders alone
