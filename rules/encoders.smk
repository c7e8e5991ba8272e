"""inr2vec trained on a data set's INRs, and the embeddings of INRs."""


rule train_encoder:
    input:
        inrs=lambda wildcards: [
            shard
            for dataset in training_sets(wildcards.dataset, wildcards.encoder)
            for shard in inr_shards(dataset, wildcards.inr)
        ],
        shapes=lambda wildcards: [
            shard
            for dataset in training_sets(wildcards.dataset, wildcards.encoder)
            for shard in shape_shards(dataset)
        ],
    output:
        multiext(
            "results/{dataset}/encoders/{inr}/{encoder}/",
            model="model.safetensors",
            history="history.parquet",
        ),
    log:
        "results/logs/{dataset}/encoders/{inr}/{encoder}.log",
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
        settings=training_settings,
        queries=lambda wildcards: config["datasets"][wildcards.dataset]["queries"],
        seed=lambda wildcards: config["encoders"][wildcards.encoder].get(
            "seed", config["seed"]
        ),
        code=lambda wildcards: code_of_encoders(
            "encoders/train_encoder.py", wildcards, wildcards.encoder
        ),
    script:
        "../workflow_scripts/encoders/train_encoder.py"


rule embed_inrs:
    input:
        inrs=lambda wildcards: inr_shards(wildcards.dataset, wildcards.inr),
        model=lambda wildcards: trained_model(
            wildcards.dataset, wildcards.inr, wildcards.encoder
        ),
    output:
        "results/{dataset}/embeddings/{inr}/{encoder}.parquet",
    log:
        "results/logs/{dataset}/embeddings/{inr}/{encoder}.log",
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
        code=lambda wildcards: code_of_encoders(
            "encoders/embed_inrs.py", wildcards, wildcards.encoder
        ),
    script:
        "../workflow_scripts/encoders/embed_inrs.py"
