"""Embeddings mapped from one data set's space to another's: completion, surface reconstruction."""


rule train_transfer:
    input:
        unpack(mapping_inputs),
    output:
        multiext(
            "results/mappings/{mapping}/",
            model="model.safetensors",
            history="history.parquet",
        ),
    log:
        "results/logs/mappings/{mapping}/train.log",
    cache: True
    priority: 1
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=1,
        mem_mb=8000,
        runtime=1440,
    params:
        settings=lambda wildcards: without(
            config["mappings"][wildcards.mapping],
            "source",
            "target",
            "shapes",
            "points",
            "resolution",
        ),
        seed=config["seed"],
        # Here for Snakemake's cache, whose keys know nothing of wildcards.
        mapping=lambda wildcards: wildcards.mapping,
        code=code("mapping/train_transfer.py"),
    script:
        "../workflow_scripts/mapping/train_transfer.py"


rule evaluate_mapping:
    input:
        unpack(mapping_inputs),
        unpack(mapped_from),
        source_shapes=source_shapes,
    output:
        "results/mappings/{mapping}/measured/{mapped_by}.parquet",
    log:
        "results/logs/mappings/{mapping}/{mapped_by}.log",
    benchmark:
        "results/benchmarks/mappings/{mapping}/{mapped_by}.tsv"
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=lambda wildcards: int(wildcards.mapped_by not in ("input", "poisson")),
        mem_mb=rebuild_mib,
        runtime=720,
    params:
        settings=lambda wildcards: {
            k: config["mappings"][wildcards.mapping][k]
            for k in ("shapes", "points", "resolution")
        },
        seed=config["seed"],
        code=code("mapping/evaluate_mapping.py"),
    script:
        "../workflow_scripts/mapping/evaluate_mapping.py"


for name, what in MAPPING_TABLES.items():

    rule:
        name:
            name
        input:
            mapping_files(name),
        output:
            csv=report(
                f"results/tables/{name}.csv",
                caption="../report/mappings.rst",
                category="Tables",
                labels={"table": name.replace("_", " "), "what": what},
            ),
            markdown=f"results/tables/{name}.md",
        log:
            f"results/logs/tables/{name}.log",
        benchmark:
            f"results/benchmarks/tables/{name}.tsv"
        conda:
            ENV
        params:
            title=f"{name.replace('_', ' ').capitalize()}: {what}",
            titles=titles_of_mappings(name),
            code=code("mapping/table_mapping.py"),
        script:
            "../workflow_scripts/mapping/table_mapping.py"


rule plot_mapped:
    input:
        unpack(mapping_inputs),
        source_shapes=source_shapes,
        network="results/mappings/{mapping}/model.safetensors",
    output:
        report(
            "results/figures/mappings/{mapping}/mapped.png",
            caption="../report/mapped.rst",
            category="Figures",
            labels={"figure": "mapped shapes", "data set": "{mapping}"},
        ),
    log:
        "results/logs/figures/mappings/{mapping}/mapped.log",
    benchmark:
        "results/benchmarks/figures/mappings/{mapping}/mapped.tsv"
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=1,
        mem_mb=rebuild_mib,
        runtime=120,
    params:
        methods=lambda wildcards: drawn_methods(wildcards.mapping),
        resolution=lambda wildcards: config["mappings"][wildcards.mapping]["resolution"],
        title=lambda wildcards: title_of_mapping(wildcards.mapping),
        seed=config["seed"],
        code=code("mapping/plot_mapped.py"),
    script:
        "../workflow_scripts/mapping/plot_mapped.py"
