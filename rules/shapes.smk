"""Shapes read from their sources, and queries of their fields."""


rule prepare_shapes:
    input:
        source_files_of,
    output:
        multiext("results/{dataset}/shapes/{shard}", ".h5", ".rejected.csv"),
    log:
        "results/logs/{dataset}/shapes/{shard}.log",
    cache: True
    priority: 3  # all else hangs on it
    conda:
        ENV
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        dataset=lambda wildcards: vars(shape_dataset(wildcards.dataset)),
        shapes=fingerprint_of_shapes,
        settings=dataset_key(
            "field",
            "points",
            "voxels",
            "open_meshes",
            "augment_copies",
            "side",
            "frame",
        ),
        code=lambda wildcards: code_of_format("shapes/prepare_shapes.py", wildcards),
    script:
        "../workflow_scripts/shapes/prepare_shapes.py"


rule build_manifest:
    input:
        shapes=lambda wildcards: shape_shards(wildcards.dataset),
        rejected=lambda wildcards: [
            path.replace(".h5", ".rejected.csv")
            for path in shape_shards(wildcards.dataset)
        ],
    output:
        manifest="results/{dataset}/shapes.parquet",
        rejected="results/{dataset}/rejected.csv",
    log:
        "results/logs/{dataset}/shapes.log",
    benchmark:
        "results/benchmarks/{dataset}/shapes.tsv"
    priority: 3
    conda:
        ENV
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        settings=dataset_key("on_bad_shape"),
        needs_splits=lambda wildcards: wildcards.dataset in TRAINED_ON,
        code=code("shapes/build_manifest.py"),
    script:
        "../workflow_scripts/shapes/build_manifest.py"


rule sample_queries:
    input:
        shapes="results/{dataset}/shapes/{shard}.h5",
        # Only for its checks: a bad data set stops here, and another shard's change does not.
        checked=ancient("results/{dataset}/shapes.parquet"),
    output:
        temp("results/{dataset}/queries/{shard}.h5"),
    log:
        "results/logs/{dataset}/queries/{shard}.log",
    benchmark:
        "results/benchmarks/{dataset}/queries/{shard}.tsv"
    priority: 3  # less than fitting, which removes them
    conda:
        ENV
    resources:
        mem_mb=2000,
        runtime=120,
    params:
        settings=dataset_key("queries", "field", "voxels"),
        seed=config["seed"],
        code=code("shapes/sample_queries.py"),
    script:
        "../workflow_scripts/shapes/sample_queries.py"
