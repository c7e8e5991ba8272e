"""Networks that represent a whole data set, their codes of shapes, and individual INRs beside them."""


include: "inputs/shared_networks.smk"


rule train_shared_network:
    input:
        shapes=lambda wildcards: shape_shards(wildcards.dataset),
        # Only for its checks: a bad data set stops here, and another shard's change does not.
        checked=ancient(MANIFEST),
    output:
        multiext(
            f"{SHARED_NETWORK}/",
            model=MODEL,
            history=HISTORY,
        ),
    log:
        log_of(SHARED_NETWORK),
    wildcard_constraints:
        encoder=one_of("shared_networks"),
    cache: True
    priority: 2
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=1,
        mem_mb=shared_network_mib,
        runtime=2880,
    params:
        settings=shared_network_settings,
        dataset=dataset_key("queries", "field", "voxels"),
        seed=seed_of_network,
        code=lambda wildcards: code_of_networks(
            "shared_networks/train_shared_network.py", wildcards, wildcards.encoder
        ),
    script:
        "../workflow_scripts/shared_networks/train_shared_network.py"


# Embeddings without INRs: the reserved name `shared` stands in their place.
rule infer_codes:
    input:
        shapes=lambda wildcards: shape_shards(wildcards.dataset),
        model=model_of_encoder,
    output:
        EMBEDDINGS,
    log:
        log_of(EMBEDDINGS),
    wildcard_constraints:
        inr=SHARED,
        encoder=one_of("shared_networks"),
    cache: True
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=1,
        mem_mb=4000,
        runtime=1440,
    params:
        settings=lambda wildcards: {
            key: config["shared_networks"][wildcards.encoder][key]
            for key in ("embedding", "queries", "copies")
        },
        dataset=dataset_key("queries", "field", "voxels"),
        seed=seed_of_network,
        code=lambda wildcards: code_of_networks(
            "shared_networks/infer_codes.py", wildcards, wildcards.encoder
        ),
    script:
        "../workflow_scripts/shared_networks/infer_codes.py"


# Figures 10 and 11 of the paper.
rule plot_shared_networks:
    input:
        unpack(shared_figure_files),
    output:
        report(
            SHARED_FIGURE,
            caption="../report/shared_networks.rst",
            category="Figures",
            labels={"figure": "shared networks", "data set": "{dataset}"},
        ),
    log:
        log_of(SHARED_FIGURE),
    benchmark:
        benchmark_of(SHARED_FIGURE)
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=1,
        mem_mb=reconstruction_mib,
        runtime=120,
    params:
        title=lambda wildcards: f"{title_of(wildcards.dataset)}: individual INRs and shared networks",
        names=networks_of,
        resolution=config["reconstruction"]["resolution"],
        seed=config["seed"],
        code=code("shared_networks/plot_shared_networks.py"),
    script:
        "../workflow_scripts/shared_networks/plot_shared_networks.py"


rule table4:
    input:
        unpack(table4_files),
    output:
        csv=report(
            f"{TABLE}/table4.csv",
            caption="../report/table4.rst",
            category="Tables",
            labels={"table": "4", "what": "individual INRs and shared networks"},
        ),
        markdown=f"{TABLE}/table4.md",
    log:
        log_of(f"{TABLE}/table4"),
    benchmark:
        benchmark_of(f"{TABLE}/table4")
    conda:
        ENV
    params:
        titles=titles("table4"),
        modalities=modalities("table4"),
        inrs=inrs_of_table4,
        networks=networks_of_table4,
        shared=SHARED,
        fit_threads=config["compute"]["fit_threads"],
        train_threads=config["compute"]["train_threads"],
        paper=environment.paper_figures(4),
        code=code("shared_networks/table_shared_networks.py"),
    script:
        "../workflow_scripts/shared_networks/table_shared_networks.py"
