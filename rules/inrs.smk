"""INRs fitted shard by shard from one shared initial vector."""


rule init_inr:
    output:
        INIT,
    log:
        log_of(INIT),
    benchmark:
        benchmark_of(INIT)
    priority: 4  # or all queries are drawn before the first fit, which removes them
    conda:
        ENV
    params:
        settings=lambda wildcards: {
            k: config["inrs"][wildcards.inr][k] for k in ("width", "depth")
        },
        seed=config["seed"],
        code=code("inrs/init_inr.py"),
    script:
        "../workflow_scripts/inrs/init_inr.py"


rule fit_inrs:
    input:
        queries=QUERIES,
        init=INIT,
    output:
        INRS,
    log:
        log_of(INRS),
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
        settings=entry("inrs"),
        seed=config["seed"],
        code=code("inrs/fit_inrs.py"),
    script:
        "../workflow_scripts/inrs/fit_inrs.py"
