"""Shapes rebuilt from INRs and embeddings: measured, kept as examples, exported."""


rule evaluate_reconstruction:
    input:
        unpack(rebuilding_inputs),
    output:
        "results/{dataset}/reconstruction/{inr}/{source}.parquet",
    log:
        "results/logs/{dataset}/reconstruction/{inr}/{source}.log",
    benchmark:
        "results/benchmarks/{dataset}/reconstruction/{inr}/{source}.tsv"
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=1,
        mem_mb=rebuild_mib,
        runtime=measure_minutes,
    params:
        settings=config["reconstruction"],
        seed=config["seed"],
        code=code("reconstruction/evaluate_reconstruction.py"),
    script:
        "../workflow_scripts/reconstruction/evaluate_reconstruction.py"


rule reconstruct_examples:
    input:
        unpack(rebuilding_inputs),
    output:
        "results/{dataset}/examples/{inr}/{source}.h5",
    log:
        "results/logs/{dataset}/examples/{inr}/{source}.log",
    benchmark:
        "results/benchmarks/{dataset}/examples/{inr}/{source}.tsv"
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=1,
        mem_mb=rebuild_mib,
        runtime=120,
    params:
        resolution=config["reconstruction"]["resolution"],
        seed=config["seed"],
        code=code("reconstruction/reconstruct_examples.py"),
    script:
        "../workflow_scripts/reconstruction/reconstruct_examples.py"


# Any shape as a file: results/exports/{dataset}/{inr}/{source}/{size}/{shape id}.{ply,obj,npy}.
rule export_shape:
    input:
        inrs=lambda wildcards: inr_shard_of_shape(wildcards),
        model=lambda wildcards: model_of_source(wildcards),
    output:
        "results/exports/{dataset}/{inr}/{source}/{size}/{shape}.{extension}",
    log:
        "results/logs/exports/{dataset}/{inr}/{source}/{size}/{shape}.{extension}.log",
    benchmark:
        "results/benchmarks/exports/{dataset}/{inr}/{source}/{size}/{shape}.{extension}.tsv"
    wildcard_constraints:
        size=r"[1-9]\d*",
        source=f"inr|{one_of('encoders')}",
        shape=r".+",
        extension="npy|obj|ply",
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=1,
        mem_mb=4000,
        runtime=60,
    params:
        seed=config["seed"],
        code=code("reconstruction/export_shape.py"),
    script:
        "../workflow_scripts/reconstruction/export_shape.py"
