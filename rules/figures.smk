"""Figures of the embeddings and of what the classifiers made of them."""


include: "inputs/figures.smk"


DRAWN = example_methods()
FIGURES = [
    *(figure for example in DRAWN for figure in figures_of(*example)),
    *([VIEWER] if DRAWN else []),
    *comparison_figures(),
    *decoded_by_figures(),
    *weight_space_figures(),
    *stage_figures(),
    *([INIT_FIGURE] if config["tables"]["init"] else []),
    *generated_figures(),
    *mapped_figures(),
]


# Its own rule, so that an edited figure trains nothing.
rule plot_encoder_training:
    input:
        lambda wildcards: trained_model(*wildcards, file=HISTORY),
    output:
        report(
            f"{ENCODER_FIGURE}/curves.png",
            caption="../report/curves.rst",
            category="Figures",
            labels={"figure": "training", "data set": "{dataset}"},
        ),
    log:
        log_of(f"{ENCODER_FIGURE}/curves.png"),
    benchmark:
        benchmark_of(f"{ENCODER_FIGURE}/curves.png")
    conda:
        ENV
    params:
        title=lambda wildcards: title_of(wildcards.dataset),
        code=code("figures/plot_encoder_training.py"),
    script:
        "../workflow_scripts/figures/plot_encoder_training.py"


rule plot_tsne:
    input:
        EMBEDDINGS,
    output:
        report(
            f"{ENCODER_FIGURE}/tsne.png",
            caption="../report/tsne.rst",
            category="Figures",
            labels={"figure": "t-SNE", "data set": "{dataset}"},
        ),
    log:
        log_of(f"{ENCODER_FIGURE}/tsne.png"),
    benchmark:
        benchmark_of(f"{ENCODER_FIGURE}/tsne.png")
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
        lambda wildcards: classification_files(
            wildcards, wildcards.encoder, file=PREDICTIONS
        ),
    output:
        report(
            f"{ENCODER_FIGURE}/confusion.png",
            caption="../report/confusion.rst",
            category="Figures",
            labels={"figure": "confusion matrix", "data set": "{dataset}"},
        ),
    log:
        log_of(f"{ENCODER_FIGURE}/confusion.png"),
    benchmark:
        benchmark_of(f"{ENCODER_FIGURE}/confusion.png")
    conda:
        ENV
    params:
        title=lambda wildcards: title_of(wildcards.dataset),
        code=code("figures/plot_confusion.py"),
    script:
        "../workflow_scripts/figures/plot_confusion.py"


rule plot_decoded:
    input:
        EXAMPLES,
    output:
        report(
            f"{METHOD_FIGURE}/decoded.png",
            caption="../report/decoded.rst",
            category="Figures",
            labels={"figure": "reconstructed shapes", "data set": "{dataset}"},
        ),
    log:
        log_of(f"{METHOD_FIGURE}/decoded.png"),
    benchmark:
        benchmark_of(f"{METHOD_FIGURE}/decoded.png")
    conda:
        ENV
    params:
        title=lambda wildcards: title_of(wildcards.dataset),
        code=code("figures/plot_decoded.py"),
    script:
        "../workflow_scripts/figures/plot_decoded.py"


# Figure 15 of the paper.
rule plot_decoded_by:
    input:
        decoded_by_examples,
    output:
        report(
            DECODED_BY_FIGURE,
            caption="../report/decoded_by.rst",
            category="Figures",
            labels={"figure": "shapes by encoder", "data set": "{dataset}"},
        ),
    log:
        log_of(DECODED_BY_FIGURE),
    benchmark:
        benchmark_of(DECODED_BY_FIGURE)
    conda:
        ENV
    params:
        title=lambda wildcards: title_of(wildcards.dataset),
        methods=decoded_by,
        code=code("figures/plot_decoded_by.py"),
    script:
        "../workflow_scripts/figures/plot_decoded_by.py"


rule plot_interpolated:
    input:
        embeddings=EMBEDDINGS,
        model=model_of_encoder,
    output:
        report(
            f"{ENCODER_FIGURE}/interpolated.png",
            caption="../report/interpolated.rst",
            category="Figures",
            labels={"figure": "interpolation", "data set": "{dataset}"},
        ),
    log:
        log_of(f"{ENCODER_FIGURE}/interpolated.png"),
    benchmark:
        benchmark_of(f"{ENCODER_FIGURE}/interpolated.png")
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=1,
        mem_mb=reconstruction_mib,
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
        [EXAMPLES.format(dataset=d, inr=inr, method=method) for d, inr, method in DRAWN],
    output:
        report(
            VIEWER,
            caption="../report/shapes.rst",
            category="Figures",
            labels={"figure": "shapes that turn", "data set": "all"},
        ),
    log:
        log_of(VIEWER),
    benchmark:
        benchmark_of(VIEWER)
    conda:
        ENV
    params:
        titles=[f"{title_of(d)} ({inr}, {method})" for d, inr, method in DRAWN],
        page_title="inr2vec: reconstructed shapes",
        code=code("figures/write_shape_viewer.py"),
    script:
        "../workflow_scripts/figures/write_shape_viewer.py"


# Figures 5, 6, 22 and 23 of the paper.
rule plot_retrieved:
    input:
        embeddings=embeddings_of_method,
        shapes=lambda wildcards: shape_shards(wildcards.dataset),
    output:
        report(
            f"{METHOD_FIGURE}/retrieved.png",
            caption="../report/retrieved.rst",
            category="Figures",
            labels={"figure": "retrieval", "data set": "{dataset}"},
        ),
    log:
        log_of(f"{METHOD_FIGURE}/retrieved.png"),
    benchmark:
        benchmark_of(f"{METHOD_FIGURE}/retrieved.png")
    wildcard_constraints:
        method=one_of("encoders", "shared_networks", "autoencoders"),
    conda:
        ENV
    params:
        title=lambda wildcards: f"{title_of(wildcards.dataset)}: nearest to each query ({wildcards.method})",
        seed=config["seed"],
        code=code("figures/plot_retrieved.py"),
    script:
        "../workflow_scripts/figures/plot_retrieved.py"


rule plot_baseline_training:
    input:
        baseline_histories,
    output:
        report(
            BASELINE_FIGURE,
            caption="../report/baselines.rst",
            category="Figures",
            labels={"figure": "training of baselines", "data set": "{dataset}"},
        ),
    log:
        log_of(BASELINE_FIGURE),
    benchmark:
        benchmark_of(BASELINE_FIGURE)
    conda:
        ENV
    params:
        title=lambda wildcards: title_of(wildcards.dataset),
        names=lambda wildcards: [
            name for name, _ in trained_baselines(wildcards.dataset)
        ],
        code=code("figures/plot_baseline_training.py"),
    script:
        "../workflow_scripts/figures/plot_baseline_training.py"


# Figures 6 (timing) and 35 of the paper.
rule plot_inference_time:
    input:
        TIMES,
    output:
        report(
            TIMES_FIGURE,
            caption="../report/times.rst",
            category="Figures",
            labels={"figure": "inference time", "data set": "{dataset}"},
        ),
    log:
        log_of(TIMES_FIGURE),
    benchmark:
        benchmark_of(TIMES_FIGURE)
    conda:
        ENV
    params:
        title=lambda wildcards: title_of(wildcards.dataset),
        code=code("figures/plot_inference_time.py"),
    script:
        "../workflow_scripts/figures/plot_inference_time.py"


# From what the table is made of: no rule reads a table.
rule plot_init:
    input:
        unpack(init_table_files),
    output:
        report(
            INIT_FIGURE,
            caption="../report/init_figure.rst",
            category="Figures",
            labels={"figure": "init", "data set": "all"},
        ),
    log:
        log_of(INIT_FIGURE),
    benchmark:
        benchmark_of(INIT_FIGURE)
    conda:
        ENV
    params:
        shards=shards_of_rows,
        fits=fits_of_rows,
        titles=titles("init"),
        encoders=encoders_of_init_table(),
        code=code("figures/plot_init.py"),
    script:
        "../workflow_scripts/figures/plot_init.py"


rule plot_segmentation:
    input:
        unpack(
            lambda wildcards: part_decoder_files(
                *wildcards, config["segmentation"]["seeds"][0]
            )
        ),
        originals=lambda wildcards: shape_shards(wildcards.dataset),
        inrs=lambda wildcards: inr_shards(wildcards.dataset, wildcards.inr),
        parts=PARTS,
    output:
        report(
            f"{ENCODER_FIGURE}/parts.png",
            caption="../report/parts.rst",
            category="Figures",
            labels={"figure": "parts", "data set": "{dataset}"},
        ),
    log:
        log_of(f"{ENCODER_FIGURE}/parts.png"),
    benchmark:
        benchmark_of(f"{ENCODER_FIGURE}/parts.png")
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
