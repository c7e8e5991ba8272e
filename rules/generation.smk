"""New shapes from generators of embeddings (figures 8 and 25 to 27), and how good they are."""


rule train_generator:
    input:
        embeddings="results/{dataset}/embeddings/{inr}/{encoder}.parquet",
    output:
        multiext(
            "results/{dataset}/generators/{inr}/{encoder}/{generator}/{class_name}/",
            model="model.safetensors",
            history="history.parquet",
            samples="samples.h5",
        ),
    log:
        "results/logs/{dataset}/generators/{inr}/{encoder}/{generator}/{class_name}.log",
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
        unpack(generated_from),
        shapes=lambda wildcards: shape_shards(wildcards.dataset),
    output:
        "results/{dataset}/generated/{inr}/{encoder}/{generated_by}/{class_name}.h5",
    log:
        "results/logs/{dataset}/generated/{inr}/{encoder}/{generated_by}/{class_name}.log",
    benchmark:
        "results/benchmarks/{dataset}/generated/{inr}/{encoder}/{generated_by}/{class_name}.tsv"
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=lambda wildcards: int(wildcards.generated_by != "training_shapes"),
        mem_mb=rebuild_mib,
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
        generated="results/{dataset}/generated/{inr}/{encoder}/{generated_by}/{class_name}.h5",
        shapes=lambda wildcards: shape_shards(wildcards.dataset),
    output:
        "results/{dataset}/generation/{inr}/{encoder}/{generated_by}/{class_name}.parquet",
    log:
        "results/logs/{dataset}/generation/{inr}/{encoder}/{generated_by}/{class_name}.log",
    benchmark:
        "results/benchmarks/{dataset}/generation/{inr}/{encoder}/{generated_by}/{class_name}.tsv"
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
        lambda wildcards: generation_files(),
    output:
        csv=report(
            "results/tables/generation.csv",
            caption="../report/generation.rst",
            category="Tables",
            labels={"table": "generation", "what": "generated shapes"},
        ),
        markdown="results/tables/generation.md",
    log:
        "results/logs/tables/generation.log",
    benchmark:
        "results/benchmarks/tables/generation.tsv"
    conda:
        ENV
    params:
        titles={name: title_of(name) for name in datasets_of("generation")},
        modalities={d: modality_of(d).title for d in datasets_of("generation")},
        code=code("generation/table_generation.py"),
    script:
        "../workflow_scripts/generation/table_generation.py"


rule plot_generated:
    input:
        sets_of_classes,
    output:
        report(
            "results/figures/{dataset}/{inr}/{encoder}/{generator}/generated.png",
            caption="../report/generated.rst",
            category="Figures",
            labels={"figure": "generated shapes", "data set": "{dataset}"},
        ),
    log:
        "results/logs/figures/{dataset}/{inr}/{encoder}/{generator}/generated.log",
    benchmark:
        "results/benchmarks/figures/{dataset}/{inr}/{encoder}/{generator}/generated.tsv"
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
            "results/figures/generated.png",
            caption="../report/generated_page.rst",
            category="Figures",
            labels={"figure": "generated shapes", "data set": "all"},
        ),
    log:
        "results/logs/figures/generated.log",
    benchmark:
        "results/benchmarks/figures/generated.tsv"
    params:
        title="Generated shapes",
        names=lambda wildcards: list(all_generated().values()),
        every_epoch=False,
        code=code("generation/plot_generated.py"),


# Any number of new shapes, of any size:
# results/generated/{dataset}/{inr}/{encoder}/{generator}/{size}/{class}/{number}.{ply,obj,npy}.
rule export_generated:
    input:
        generator="results/{dataset}/generators/{inr}/{encoder}/{generator}/{class_name}/model.safetensors",
        model=lambda wildcards: trained_model(
            wildcards.dataset, wildcards.inr, wildcards.encoder
        ),
    output:
        "results/generated/{dataset}/{inr}/{encoder}/{generator}/{size}/{class_name}/{number}.{extension}",
    log:
        "results/logs/generated/{dataset}/{inr}/{encoder}/{generator}/{size}/{class_name}/{number}.{extension}.log",
    benchmark:
        "results/benchmarks/generated/{dataset}/{inr}/{encoder}/{generator}/{size}/{class_name}/{number}.{extension}.tsv"
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
