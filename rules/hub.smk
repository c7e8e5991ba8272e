"""Folders to hand on, in the layout of the Hugging Face hub: a trained model, a data set's INRs."""


include: "inputs/hub.smk"


rule hub_model:
    input:
        unpack(model_to_hand_on),
    output:
        multiext(
            f"{HUB_MODEL}/",
            model=MODEL,
            init=HUB_INIT,
            config=HUB_CONFIG,
            metrics=METRICS,
            card=HUB_CARD,
        ),
    log:
        log_of(HUB_MODEL),
    benchmark:
        benchmark_of(HUB_MODEL)
    conda:
        ENV
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        settings=settings_of_training,
        data=data_of_model,
        license=config["hub"]["license"],
        command=COMMAND,
        code=code("hub/hub_model.py"),
    script:
        "../workflow_scripts/hub/hub_model.py"


rule hub_inrs:
    input:
        unpack(inrs_to_hand_on),
    output:
        data=directory(f"{HUB_INRS}/data"),
        init=f"{HUB_INRS}/{HUB_INIT}",
        config=f"{HUB_INRS}/{HUB_CONFIG}",
        card=f"{HUB_INRS}/{HUB_CARD}",
    log:
        log_of(HUB_INRS),
    benchmark:
        benchmark_of(HUB_INRS)
    conda:
        ENV
    resources:
        mem_mb=2000,
        runtime=240,
    params:
        data=lambda wildcards: facts_of(wildcards.dataset),
        queries=lambda wildcards: config["datasets"][wildcards.dataset]["queries"],
        shapes=dataset_key("points", "voxels", "open_meshes", "side", "frame"),
        command=COMMAND,
        code=code("hub/hub_inrs.py"),
    script:
        "../workflow_scripts/hub/hub_inrs.py"
