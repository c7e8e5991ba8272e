"""The paper's tables, from the tasks' metrics."""

TABLES = [
    f"results/tables/{name}.csv"
    for name in (*config_checks.TABLES, *MAPPING_TABLES)
    if config["tables"][name]
]

# Tables of scores: the metrics in them, what networks were tested on, and what the table shows.
SCORES = {
    "table1": (RETRIEVAL, None, "retrieval of clouds"),
    "table2": (["accuracy", "hit@1"], "inr", "shape classification"),
    "table6": (["accuracy"], "original", "classification of the original shapes"),
}


for name, (metrics, tested, what) in SCORES.items():

    rule:
        name:
            name
        input:
            score_files(name, metrics, tested),
        output:
            csv=report(
                f"results/tables/{name}.csv",
                caption=f"../report/{name}.rst",
                category="Tables",
                labels={"table": name.removeprefix("table"), "what": what},
            ),
            markdown=f"results/tables/{name}.md",
        log:
            f"results/logs/tables/{name}.log",
        benchmark:
            f"results/benchmarks/tables/{name}.tsv"
        conda:
            ENV
        params:
            title=f"{name.replace('table', 'Table ')}: {what}",
            metrics=metrics,
            titles={dataset: title_of(dataset) for dataset in datasets_of(name)},
            modalities={d: modality_of(d).title for d in datasets_of(name)},
            paper=environment.paper_figures(int(name.removeprefix("table"))),
            code=code("tables/table_scores.py"),
        script:
            "../workflow_scripts/tables/table_scores.py"


PARTS = {
    "table3": ("inr", "parts of clouds rebuilt from INRs"),
    "table7": ("original", "parts of the original clouds"),
}


for name, (tested, what) in PARTS.items():

    rule:
        name:
            name
        input:
            segmentation_files(name, tested),
        output:
            csv=report(
                f"results/tables/{name}.csv",
                caption=f"../report/{name}.rst",
                category="Tables",
                labels={"table": name.removeprefix("table"), "what": what},
            ),
            markdown=f"results/tables/{name}.md",
        log:
            f"results/logs/tables/{name}.log",
        benchmark:
            f"results/benchmarks/tables/{name}.tsv"
        conda:
            ENV
        params:
            title=f"{name.replace('table', 'Table ')}: {what}",
            titles={dataset: title_of(dataset) for dataset in datasets_of(name)},
            modality=modality("udf").title,
            paper=environment.paper_figures(int(name.removeprefix("table"))),
            code=code("tables/table_segmentation.py"),
        script:
            "../workflow_scripts/tables/table_segmentation.py"


rule table_reconstruction:
    input:
        reconstruction_inputs,
    output:
        csv=report(
            "results/tables/reconstruction.csv",
            caption="../report/reconstruction.rst",
            category="Tables",
            labels={"table": "4, 8", "what": "rebuilt shapes"},
        ),
        markdown="results/tables/reconstruction.md",
    log:
        "results/logs/tables/reconstruction.log",
    benchmark:
        "results/benchmarks/tables/reconstruction.tsv"
    conda:
        ENV
    params:
        titles={name: title_of(name) for name in datasets_of("reconstruction")},
        modalities={d: modality_of(d).title for d in datasets_of("reconstruction")},
        paper=environment.paper_figures(4, 8),
        code=code("tables/table_reconstruction.py"),
    script:
        "../workflow_scripts/tables/table_reconstruction.py"


# With all cores, so that no other job disturbs the clock; on a cluster a job has its own.
rule benchmark_inference:
    input:
        inrs=lambda wildcards: inr_shards(wildcards.dataset, wildcards.inr)[:1],
    output:
        "results/{dataset}/times/{inr}/times.parquet",
    log:
        "results/logs/{dataset}/times/{inr}/times.log",
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
        lambda wildcards: times_of(config["tables"]["table10"]),
    output:
        csv=report(
            "results/tables/table10.csv",
            caption="../report/table10.rst",
            category="Tables",
            labels={"table": "10", "what": "inference time"},
        ),
        markdown="results/tables/table10.md",
    log:
        "results/logs/tables/table10.log",
    benchmark:
        "results/benchmarks/tables/table10.tsv"
    conda:
        ENV
    params:
        titles={dataset: title_of(dataset) for dataset in datasets_of("table10")},
        paper=environment.paper_figures(10),
        code=code("tables/table_inference_time.py"),
    script:
        "../workflow_scripts/tables/table_inference_time.py"
