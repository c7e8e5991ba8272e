"""Shapes classified from their embeddings, from plain weights, and from their bounds alone."""


include: "inputs/classification.smk"


rule classify_embeddings:
    input:
        lambda wildcards: EMBEDDINGS.format(**wildcards, encoder=wildcards.method),
    output:
        metrics=f"{CLASSIFICATION}/{METRICS}",
        predictions=f"{CLASSIFICATION}/{PREDICTIONS}",
    log:
        log_of(CLASSIFICATION),
    benchmark:
        benchmark_of(CLASSIFICATION)
    wildcard_constraints:
        method=one_of("encoders", "shared_networks"),
        tested="inr",
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
        metrics=f"{CLASSIFICATION}/{METRICS}",
        predictions=f"{CLASSIFICATION}/{PREDICTIONS}",
    log:
        log_of(CLASSIFICATION),
    benchmark:
        benchmark_of(CLASSIFICATION)
    wildcard_constraints:
        method="weights_network",
        tested="inr",
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
        metrics=f"{CLASSIFICATION}/{METRICS}",
        predictions=f"{CLASSIFICATION}/{PREDICTIONS}",
    log:
        log_of(CLASSIFICATION),
    benchmark:
        benchmark_of(CLASSIFICATION)
    wildcard_constraints:
        method="weights_probe",
        tested="inr",
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
        metrics=f"{CLASSIFICATION}/{METRICS}",
        predictions=f"{CLASSIFICATION}/{PREDICTIONS}",
    log:
        log_of(CLASSIFICATION),
    benchmark:
        benchmark_of(CLASSIFICATION)
    wildcard_constraints:
        method="bounding_box",
        tested="original",
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
        embeddings_of_method,
    output:
        f"{RETRIEVAL}/{METRICS}",
    log:
        log_of(RETRIEVAL),
    benchmark:
        benchmark_of(RETRIEVAL)
    wildcard_constraints:
        method=one_of("encoders", "shared_networks", "autoencoders"),
    conda:
        ENV
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        code=code("classification/evaluate_retrieval.py"),
    script:
        "../workflow_scripts/classification/evaluate_retrieval.py"
