"""Shapes read from the files of data sets."""


rule prepare_shapes:
    input:
        source_files_of,
    output:
        multiext(SHAPES_SHARD, ".h5", ".rejected.csv"),
    log:
        log_of(SHAPES_SHARD),
    cache: True
    priority: 3  # all else hangs on it
    conda:
        ENV
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        dataset=lambda wildcards: vars(shape_dataset(wildcards.dataset)),
        copies=lambda wildcards: catalog_of(wildcards.dataset).copies,
        shapes=fingerprint_of_shapes,
        settings=dataset_key(
            "field",
            "points",
            "voxels",
            "open_meshes",
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
            REJECTED.format(**wildcards, shard=k)
            for k in shard_numbers(wildcards.dataset)
        ],
    output:
        manifest=MANIFEST,
        rejected="results/{dataset}/rejected.csv",
    log:
        log_of(MANIFEST),
    benchmark:
        benchmark_of(MANIFEST)
    priority: 3
    conda:
        ENV
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        settings=dataset_key("on_bad_shape"),
        copies=lambda wildcards: catalog_of(wildcards.dataset).copies,
        needs_splits=lambda wildcards: wildcards.dataset in TRAINED_ON,
        code=code("shapes/build_manifest.py"),
    script:
        "../workflow_scripts/shapes/build_manifest.py"
