"""The paper's tables, from the metrics of the tasks."""


include: "inputs/tables.smk"


TABLES = [
    f"{TABLE}/{name}.csv"
    for name in (
        *config_checks.TABLES,
        *MAPPING_TABLES,
        *config_checks.FIT_TABLES,
        "connectivity",
        "table5",
    )
    if config["tables"][name]
]


rule table1:
    input:
        score_files("table1", RETRIEVAL_SCORES, None),
    output:
        csv=report(
            f"{TABLE}/table1.csv",
            caption="../report/table1.rst",
            category="Tables",
            labels={"table": "1", "what": "retrieval of clouds"},
        ),
        markdown=f"{TABLE}/table1.md",
    log:
        log_of(f"{TABLE}/table1"),
    benchmark:
        benchmark_of(f"{TABLE}/table1")
    conda:
        ENV
    params:
        title="Table 1: retrieval of clouds",
        metrics=RETRIEVAL_SCORES,
        titles=titles("table1"),
        modalities=modalities("table1"),
        paper=environment.paper_figures(1),
        code=code("tables/table_scores.py"),
    script:
        "../workflow_scripts/tables/table_scores.py"


use rule table1 as table2 with:
    input:
        score_files("table2", ["accuracy", "hit@1"], "inr"),
    output:
        csv=report(
            f"{TABLE}/table2.csv",
            caption="../report/table2.rst",
            category="Tables",
            labels={"table": "2", "what": "shape classification"},
        ),
        markdown=f"{TABLE}/table2.md",
    log:
        log_of(f"{TABLE}/table2"),
    benchmark:
        benchmark_of(f"{TABLE}/table2")
    params:
        title="Table 2: shape classification",
        metrics=["accuracy", "hit@1"],
        titles=titles("table2"),
        modalities=modalities("table2"),
        paper=environment.paper_figures(2),
        code=code("tables/table_scores.py"),


use rule table1 as table6 with:
    input:
        score_files("table6", ["accuracy"], "original"),
    output:
        csv=report(
            f"{TABLE}/table6.csv",
            caption="../report/table6.rst",
            category="Tables",
            labels={"table": "6", "what": "classification of the original shapes"},
        ),
        markdown=f"{TABLE}/table6.md",
    log:
        log_of(f"{TABLE}/table6"),
    benchmark:
        benchmark_of(f"{TABLE}/table6")
    params:
        title="Table 6: classification of the original shapes",
        metrics=["accuracy"],
        titles=titles("table6"),
        modalities=modalities("table6"),
        paper=environment.paper_figures(6),
        code=code("tables/table_scores.py"),


# Table 9 of the paper: retrieval and classification by codes of shared networks.
use rule table1 as table9 with:
    input:
        score_files("table9", ["accuracy", *RETRIEVAL_SCORES], "inr"),
    output:
        csv=report(
            f"{TABLE}/table9.csv",
            caption="../report/table9.rst",
            category="Tables",
            labels={"table": "9", "what": "codes of shared networks"},
        ),
        markdown=f"{TABLE}/table9.md",
    log:
        log_of(f"{TABLE}/table9"),
    benchmark:
        benchmark_of(f"{TABLE}/table9")
    params:
        title="Table 9: retrieval and classification by codes of shared networks",
        metrics=["accuracy", *RETRIEVAL_SCORES],
        titles=titles("table9"),
        modalities=modalities("table9"),
        paper=environment.paper_figures(9),
        code=code("tables/table_scores.py"),


rule table3:
    input:
        segmentation_files("table3", "inr"),
    output:
        csv=report(
            f"{TABLE}/table3.csv",
            caption="../report/table3.rst",
            category="Tables",
            labels={"table": "3", "what": "parts of clouds reconstructed from INRs"},
        ),
        markdown=f"{TABLE}/table3.md",
    log:
        log_of(f"{TABLE}/table3"),
    benchmark:
        benchmark_of(f"{TABLE}/table3")
    conda:
        ENV
    params:
        title="Table 3: parts of clouds reconstructed from INRs",
        titles=titles("table3"),
        modality=modality("udf").title,
        paper=environment.paper_figures(3),
        code=code("tables/table_segmentation.py"),
    script:
        "../workflow_scripts/tables/table_segmentation.py"


use rule table3 as table7 with:
    input:
        segmentation_files("table7", "original"),
    output:
        csv=report(
            f"{TABLE}/table7.csv",
            caption="../report/table7.rst",
            category="Tables",
            labels={"table": "7", "what": "parts of the original clouds"},
        ),
        markdown=f"{TABLE}/table7.md",
    log:
        log_of(f"{TABLE}/table7"),
    benchmark:
        benchmark_of(f"{TABLE}/table7")
    params:
        title="Table 7: parts of the original clouds",
        titles=titles("table7"),
        modality=modality("udf").title,
        paper=environment.paper_figures(7),
        code=code("tables/table_segmentation.py"),


rule table5:
    output:
        csv=report(
            f"{TABLE}/table5.csv",
            caption="../report/table5.rst",
            category="Tables",
            labels={"table": "5", "what": "parameters of encoders"},
        ),
        markdown=f"{TABLE}/table5.md",
    log:
        log_of(f"{TABLE}/table5"),
    benchmark:
        benchmark_of(f"{TABLE}/table5")
    conda:
        ENV
    params:
        encoders=config["tables"]["table5"],
        paper=environment.paper_figures(5),
        code=lambda wildcards: code_of_types(
            "tables/table_parameters.py",
            wildcards,
            *(encoder["type"] for encoder in config["tables"]["table5"]),
        ),
    script:
        "../workflow_scripts/tables/table_parameters.py"


rule table8:
    input:
        unpack(lambda wildcards: decoding_files("table8")),
    output:
        csv=report(
            f"{TABLE}/table8.csv",
            caption="../report/table8.rst",
            category="Tables",
            labels={"table": "8", "what": "encoders of hidden and of all layers"},
        ),
        markdown=f"{TABLE}/table8.md",
    log:
        log_of(f"{TABLE}/table8"),
    benchmark:
        benchmark_of(f"{TABLE}/table8")
    conda:
        ENV
    params:
        title="Table 8: encoders of hidden and of all layers",
        starts=starts_of_inrs("table8"),
        titles=titles("table8"),
        modalities=modalities("table8"),
        paper=environment.paper_figures(8),
        code=code("tables/table_decoding.py"),
    script:
        "../workflow_scripts/tables/table_decoding.py"


use rule table8 as shared_start with:
    input:
        unpack(lambda wildcards: decoding_files("shared_start")),
    output:
        csv=report(
            f"{TABLE}/shared_start.csv",
            caption="../report/shared_start.rst",
            category="Tables",
            labels={"table": "shared start", "what": "encoders by where INRs start"},
        ),
        markdown=f"{TABLE}/shared_start.md",
    log:
        log_of(f"{TABLE}/shared_start"),
    benchmark:
        benchmark_of(f"{TABLE}/shared_start")
    params:
        title="Encoders of INRs of one start, each of its own, and matched",
        starts=starts_of_inrs("shared_start"),
        titles=titles("shared_start"),
        modalities=modalities("shared_start"),
        paper=[],
        code=code("tables/table_decoding.py"),


rule table_reconstruction:
    input:
        reconstruction_table_files,
    output:
        csv=report(
            f"{TABLE}/reconstruction.csv",
            caption="../report/reconstruction.rst",
            category="Tables",
            labels={"table": "4, 8", "what": "reconstructed shapes"},
        ),
        markdown=f"{TABLE}/reconstruction.md",
    log:
        log_of(f"{TABLE}/reconstruction"),
    benchmark:
        benchmark_of(f"{TABLE}/reconstruction")
    conda:
        ENV
    params:
        titles=titles("reconstruction"),
        modalities=modalities("reconstruction"),
        paper=environment.paper_figures(4, 8),
        code=code("tables/table_reconstruction.py"),
    script:
        "../workflow_scripts/tables/table_reconstruction.py"


rule table_init:
    input:
        unpack(init_table_files),
    output:
        csv=report(
            f"{TABLE}/init.csv",
            caption="../report/init.rst",
            category="Tables",
            labels={"table": "init", "what": "INRs fitted in different ways"},
        ),
        markdown=f"{TABLE}/init.md",
    log:
        log_of(f"{TABLE}/init"),
    benchmark:
        benchmark_of(f"{TABLE}/init")
    conda:
        ENV
    params:
        shards=shards_of_rows,
        fits=fits_of_rows,
        titles=titles("init"),
        code=code("tables/table_init.py"),
    script:
        "../workflow_scripts/tables/table_init.py"


# With all cores, so that no other job disturbs the clock; on a cluster a job has its own.
rule benchmark_inference:
    input:
        inrs=lambda wildcards: inr_shards(wildcards.dataset, wildcards.inr)[:1],
    output:
        TIMES,
    log:
        log_of(TIMES),
    conda:
        ENV
    threads: workflow.resource_settings.cores or config["compute"]["train_threads"]
    resources:
        gpu=1,
        mem_mb=8000,
        runtime=240,
    params:
        methods=timed_methods,
        settings=lambda wildcards: config["timing"],
        hidden=config["classification"]["hidden"],
        code=lambda wildcards: code_of_encoders(
            "tables/benchmark_inference.py",
            wildcards,
            *(set(timed_methods(wildcards)) & set(config["encoders"])),
        ),
    script:
        "../workflow_scripts/tables/benchmark_inference.py"


rule table10:
    input:
        [TIMES.format(**row) for row in config["tables"]["table10"]],
    output:
        csv=report(
            f"{TABLE}/table10.csv",
            caption="../report/table10.rst",
            category="Tables",
            labels={"table": "10", "what": "inference time"},
        ),
        markdown=f"{TABLE}/table10.md",
    log:
        log_of(f"{TABLE}/table10"),
    benchmark:
        benchmark_of(f"{TABLE}/table10")
    conda:
        ENV
    params:
        titles=titles("table10"),
        paper=environment.paper_figures(10),
        code=code("tables/table_inference_time.py"),
    script:
        "../workflow_scripts/tables/table_inference_time.py"
