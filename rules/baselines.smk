"""The specialized networks: trained on shapes, tested on originals and on what INRs give back.

Each as a classifier (tables 2 and 6), those on clouds also as an auto-encoder (table 1).
"""

# What a network's description takes from its entry; the rest is how it is trained.
BASELINE_ARCHITECTURE = ["points", "neighbors", "state", "steps", "walks", "cell"]


rule train_baseline:
    input:
        shapes=lambda wildcards: shape_shards(wildcards.dataset),
        # Only for its checks, as queries are sampled after them.
        checked=ancient(MANIFEST),
    output:
        multiext(
            f"{BASELINE}/",
            model=MODEL,
            history=HISTORY,
        ),
    log:
        log_of(BASELINE),
    cache: True
    priority: 1
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=1,
        mem_mb=network_mib,
        runtime=2880,
    params:
        settings=lambda wildcards: without(
            config["baselines"][wildcards.baseline], "seeds"
        ),
        described=BASELINE_ARCHITECTURE,
        # Here for Snakemake's cache, whose keys know nothing of wildcards.
        seed=lambda wildcards: int(wildcards.seed),
        resolution=lambda wildcards: config["datasets"][wildcards.dataset]["voxels"][
            "resolution"
        ],
        code=code("baselines/train_baseline.py"),
    script:
        "../workflow_scripts/baselines/train_baseline.py"


rule evaluate_baseline:
    input:
        model=lambda wildcards: f"{BASELINE}/{MODEL}".format(
            **wildcards, baseline=wildcards.method
        ),
        originals=lambda wildcards: shape_shards(wildcards.dataset),
        tested=tested_shapes,
    output:
        metrics=f"{CLASSIFICATION}/{METRICS}",
        predictions=f"{CLASSIFICATION}/{PREDICTIONS}",
    log:
        log_of(CLASSIFICATION),
    benchmark:
        benchmark_of(CLASSIFICATION)
    wildcard_constraints:
        method=one_of("baselines"),
    conda:
        ENV
    resources:
        gpu=1,
        mem_mb=4000,
        runtime=240,
    params:
        code=code("baselines/evaluate_baseline.py"),
    script:
        "../workflow_scripts/baselines/evaluate_baseline.py"


rule train_autoencoder:
    input:
        shapes=lambda wildcards: shape_shards(wildcards.dataset),
        # Only for its checks, as queries are sampled after them.
        checked=ancient(MANIFEST),
    output:
        multiext(
            f"{AUTOENCODER}/",
            model=MODEL,
            history=HISTORY,
        ),
    log:
        log_of(AUTOENCODER),
    cache: True
    priority: 1
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=1,
        mem_mb=network_mib,
        runtime=2880,
    params:
        settings=entry("autoencoders"),
        seed=config["seed"],
        code=code("baselines/train_autoencoder.py"),
    script:
        "../workflow_scripts/baselines/train_autoencoder.py"


rule embed_clouds:
    input:
        model=f"{AUTOENCODER}/{MODEL}",
        shapes=lambda wildcards: shape_shards(wildcards.dataset),
    output:
        CLOUD_EMBEDDINGS,
    log:
        log_of(CLOUD_EMBEDDINGS),
    benchmark:
        benchmark_of(CLOUD_EMBEDDINGS)
    conda:
        ENV
    resources:
        gpu=1,
        mem_mb=4000,
        runtime=240,
    params:
        seed=config["seed"],
        code=code("baselines/embed_clouds.py"),
    script:
        "../workflow_scripts/baselines/embed_clouds.py"
