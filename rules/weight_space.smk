"""INRs of one or several starts as weights: repeated fits, lines between them, matching (Appendix K)."""


include: "inputs/weight_space.smk"


rule refit_inrs:
    input:
        shapes=lambda wildcards: shape_shards(wildcards.dataset),
        init=init_of_inrs,
    output:
        REFITS,
    log:
        log_of(REFITS),
    wildcard_constraints:
        inr=fitted_inrs(),
    cache: True
    priority: 3
    conda:
        ENV
    threads: config["compute"]["fit_threads"]
    resources:
        gpu=1,
        mem_mb=fit_mib,
        runtime=fit_minutes,
    params:
        settings=lambda wildcards: without(entry("inrs")(wildcards), "seed", "copies"),
        refits=without(config["refits"], "queries"),
        dataset=dataset_key("queries", "field", "voxels"),
        seed=lambda wildcards: seed_of("inrs", wildcards.inr),
        code=code("weight_space/refit_inrs.py"),
    script:
        "../workflow_scripts/weight_space/refit_inrs.py"


rule evaluate_repeatability:
    input:
        inrs=REFITS,
        model=model_of_encoder,
    output:
        REPEATABILITY,
    log:
        log_of(REPEATABILITY),
    benchmark:
        benchmark_of(REPEATABILITY)
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=1,
        mem_mb=4000,
        runtime=60,
    params:
        described=lambda wildcards: architecture_of(wildcards.encoder),
        code=lambda wildcards: code_of_encoders(
            "weight_space/evaluate_repeatability.py", wildcards, wildcards.encoder
        ),
    script:
        "../workflow_scripts/weight_space/evaluate_repeatability.py"


rule table_repeatability:
    input:
        repeatability_files,
    output:
        csv=report(
            f"{TABLE}/repeatability.csv",
            caption="../report/repeatability.rst",
            category="Tables",
            labels={"table": "repeatability", "what": "embeddings of repeated fits"},
        ),
        markdown=f"{TABLE}/repeatability.md",
        distances=f"{TABLE}/repeatability_distances.csv",
    log:
        log_of(f"{TABLE}/repeatability"),
    benchmark:
        benchmark_of(f"{TABLE}/repeatability")
    conda:
        ENV
    params:
        rows=rows_by_start("repeatability"),
        code=code("weight_space/table_repeatability.py"),
    script:
        "../workflow_scripts/weight_space/table_repeatability.py"


# Figure 30 of the paper.
rule plot_repeatability:
    input:
        repeatability_files,
    output:
        report(
            f"{FIGURE}/repeatability.png",
            caption="../report/repeatability_figure.rst",
            category="Figures",
            labels={"figure": "repeatability", "data set": "all"},
        ),
    log:
        log_of(f"{FIGURE}/repeatability.png"),
    benchmark:
        benchmark_of(f"{FIGURE}/repeatability.png")
    conda:
        ENV
    params:
        rows=rows_by_start("repeatability"),
        code=code("weight_space/plot_repeatability.py"),
    script:
        "../workflow_scripts/weight_space/plot_repeatability.py"


rule evaluate_connectivity:
    input:
        inrs=REFITS,
        shapes=lambda wildcards: shape_shards(wildcards.dataset),
    output:
        CONNECTIVITY,
    log:
        log_of(CONNECTIVITY),
    benchmark:
        benchmark_of(CONNECTIVITY)
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=1,
        mem_mb=4000,
        runtime=120,
    params:
        sampling=dataset_key("queries"),
        queries=config["refits"]["queries"],
        seed=config["seed"],
        code=code("weight_space/evaluate_connectivity.py"),
    script:
        "../workflow_scripts/weight_space/evaluate_connectivity.py"


rule table_connectivity:
    input:
        connectivity_files,
    output:
        csv=report(
            f"{TABLE}/connectivity.csv",
            caption="../report/connectivity.rst",
            category="Tables",
            labels={"table": "connectivity", "what": "lines between INRs"},
        ),
        markdown=f"{TABLE}/connectivity.md",
    log:
        log_of(f"{TABLE}/connectivity"),
    benchmark:
        benchmark_of(f"{TABLE}/connectivity")
    conda:
        ENV
    params:
        rows=rows_by_start("connectivity"),
        code=code("weight_space/table_connectivity.py"),
    script:
        "../workflow_scripts/weight_space/table_connectivity.py"


# Figure 31 of the paper.
rule plot_connectivity:
    input:
        connectivity_files,
    output:
        report(
            f"{FIGURE}/connectivity.png",
            caption="../report/connectivity_figure.rst",
            category="Figures",
            labels={"figure": "connectivity", "data set": "all"},
        ),
    log:
        log_of(f"{FIGURE}/connectivity.png"),
    benchmark:
        benchmark_of(f"{FIGURE}/connectivity.png")
    conda:
        ENV
    params:
        rows=rows_by_start("connectivity"),
        code=code("weight_space/plot_connectivity.py"),
    script:
        "../workflow_scripts/weight_space/plot_connectivity.py"
