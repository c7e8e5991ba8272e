"""Figures of the embeddings and of what the classifiers made of them."""

EXAMPLES = example_sources()
PAGE = ["results/figures/shapes.html"] if EXAMPLES else []
FIGURES = (
    [figure for example in EXAMPLES for figure in figures_of(*example)]
    + PAGE
    + comparison_figures()
    + product_figures()
)


# Its own rule, so that an edited figure trains nothing.
rule plot_encoder_training:
    input:
        "results/{dataset}/encoders/{inr}/{encoder}/history.parquet",
    output:
        report(
            "results/figures/{dataset}/{inr}/{encoder}/curves.png",
            caption="../report/curves.rst",
            category="Figures",
            labels={"figure": "training", "data set": "{dataset}"},
        ),
    log:
        "results/logs/figures/{dataset}/{inr}/{encoder}/curves.log",
    benchmark:
        "results/benchmarks/figures/{dataset}/{inr}/{encoder}/curves.tsv"
    conda:
        ENV
    params:
        title=lambda wildcards: title_of(wildcards.dataset),
        code=code("figures/plot_encoder_training.py"),
    script:
        "../workflow_scripts/figures/plot_encoder_training.py"


rule plot_tsne:
    input:
        "results/{dataset}/embeddings/{inr}/{encoder}.parquet",
    output:
        report(
            "results/figures/{dataset}/{inr}/{encoder}/tsne.png",
            caption="../report/tsne.rst",
            category="Figures",
            labels={"figure": "t-SNE", "data set": "{dataset}"},
        ),
    log:
        "results/logs/figures/{dataset}/{inr}/{encoder}/tsne.log",
    benchmark:
        "results/benchmarks/figures/{dataset}/{inr}/{encoder}/tsne.tsv"
    conda:
        ENV
    params:
        title=lambda wildcards: title_of(wildcards.dataset),
        seed=config["seed"],
        code=code("figures/plot_tsne.py"),
    script:
        "../workflow_scripts/figures/plot_tsne.py"


rule plot_confusion:
    input:
        lambda wildcards: [
            path.replace("metrics.json", "predictions.parquet")
            for path in classification_metrics(
                {"dataset": wildcards.dataset, "inr": wildcards.inr}, wildcards.encoder
            )
        ],
    output:
        report(
            "results/figures/{dataset}/{inr}/{encoder}/confusion.png",
            caption="../report/confusion.rst",
            category="Figures",
            labels={"figure": "confusion matrix", "data set": "{dataset}"},
        ),
    log:
        "results/logs/figures/{dataset}/{inr}/{encoder}/confusion.log",
    benchmark:
        "results/benchmarks/figures/{dataset}/{inr}/{encoder}/confusion.tsv"
    conda:
        ENV
    params:
        title=lambda wildcards: title_of(wildcards.dataset),
        code=code("figures/plot_confusion.py"),
    script:
        "../workflow_scripts/figures/plot_confusion.py"


rule plot_decoded:
    input:
        "results/{dataset}/examples/{inr}/{source}.h5",
    output:
        report(
            "results/figures/{dataset}/{inr}/{source}/decoded.png",
            caption="../report/decoded.rst",
            category="Figures",
            labels={"figure": "rebuilt shapes", "data set": "{dataset}"},
        ),
    log:
        "results/logs/figures/{dataset}/{inr}/{source}/decoded.log",
    benchmark:
        "results/benchmarks/figures/{dataset}/{inr}/{source}/decoded.tsv"
    conda:
        ENV
    params:
        title=lambda wildcards: title_of(wildcards.dataset),
        code=code("figures/plot_decoded.py"),
    script:
        "../workflow_scripts/figures/plot_decoded.py"


rule plot_interpolated:
    input:
        embeddings="results/{dataset}/embeddings/{inr}/{source}.parquet",
        model=model_of_source,
    output:
        report(
            "results/figures/{dataset}/{inr}/{source}/interpolated.png",
            caption="../report/interpolated.rst",
            category="Figures",
            labels={"figure": "interpolation", "data set": "{dataset}"},
        ),
    log:
        "results/logs/figures/{dataset}/{inr}/{source}/interpolated.log",
    benchmark:
        "results/benchmarks/figures/{dataset}/{inr}/{source}/interpolated.tsv"
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=1,
        mem_mb=rebuild_mib,
        runtime=120,
    params:
        title=lambda wildcards: title_of(wildcards.dataset),
        size=lambda wildcards: modality_of(wildcards.dataset).size_without_original(
            config["datasets"][wildcards.dataset], config["reconstruction"]
        ),
        seed=config["seed"],
        code=code("figures/plot_interpolated.py"),
    script:
        "../workflow_scripts/figures/plot_interpolated.py"


rule write_shape_viewer:
    input:
        [f"results/{d}/examples/{inr}/{source}.h5" for d, inr, source in EXAMPLES],
    output:
        report(
            "results/figures/shapes.html",
            caption="../report/shapes.rst",
            category="Figures",
            labels={"figure": "shapes that turn", "data set": "all"},
        ),
    log:
        "results/logs/figures/shapes.log",
    benchmark:
        "results/benchmarks/figures/shapes.tsv"
    conda:
        ENV
    params:
        titles=[f"{title_of(d)} ({inr}, {source})" for d, inr, source in EXAMPLES],
        page_title="inr2vec: rebuilt shapes",
        code=code("figures/write_shape_viewer.py"),
    script:
        "../workflow_scripts/figures/write_shape_viewer.py"


# Figures 5, 6, 22 and 23 of the paper.
rule plot_retrieved:
    input:
        embeddings=embeddings_of,
        shapes=lambda wildcards: shape_shards(wildcards.dataset),
    output:
        report(
            "results/figures/{dataset}/{inr}/{embedder}/retrieved.png",
            caption="../report/retrieved.rst",
            category="Figures",
            labels={"figure": "retrieval", "data set": "{dataset}"},
        ),
    log:
        "results/logs/figures/{dataset}/{inr}/{embedder}/retrieved.log",
    benchmark:
        "results/benchmarks/figures/{dataset}/{inr}/{embedder}/retrieved.tsv"
    conda:
        ENV
    params:
        title=lambda wildcards: f"{title_of(wildcards.dataset)}: nearest to each query ({wildcards.embedder})",
        seed=config["seed"],
        code=code("figures/plot_retrieved.py"),
    script:
        "../workflow_scripts/figures/plot_retrieved.py"


rule plot_baseline_training:
    input:
        lambda wildcards: network_histories(wildcards.dataset),
    output:
        report(
            "results/figures/{dataset}/networks.png",
            caption="../report/networks.rst",
            category="Figures",
            labels={"figure": "training of networks", "data set": "{dataset}"},
        ),
    log:
        "results/logs/figures/{dataset}/networks.log",
    benchmark:
        "results/benchmarks/figures/{dataset}/networks.tsv"
    conda:
        ENV
    params:
        title=lambda wildcards: title_of(wildcards.dataset),
        code=code("figures/plot_baseline_training.py"),
    script:
        "../workflow_scripts/figures/plot_baseline_training.py"


# Figures 6 (timing) and 35 of the paper.
rule plot_inference_time:
    input:
        "results/{dataset}/times/{inr}/times.parquet",
    output:
        report(
            "results/figures/{dataset}/{inr}/times.png",
            caption="../report/times.rst",
            category="Figures",
            labels={"figure": "inference time", "data set": "{dataset}"},
        ),
    log:
        "results/logs/figures/{dataset}/{inr}/times.log",
    benchmark:
        "results/benchmarks/figures/{dataset}/{inr}/times.tsv"
    conda:
        ENV
    params:
        title=lambda wildcards: title_of(wildcards.dataset),
        code=code("figures/plot_inference_time.py"),
    script:
        "../workflow_scripts/figures/plot_inference_time.py"


rule plot_segmentation:
    input:
        unpack(
            lambda wildcards: told_from_embeddings(
                *wildcards, config["segmentation"]["seeds"][0]
            )
        ),
        originals=lambda wildcards: shape_shards(wildcards.dataset),
        inrs=lambda wildcards: inr_shards(wildcards.dataset, wildcards.inr),
        parts="results/{dataset}/parts.csv",
    output:
        report(
            "results/figures/{dataset}/{inr}/{encoder}/parts.png",
            caption="../report/parts.rst",
            category="Figures",
            labels={"figure": "parts", "data set": "{dataset}"},
        ),
    log:
        "results/logs/figures/{dataset}/{inr}/{encoder}/parts.log",
    benchmark:
        "results/benchmarks/figures/{dataset}/{inr}/{encoder}/parts.tsv"
    conda:
        ENV
    resources:
        gpu=1,
        mem_mb=8000,
        runtime=240,
    params:
        title=lambda wildcards: title_of(wildcards.dataset),
        points=config["segmentation"]["drawn_points"],
        seed=config["seed"],
        code=code("figures/plot_segmentation.py"),
    script:
        "../workflow_scripts/figures/plot_segmentation.py"
