"""The specialised networks: trained on shapes, tested on originals and on what INRs give back.

Each as a classifier (tables 2 and 6), those on clouds also as an auto-encoder (table 1).
"""

# What a network's description takes from its entry; the rest is how it is trained.
DESCRIBED = ["points", "neighbours", "state", "steps", "walks", "cell"]


rule train_baseline:
    input:
        shapes=lambda wildcards: shape_shards(wildcards.dataset),
        # Only for its checks, as queries are sampled after them.
        checked=ancient("results/{dataset}/shapes.parquet"),
    output:
        multiext(
            "results/{dataset}/networks/{network}/seed{seed}/",
            model="model.safetensors",
            history="history.parquet",
        ),
    log:
        "results/logs/{dataset}/networks/{network}/seed{seed}.log",
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
            config["networks"][wildcards.network], "seeds"
        ),
        described=DESCRIBED,
        # Here for Snakemake's cache, whose keys know nothing of wildcards.
        seed=lambda wildcards: int(wildcards.seed),
        resolution=lambda wildcards: config["datasets"][wildcards.dataset]["voxels"][
            "resolution"
        ],
        code=code("baselines/train_baseline.py"),
    script:
        "../workflow_scripts/baselines/train_baseline.py"


rule reconstruct_test_shapes:
    input:
        inrs="results/{dataset}/inrs/{inr}/{shard}.h5",
        shapes="results/{dataset}/shapes/{shard}.h5",
    output:
        "results/{dataset}/rebuilt/{inr}/{shard}.h5",
    log:
        "results/logs/{dataset}/rebuilt/{inr}/{shard}.log",
    benchmark:
        "results/benchmarks/{dataset}/rebuilt/{inr}/{shard}.tsv"
    conda:
        ENV
    resources:
        gpu=1,
        mem_mb=rebuild_mib,
        runtime=240,
    params:
        resolution=config["reconstruction"]["resolution"],
        seed=config["seed"],
        code=code("reconstruction/reconstruct_test_shapes.py"),
    script:
        "../workflow_scripts/reconstruction/reconstruct_test_shapes.py"


rule evaluate_baseline:
    input:
        model="results/{dataset}/networks/{network}/seed{seed}/model.safetensors",
        originals=lambda wildcards: shape_shards(wildcards.dataset),
        tested=tested_shapes,
    output:
        metrics="results/{dataset}/classification/{inr}/{network}/{tested}/seed{seed}/metrics.json",
        predictions="results/{dataset}/classification/{inr}/{network}/{tested}/seed{seed}/predictions.parquet",
    log:
        "results/logs/{dataset}/classification/{inr}/{network}/{tested}/seed{seed}.log",
    benchmark:
        "results/benchmarks/{dataset}/classification/{inr}/{network}/{tested}/seed{seed}.tsv"
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
        checked=ancient("results/{dataset}/shapes.parquet"),
    output:
        multiext(
            "results/{dataset}/autoencoders/{autoencoder}/",
            model="model.safetensors",
            history="history.parquet",
        ),
    log:
        "results/logs/{dataset}/autoencoders/{autoencoder}.log",
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
        model="results/{dataset}/autoencoders/{autoencoder}/model.safetensors",
        shapes=lambda wildcards: shape_shards(wildcards.dataset),
    output:
        "results/{dataset}/autoencoders/{autoencoder}/embeddings.parquet",
    log:
        "results/logs/{dataset}/autoencoders/{autoencoder}.embeddings.log",
    benchmark:
        "results/benchmarks/{dataset}/autoencoders/{autoencoder}.embeddings.tsv"
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
