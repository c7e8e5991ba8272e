"""Parts of points, predicted from embeddings and by networks that read clouds (tables 3 and 7)."""


include: "inputs/segmentation.smk"


rule build_part_vocabulary:
    input:
        shapes=lambda wildcards: shape_shards(wildcards.dataset),
        # Only for its checks; all that segments waits for the parts.
        checked=ancient(MANIFEST),
    output:
        PARTS,
    log:
        log_of(PARTS),
    benchmark:
        benchmark_of(PARTS)
    conda:
        ENV
    params:
        code=code("segmentation/build_part_vocabulary.py"),
    script:
        "../workflow_scripts/segmentation/build_part_vocabulary.py"


rule train_segmenter:
    input:
        shapes=lambda wildcards: shape_shards(wildcards.dataset),
        parts=PARTS,
    output:
        multiext(
            f"{SEGMENTER}/",
            model=MODEL,
            history=HISTORY,
        ),
    log:
        log_of(SEGMENTER),
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
        embeddings=EMBEDDINGS,
        shapes=lambda wildcards: shape_shards(wildcards.dataset),
        parts=PARTS,
    output:
        multiext(
            f"{PART_DECODER}/",
            model=MODEL,
            history=HISTORY,
        ),
    log:
        log_of(PART_DECODER),
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
        unpack(predictor_files),
        originals=lambda wildcards: shape_shards(wildcards.dataset),
        tested=tested_shapes,
        parts=PARTS,
    output:
        metrics=f"{SEGMENTATION}/{METRICS}",
        shapes=f"{SEGMENTATION}/shapes.parquet",
    log:
        log_of(SEGMENTATION),
    benchmark:
        benchmark_of(SEGMENTATION)
    wildcard_constraints:
        method=one_of("encoders", "segmenters", also=["nearest_point"]),
    conda:
        ENV
    resources:
        gpu=lambda wildcards: int(wildcards.method != "nearest_point"),
        mem_mb=8000,
        runtime=240,
    params:
        code=code("segmentation/evaluate_segmentation.py"),
    script:
        "../workflow_scripts/segmentation/evaluate_segmentation.py"
