"""Encoders trained on a data set's INRs, the embeddings of INRs, and encoders side by side."""


include: "inputs/encoders.smk"


rule train_encoder:
    input:
        unpack(training_files),
    output:
        multiext(
            f"{ENCODER}/",
            model=MODEL,
            history=HISTORY,
        ),
    log:
        log_of(ENCODER),
    wildcard_constraints:
        inr=one_of("inrs"),
        encoder=one_of("encoders"),
    cache: True
    priority: 2
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=1,
        mem_mb=train_mib,
        runtime=2880,
    params:
        settings=encoder_settings,
        described=ENCODER_ARCHITECTURE,
        queries=lambda wildcards: config["datasets"][wildcards.dataset]["queries"],
        shapes=dataset_key("points", "voxels", "open_meshes", "side", "frame"),
        seed=lambda wildcards: seed_of("encoders", wildcards.encoder),
        code=lambda wildcards: code_of_encoders(
            "encoders/train_encoder.py", wildcards, wildcards.encoder
        ),
    script:
        "../workflow_scripts/encoders/train_encoder.py"


rule embed_inrs:
    input:
        inrs=lambda wildcards: inr_shards(wildcards.dataset, wildcards.inr),
        model=model_of_encoder,
    output:
        EMBEDDINGS,
    log:
        log_of(EMBEDDINGS),
    wildcard_constraints:
        inr=one_of("inrs"),
        encoder=one_of("encoders"),
    cache: True
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=1,
        mem_mb=4000,
        runtime=240,
    params:
        precision=lambda wildcards: config["encoders"][wildcards.encoder]["precision"],
        described=lambda wildcards: architecture_of(wildcards.encoder),
        code=lambda wildcards: code_of_encoders(
            "encoders/embed_inrs.py", wildcards, wildcards.encoder
        ),
    script:
        "../workflow_scripts/encoders/embed_inrs.py"


# With all cores, so that no other job disturbs the clock; on a cluster a job has its own.
rule benchmark_encoders:
    input:
        unpack(compared_files),
    output:
        ENCODER_COSTS,
    log:
        log_of(ENCODER_COSTS),
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
        EMBEDDINGS,
    output:
        f"{PROBE}/{METRICS}",
    log:
        log_of(PROBE),
    benchmark:
        benchmark_of(PROBE)
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
            f"{TABLE}/encoders.csv",
            caption="../report/encoders.rst",
            category="Tables",
            labels={"table": "encoders", "what": "encoders side by side"},
        ),
        markdown=f"{TABLE}/encoders.md",
    log:
        log_of(f"{TABLE}/encoders"),
    benchmark:
        benchmark_of(f"{TABLE}/encoders")
    conda:
        ENV
    params:
        titles=titles("encoders"),
        same=repeated_encoders(),
        code=code("encoders/table_encoders.py"),
    script:
        "../workflow_scripts/encoders/table_encoders.py"
