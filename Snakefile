"""Shapes -> queries -> INRs -> encoder -> embeddings -> tasks -> tables and figures."""

from snakemake.utils import min_version

min_version("9.0")


configfile: "config.yaml"


include: "rules/paths.smk"
include: "rules/common.smk"
include: "rules/resources.smk"
include: "rules/shapes.smk"
include: "rules/inrs.smk"
include: "rules/encoders.smk"
include: "rules/shared_networks.smk"
include: "rules/classification.smk"
include: "rules/baselines.smk"
include: "rules/segmentation.smk"
include: "rules/reconstruction.smk"
include: "rules/weight_space.smk"
include: "rules/fit_stages.smk"
include: "rules/generation.smk"
include: "rules/mapping.smk"
include: "rules/tables.smk"
include: "rules/figures.smk"
include: "rules/hub.smk"


report: "report/workflow.rst"


wildcard_constraints:
    dataset=one_of("datasets"),
    inr=one_of("inrs", also=[SHARED]),
    init=one_of("inits"),
    siren=r"\d+x\d+",
    encoder=one_of("encoders", "shared_networks"),
    method="[^/]+",
    baseline=one_of("baselines"),
    autoencoder=one_of("autoencoders"),
    segmenter=one_of("segmenters"),
    generator=one_of("generators"),
    mapping=one_of("mappings"),
    class_name="[^/]+",
    tested="inr|original",
    shard=r"\d+",
    seed=r"\d+",


rule all:
    default_target: True
    input:
        TABLES,
        FIGURES,


rule tables:
    input:
        TABLES,


rule figures:
    input:
        FIGURES,


# Seconds of work each: not worth a cluster's queue.
localrules:
    all,
    tables,
    figures,
    init_inr,
    build_manifest,
    build_part_vocabulary,
    evaluate_retrieval,
    table1,
    table2,
    table3,
    table4,
    table6,
    table7,
    table5,
    table8,
    table9,
    table10,
    shared_start,
    table_repeatability,
    table_connectivity,
    inr_size,
    losses,
    table_reconstruction,
    table_generation,
    table_encoders,
    table_init,
    completion,
    surface_reconstruction,
    hub_model,
