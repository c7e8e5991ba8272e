"""Shapes classified from their embeddings, from plain weights, and from their bounds alone."""


rule classify_embeddings:
    input:
        "results/{dataset}/embeddings/{inr}/{encoder}.parquet",
    output:
        metrics="results/{dataset}/classification/{inr}/{encoder}/inr/seed{seed}/metrics.json",
        predictions="results/{dataset}/classification/{inr}/{encoder}/inr/seed{seed}/predictions.parquet",
    log:
        "results/logs/{dataset}/classification/{inr}/{encoder}/inr/seed{seed}.log",
    benchmark:
        "results/benchmarks/{dataset}/classification/{inr}/{encoder}/inr/seed{seed}.tsv"
    conda:
        ENV
    resources:
        gpu=1,
        mem_mb=4000,
        runtime=240,
    params:
        settings=without(config["classification"], "seeds"),
        code=code("classification/classify_embeddings.py"),
    script:
        "../workflow_scripts/classification/classify_embeddings.py"


rule classify_weights:
    input:
        lambda wildcards: inr_shards(wildcards.dataset, wildcards.inr),
    output:
        metrics="results/{dataset}/classification/{inr}/weights_network/inr/seed{seed}/metrics.json",
        predictions="results/{dataset}/classification/{inr}/weights_network/inr/seed{seed}/predictions.parquet",
    log:
        "results/logs/{dataset}/classification/{inr}/weights_network/inr/seed{seed}.log",
    benchmark:
        "results/benchmarks/{dataset}/classification/{inr}/weights_network/inr/seed{seed}.tsv"
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=1,
        mem_mb=all_weights_mib,
        runtime=600,
    params:
        settings=without(config["classification"], "seeds"),
        code=code("classification/classify_weights.py"),
    script:
        "../workflow_scripts/classification/classify_weights.py"


rule probe_weights:
    input:
        lambda wildcards: inr_shards(wildcards.dataset, wildcards.inr),
    output:
        metrics="results/{dataset}/classification/{inr}/weights_probe/inr/seed{seed}/metrics.json",
        predictions="results/{dataset}/classification/{inr}/weights_probe/inr/seed{seed}/predictions.parquet",
    log:
        "results/logs/{dataset}/classification/{inr}/weights_probe/inr/seed{seed}.log",
    benchmark:
        "results/benchmarks/{dataset}/classification/{inr}/weights_probe/inr/seed{seed}.tsv"
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        mem_mb=4000,
        runtime=240,
    params:
        settings={"components": config["probes"]["components"]},
        code=code("classification/probe_weights.py"),
    script:
        "../workflow_scripts/classification/probe_weights.py"


rule probe_bounding_boxes:
    input:
        lambda wildcards: shape_shards(wildcards.dataset),
    output:
        metrics="results/{dataset}/classification/{inr}/bounding_box/original/seed{seed}/metrics.json",
        predictions="results/{dataset}/classification/{inr}/bounding_box/original/seed{seed}/predictions.parquet",
    log:
        "results/logs/{dataset}/classification/{inr}/bounding_box/original/seed{seed}.log",
    benchmark:
        "results/benchmarks/{dataset}/classification/{inr}/bounding_box/original/seed{seed}.tsv"
    conda:
        ENV
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        settings={"trees": config["probes"]["trees"]},
        code=code("classification/probe_bounding_boxes.py"),
    script:
        "../workflow_scripts/classification/probe_bounding_boxes.py"


rule evaluate_retrieval:
    input:
        embeddings_of,
    output:
        "results/{dataset}/retrieval/{inr}/{embedder}/metrics.json",
    log:
        "results/logs/{dataset}/retrieval/{inr}/{embedder}.log",
    benchmark:
        "results/benchmarks/{dataset}/retrieval/{inr}/{embedder}.tsv"
    conda:
        ENV
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        code=code("classification/evaluate_retrieval.py"),
    script:
        "../workflow_scripts/classification/evaluate_retrieval.py"
