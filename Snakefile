"""Shapes -> queries -> INRs -> encoder -> embeddings -> tasks -> tables and figures."""

from snakemake.utils import min_version

min_version("9.0")


configfile: "config.yaml"


include: "rules/common.smk"
include: "rules/limits.smk"
include: "rules/shapes.smk"
include: "rules/inrs.smk"
include: "rules/encoders.smk"
include: "rules/classification.smk"
include: "rules/reconstruction.smk"
include: "rules/tables.smk"
include: "rules/figures.smk"


report: "report/workflow.rst"


wildcard_constraints:
    dataset=one_of("datasets"),
    inr=one_of("inrs"),
    encoder=one_of("encoders"),
    source=f"inr|floor|{one_of('encoders')}",
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
    write_init,
    collect_shapes,
    measure_retrieval,
    table2,
    table_reconstruction,
