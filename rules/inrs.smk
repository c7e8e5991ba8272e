"""INRs fitted shard by shard from initial weights that are drawn or learned."""


include: "inputs/inrs.smk"


rule init_inr:
    output:
        INIT,
    log:
        log_of(INIT),
    benchmark:
        benchmark_of(INIT)
    priority: 4
    conda:
        ENV
    params:
        settings=lambda wildcards: {
            k: config["inrs"][wildcards.inr][k] for k in ("width", "depth")
        },
        seed=lambda wildcards: seed_of("inrs", wildcards.inr),
        code=code("inrs/init_inr.py"),
    script:
        "../workflow_scripts/inrs/init_inr.py"


rule learn_init:
    input:
        shapes=shapes_to_learn_init_on,
        # Only for its checks: a bad data set stops here, and another shard's change does not.
        checked=ancient(manifests_to_learn_init_on),
    output:
        multiext(
            LEARNED_INIT,
            model=".safetensors",
            history=".history.parquet",
        ),
    log:
        log_of(LEARNED_INIT),
    wildcard_constraints:
        init=learned_inits(),
    cache: True
    priority: 4
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=1,
        mem_mb=learn_init_mib,
        runtime=1440,
    params:
        settings=lambda wildcards: without(
            config["inits"][wildcards.init], "learned_on", "seed"
        ),
        siren=sizes_to_learn,
        queries=lambda wildcards: config["datasets"][wildcards.dataset]["queries"],
        field=lambda wildcards: field_of(wildcards.dataset),
        seed=lambda wildcards: seed_of("inits", wildcards.init),
        code=code("inrs/learn_init.py"),
    script:
        "../workflow_scripts/inrs/learn_init.py"


rule fit_inrs:
    input:
        shapes=SHAPES,
        # Only for its checks: a bad data set stops here, and another shard's change does not.
        checked=ancient(MANIFEST),
        init=init_of_inrs,
    output:
        INRS,
    log:
        log_of(INRS),
    wildcard_constraints:
        inr=fitted_inrs(),
    cache: True
    priority: 4  # before what can wait: all else hangs on it
    conda:
        ENV
    threads: config["compute"]["fit_threads"]
    resources:
        gpu=1,
        mem_mb=fit_mib,
        runtime=fit_minutes,
    params:
        settings=lambda wildcards: without(entry("inrs")(wildcards), "seed"),
        dataset=dataset_key("queries", "field", "voxels"),
        seed=lambda wildcards: seed_of("inrs", wildcards.inr),
        code=code("inrs/fit_inrs.py"),
    script:
        "../workflow_scripts/inrs/fit_inrs.py"


# INRs that are each from random weights of its own, their units in the places of one of them.
rule match_inrs:
    input:
        inrs=lambda wildcards: INRS.format(
            dataset=wildcards.dataset,
            inr=matched_from(wildcards),
            shard=wildcards.shard,
        ),
        reference=lambda wildcards: inr_shards(
            wildcards.dataset, matched_from(wildcards)
        )[0],
    output:
        INRS,
    log:
        log_of(INRS),
    wildcard_constraints:
        inr=matched_inrs(),
    cache: True
    priority: 4
    conda:
        ENV
    resources:
        mem_mb=fit_mib,
        runtime=fit_minutes,
    params:
        code=code("inrs/match_inrs.py"),
    script:
        "../workflow_scripts/inrs/match_inrs.py"
