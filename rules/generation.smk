"""New shapes from generators of embeddings (figures 8 and 25 to 27), and how good they are."""


include: "inputs/generation.smk"


rule train_generator:
    input:
        embeddings=EMBEDDINGS,
    output:
        multiext(
            f"{GENERATOR}/",
            model=MODEL,
            history=HISTORY,
            samples="samples.h5",
        ),
    log:
        log_of(GENERATOR),
    cache: True
    priority: 1
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=1,
        mem_mb=4000,
        runtime=1440,
    params:
        settings=entry("generators"),
        seed=config["seed"],
        # Here for Snakemake's cache, whose keys know nothing of wildcards.
        class_name=lambda wildcards: wildcards.class_name,
        code=code("generation/train_generator.py"),
    script:
        "../workflow_scripts/generation/train_generator.py"


rule generate_shapes:
    input:
        unpack(generation_sources),
        shapes=lambda wildcards: shape_shards(wildcards.dataset),
    output:
        GENERATED,
    log:
        log_of(GENERATED),
    benchmark:
        benchmark_of(GENERATED)
    wildcard_constraints:
        method=one_of("generators", also=GENERATION_METHODS),
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=lambda wildcards: int(wildcards.method != "training_shapes"),
        mem_mb=reconstruction_mib,
        runtime=720,
    params:
        settings=without(config["generation"], "points", "emd_points"),
        field=lambda wildcards: field_of(wildcards.dataset),
        seed=config["seed"],
        code=code("generation/generate_shapes.py"),
    script:
        "../workflow_scripts/generation/generate_shapes.py"


rule evaluate_generation:
    input:
        generated=GENERATED,
        shapes=lambda wildcards: shape_shards(wildcards.dataset),
    output:
        GENERATION,
    log:
        log_of(GENERATION),
    benchmark:
        benchmark_of(GENERATION)
    wildcard_constraints:
        method=one_of("generators", also=GENERATION_METHODS),
    conda:
        ENV
    resources:
        mem_mb=4000,
        runtime=720,
    params:
        settings=without(config["generation"], "draws", "resolution"),
        seed=config["seed"],
        code=code("generation/evaluate_generation.py"),
    script:
        "../workflow_scripts/generation/evaluate_generation.py"


rule table_generation:
    input:
        # A function, for the classes are known only where the data are.
        lambda wildcards: generation_table_files(),
    output:
        csv=report(
            f"{TABLE}/generation.csv",
            caption="../report/generation.rst",
            category="Tables",
            labels={"table": "generation", "what": "generated shapes"},
        ),
        markdown=f"{TABLE}/generation.md",
    log:
        log_of(f"{TABLE}/generation"),
    benchmark:
        benchmark_of(f"{TABLE}/generation")
    conda:
        ENV
    params:
        titles=titles("generation"),
        modalities=modalities("generation"),
        code=code("generation/table_generation.py"),
    script:
        "../workflow_scripts/generation/table_generation.py"


rule plot_generated:
    input:
        sets_of_classes,
    output:
        report(
            GENERATED_FIGURE,
            caption="../report/generated.rst",
            category="Figures",
            labels={"figure": "generated shapes", "data set": "{dataset}"},
        ),
    log:
        log_of(GENERATED_FIGURE),
    benchmark:
        benchmark_of(GENERATED_FIGURE)
    conda:
        ENV
    params:
        title=lambda wildcards: f"{title_of(wildcards.dataset)}: {wildcards.generator} on {wildcards.encoder}",
        names=lambda wildcards: generated_classes(**wildcards),
        every_epoch=True,
        code=code("generation/plot_generated.py"),
    script:
        "../workflow_scripts/generation/plot_generated.py"


use rule plot_generated as plot_generated_page with:
    input:
        lambda wildcards: list(all_generated()),
    output:
        report(
            GENERATED_PAGE,
            caption="../report/generated_page.rst",
            category="Figures",
            labels={"figure": "generated shapes", "data set": "all"},
        ),
    log:
        log_of(GENERATED_PAGE),
    benchmark:
        benchmark_of(GENERATED_PAGE)
    params:
        title="Generated shapes",
        names=lambda wildcards: list(all_generated().values()),
        every_epoch=False,
        code=code("generation/plot_generated.py"),


# Any number of new shapes, of any size:
# GENERATED_EXPORT with the extension ply, obj or npy.
rule export_generated:
    input:
        generator=f"{GENERATOR}/{MODEL}",
        model=model_of_encoder,
    output:
        GENERATED_EXPORT,
    log:
        log_of(GENERATED_EXPORT),
    benchmark:
        benchmark_of(GENERATED_EXPORT)
    wildcard_constraints:
        size=r"[1-9]\d*",
        number=r"\d+",
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
        code=code("generation/export_generated.py"),
    script:
        "../workflow_scripts/generation/export_generated.py"
