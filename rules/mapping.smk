"""Embeddings mapped from one data set's space to another's: completion, surface reconstruction."""


include: "inputs/mapping.smk"


rule train_transfer:
    input:
        unpack(mapping_inputs),
    output:
        multiext(
            f"{TRANSFER}/",
            model=MODEL,
            history=HISTORY,
        ),
    log:
        log_of(TRANSFER),
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
        unpack(transfer_network),
        source_shapes=source_shapes,
    output:
        MAPPED,
    log:
        log_of(MAPPED),
    benchmark:
        benchmark_of(MAPPED)
    wildcard_constraints:
        method="transfer|input|decoded_target|poisson",
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=lambda wildcards: int(wildcards.method not in ("input", "poisson")),
        mem_mb=reconstruction_mib,
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


rule completion:
    input:
        mapping_table_files("completion"),
    output:
        csv=report(
            f"{TABLE}/completion.csv",
            caption="../report/mappings.rst",
            category="Tables",
            labels={"table": "completion", "what": MAPPING_TABLES["completion"]},
        ),
        markdown=f"{TABLE}/completion.md",
    log:
        log_of(f"{TABLE}/completion"),
    benchmark:
        benchmark_of(f"{TABLE}/completion")
    conda:
        ENV
    params:
        title=f"Completion: {MAPPING_TABLES['completion']}",
        titles=titles_of_mappings("completion"),
        code=code("mapping/table_mapping.py"),
    script:
        "../workflow_scripts/mapping/table_mapping.py"


use rule completion as surface_reconstruction with:
    input:
        mapping_table_files("surface_reconstruction"),
    output:
        csv=report(
            f"{TABLE}/surface_reconstruction.csv",
            caption="../report/mappings.rst",
            category="Tables",
            labels={
                "table": "surface reconstruction",
                "what": MAPPING_TABLES["surface_reconstruction"],
            },
        ),
        markdown=f"{TABLE}/surface_reconstruction.md",
    log:
        log_of(f"{TABLE}/surface_reconstruction"),
    benchmark:
        benchmark_of(f"{TABLE}/surface_reconstruction")
    params:
        title=f"Surface reconstruction: {MAPPING_TABLES['surface_reconstruction']}",
        titles=titles_of_mappings("surface_reconstruction"),
        code=code("mapping/table_mapping.py"),


rule plot_mapped:
    input:
        unpack(mapping_inputs),
        source_shapes=source_shapes,
        network=f"{TRANSFER}/{MODEL}",
    output:
        report(
            MAPPED_FIGURE,
            caption="../report/mapped.rst",
            category="Figures",
            labels={"figure": "mapped shapes", "data set": "{mapping}"},
        ),
    log:
        log_of(MAPPED_FIGURE),
    benchmark:
        benchmark_of(MAPPED_FIGURE)
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=1,
        mem_mb=reconstruction_mib,
        runtime=120,
    params:
        methods=lambda wildcards: drawn_methods(wildcards.mapping),
        resolution=lambda wildcards: config["mappings"][wildcards.mapping]["resolution"],
        title=lambda wildcards: title_of_mapping(wildcards.mapping),
        seed=config["seed"],
        code=code("mapping/plot_mapped.py"),
    script:
        "../workflow_scripts/mapping/plot_mapped.py"
