"""Encoders side by side: what they cost, and what their embeddings are worth."""


# With all cores, so that no other job disturbs the clock; on a cluster a job has its own.
rule benchmark_encoders:
    input:
        unpack(compared_files),
    output:
        "results/{dataset}/encoders/{inr}/costs.parquet",
    log:
        "results/logs/{dataset}/encoders/{inr}/costs.log",
    conda:
        ENV
    threads: workflow.resource_settings.cores or config["compute"]["train_threads"]
    resources:
        gpu=1,
        mem_mb=8000,
        runtime=60,
    params:
        methods=compared_encoders,
        own=own_encoders,
        code=lambda wildcards: code_of_encoders(
            "encoders/benchmark_encoders.py", wildcards, *compared_encoders(wildcards)
        ),
    script:
        "../workflow_scripts/encoders/benchmark_encoders.py"


rule probe_embeddings:
    input:
        "results/{dataset}/embeddings/{inr}/{encoder}.parquet",
    output:
        "results/{dataset}/probes/{inr}/{encoder}/metrics.json",
    log:
        "results/logs/{dataset}/probes/{inr}/{encoder}.log",
    benchmark:
        "results/benchmarks/{dataset}/probes/{inr}/{encoder}.tsv"
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        mem_mb=probe_mib,
        runtime=probe_minutes,
    params:
        code=code("encoders/probe_embeddings.py"),
    script:
        "../workflow_scripts/encoders/probe_embeddings.py"


rule table_encoders:
    input:
        unpack(encoder_table_files),
    output:
        csv=report(
            "results/tables/encoders.csv",
            caption="../report/encoders.rst",
            category="Tables",
            labels={"table": "encoders", "what": "encoders side by side"},
        ),
        markdown="results/tables/encoders.md",
    log:
        "results/logs/tables/encoders.log",
    benchmark:
        "results/benchmarks/tables/encoders.tsv"
    conda:
        ENV
    params:
        titles={dataset: title_of(dataset) for dataset in datasets_of("encoders")},
        same=repeated_encoders(),
        code=code("encoders/table_encoders.py"),
    script:
        "../workflow_scripts/encoders/table_encoders.py"
