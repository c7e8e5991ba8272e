"""Quality of INRs along their fit, by size and loss (Appendices B and M)."""


include: "inputs/fit_stages.smk"


# With all cores, so that no other job disturbs the clock; on a cluster a job has its own.
rule evaluate_stages:
    input:
        shapes=lambda wildcards: shape_shards(wildcards.dataset),
        init=init_of_inrs,
    output:
        measured=f"{STAGES}.parquet",
        shapes=f"{STAGES}.h5",
    log:
        log_of(STAGES),
    wildcard_constraints:
        inr=fitted_inrs(),
    conda:
        ENV
    threads: workflow.resource_settings.cores or config["compute"]["fit_threads"]
    resources:
        gpu=1,
        mem_mb=fit_mib,
        runtime=stages_minutes,
    params:
        settings=lambda wildcards: without(
            entry("inrs")(wildcards), "seed", "copies", "steps"
        ),
        stages=config["stages"],
        reconstruction={
            k: config["reconstruction"][k]
            for k in ("points", "cloud_points", "resolution")
        },
        dataset=dataset_key("queries", "field", "voxels"),
        seed=lambda wildcards: seed_of("inrs", wildcards.inr),
        code=code("fit_stages/evaluate_stages.py"),
    script:
        "../workflow_scripts/fit_stages/evaluate_stages.py"


rule inr_size:
    input:
        stage_files("inr_size", "parquet"),
    output:
        csv=report(
            f"{TABLE}/inr_size.csv",
            caption="../report/inr_size.rst",
            category="Tables",
            labels={"table": "INR size", "what": "quality along fits, by size"},
        ),
        markdown=f"{TABLE}/inr_size.md",
    log:
        log_of(f"{TABLE}/inr_size"),
    benchmark:
        benchmark_of(f"{TABLE}/inr_size")
    conda:
        ENV
    params:
        title="INRs of several sizes along their fit",
        fits=followed_fits("inr_size"),
        code=code("fit_stages/table_stages.py"),
    script:
        "../workflow_scripts/fit_stages/table_stages.py"


use rule inr_size as losses with:
    input:
        stage_files("losses", "parquet"),
    output:
        csv=report(
            f"{TABLE}/losses.csv",
            caption="../report/losses.rst",
            category="Tables",
            labels={"table": "losses", "what": "quality along fits, by loss"},
        ),
        markdown=f"{TABLE}/losses.md",
    log:
        log_of(f"{TABLE}/losses"),
    benchmark:
        benchmark_of(f"{TABLE}/losses")
    params:
        title="INRs fitted with several losses along their fit",
        fits=followed_fits("losses"),
        code=code("fit_stages/table_stages.py"),


# Figure 33 of the paper: curves.
rule plot_stages:
    input:
        lambda wildcards: stage_files(wildcards.compared, "parquet"),
    output:
        report(
            f"{FIGURE}/{{compared}}.png",
            caption="../report/stages.rst",
            category="Figures",
            labels={"figure": "quality along fits", "data set": "{compared}"},
        ),
    log:
        log_of(f"{FIGURE}/{{compared}}.png"),
    benchmark:
        benchmark_of(f"{FIGURE}/{{compared}}.png")
    wildcard_constraints:
        compared="|".join(config_checks.FIT_TABLES),
    conda:
        ENV
    params:
        fits=lambda wildcards: followed_fits(wildcards.compared),
        code=code("fit_stages/plot_stages.py"),
    script:
        "../workflow_scripts/fit_stages/plot_stages.py"


# Figure 33 of the paper: a shape at each stage.
rule plot_stage_shapes:
    input:
        lambda wildcards: stage_files(wildcards.compared, "h5"),
    output:
        report(
            f"{FIGURE}/{{compared}}_shapes.png",
            caption="../report/stage_shapes.rst",
            category="Figures",
            labels={"figure": "a shape along fits", "data set": "{compared}"},
        ),
    log:
        log_of(f"{FIGURE}/{{compared}}_shapes.png"),
    benchmark:
        benchmark_of(f"{FIGURE}/{{compared}}_shapes.png")
    wildcard_constraints:
        compared="|".join(config_checks.FIT_TABLES),
    conda:
        ENV
    params:
        fits=lambda wildcards: followed_fits(wildcards.compared),
        code=code("fit_stages/plot_stage_shapes.py"),
    script:
        "../workflow_scripts/fit_stages/plot_stage_shapes.py"
