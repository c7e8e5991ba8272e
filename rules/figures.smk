"""Figures of the embeddings and of what the classifiers made of them."""

FIGURES = sorted(
    {
        figure
        for row in config["tables"]["table2"]
        for method in row["methods"]
        if method in config["encoders"]
        for figure in figures_of(row, method)
    }
)


# Its own rule, so that an edited figure trains nothing.
rule plot_curves:
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
        code=code("plot_curves.py"),
    script:
        "../workflow_scripts/plot_curves.py"


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
        code=code("plot_tsne.py"),
    script:
        "../workflow_scripts/plot_tsne.py"


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
        code=code("plot_confusion.py"),
    script:
        "../workflow_scripts/plot_confusion.py"


rule plot_decoded:
    input:
        shapes=lambda wildcards: shape_shards(wildcards.dataset),
        inrs=lambda wildcards: inr_shards(wildcards.dataset, wildcards.inr),
        model=trained_model,
    output:
        report(
            "results/figures/{dataset}/{inr}/{encoder}/decoded.png",
            caption="../report/decoded.rst",
            category="Figures",
            labels={"figure": "rebuilt clouds", "data set": "{dataset}"},
        ),
    log:
        "results/logs/figures/{dataset}/{inr}/{encoder}/decoded.log",
    benchmark:
        "results/benchmarks/figures/{dataset}/{inr}/{encoder}/decoded.tsv"
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    params:
        title=lambda wildcards: title_of(wildcards.dataset),
        seed=config["seed"],
        code=code("plot_decoded.py"),
    script:
        "../workflow_scripts/plot_decoded.py"
