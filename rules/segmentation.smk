"""Parts of points: told from embeddings, and by networks that read clouds (tables 3 and 7)."""


rule build_part_vocabulary:
    input:
        shapes=lambda wildcards: shape_shards(wildcards.dataset),
        # Only for its checks; all that segments waits for the parts.
        checked=ancient("results/{dataset}/shapes.parquet"),
    output:
        "results/{dataset}/parts.csv",
    log:
        "results/logs/{dataset}/parts.log",
    benchmark:
        "results/benchmarks/{dataset}/parts.tsv"
    conda:
        ENV
    params:
        code=code("segmentation/build_part_vocabulary.py"),
    script:
        "../workflow_scripts/segmentation/build_part_vocabulary.py"


rule train_segmenter:
    input:
        shapes=lambda wildcards: shape_shards(wildcards.dataset),
        parts="results/{dataset}/parts.csv",
    output:
        multiext(
            "results/{dataset}/segmenters/{segmenter}/seed{seed}/",
            model="model.safetensors",
            history="history.parquet",
        ),
    log:
        "results/logs/{dataset}/segmenters/{segmenter}/seed{seed}.log",
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
            config["segmenters"][wildcards.segmenter], "seeds"
        ),
        # Here for Snakemake's cache, whose keys know nothing of wildcards.
        seed=lambda wildcards: int(wildcards.seed),
        code=code("segmentation/train_segmenter.py"),
    script:
        "../workflow_scripts/segmentation/train_segmenter.py"


rule train_part_decoder:
    input:
        embeddings="results/{dataset}/embeddings/{inr}/{encoder}.parquet",
        shapes=lambda wildcards: shape_shards(wildcards.dataset),
        parts="results/{dataset}/parts.csv",
    output:
        multiext(
            "results/{dataset}/part_decoders/{inr}/{encoder}/seed{seed}/",
            model="model.safetensors",
            history="history.parquet",
        ),
    log:
        "results/logs/{dataset}/part_decoders/{inr}/{encoder}/seed{seed}.log",
    cache: True
    priority: 1
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=1,
        mem_mb=part_decoder_mib,
        runtime=2880,
    params:
        settings=without(config["segmentation"], "seeds", "drawn_points"),
        seed=lambda wildcards: int(wildcards.seed),
        code=code("segmentation/train_part_decoder.py"),
    script:
        "../workflow_scripts/segmentation/train_part_decoder.py"


rule evaluate_segmentation:
    input:
        unpack(what_segments),
        originals=lambda wildcards: shape_shards(wildcards.dataset),
        tested=tested_shapes,
        parts="results/{dataset}/parts.csv",
    output:
        metrics="results/{dataset}/segmentation/{inr}/{segmented_by}/{tested}/seed{seed}/metrics.json",
        shapes="results/{dataset}/segmentation/{inr}/{segmented_by}/{tested}/seed{seed}/shapes.parquet",
    log:
        "results/logs/{dataset}/segmentation/{inr}/{segmented_by}/{tested}/seed{seed}.log",
    benchmark:
        "results/benchmarks/{dataset}/segmentation/{inr}/{segmented_by}/{tested}/seed{seed}.tsv"
    conda:
        ENV
    resources:
        gpu=lambda wildcards: int(wildcards.segmented_by != "nearest_point"),
        mem_mb=8000,
        runtime=240,
    params:
        code=code("segmentation/evaluate_segmentation.py"),
    script:
        "../workflow_scripts/segmentation/evaluate_segmentation.py"
