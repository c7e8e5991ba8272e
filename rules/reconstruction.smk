"""Shapes reconstructed from INRs and embeddings: measured, kept as examples, exported."""


include: "inputs/reconstruction.smk"


rule evaluate_reconstruction:
    input:
        unpack(reconstruction_files),
    output:
        RECONSTRUCTION,
    log:
        log_of(RECONSTRUCTION),
    benchmark:
        benchmark_of(RECONSTRUCTION)
    wildcard_constraints:
        method=one_of("encoders", "shared_networks", also=["inr", "upper_bound"]),
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=1,
        mem_mb=reconstruction_mib,
        runtime=measure_minutes,
    params:
        settings=config["reconstruction"],
        seed=config["seed"],
        code=code("reconstruction/evaluate_reconstruction.py"),
    script:
        "../workflow_scripts/reconstruction/evaluate_reconstruction.py"


rule reconstruct_examples:
    input:
        unpack(reconstruction_files),
    output:
        EXAMPLES,
    log:
        log_of(EXAMPLES),
    benchmark:
        benchmark_of(EXAMPLES)
    wildcard_constraints:
        method=one_of("encoders", "shared_networks", also=["inr"]),
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=1,
        mem_mb=reconstruction_mib,
        runtime=120,
    params:
        resolution=config["reconstruction"]["resolution"],
        seed=config["seed"],
        code=code("reconstruction/reconstruct_examples.py"),
    script:
        "../workflow_scripts/reconstruction/reconstruct_examples.py"


rule reconstruct_test_shapes:
    input:
        inrs=INRS,
        shapes=SHAPES,
    output:
        RECONSTRUCTED,
    log:
        log_of(RECONSTRUCTED),
    benchmark:
        benchmark_of(RECONSTRUCTED)
    conda:
        ENV
    resources:
        gpu=1,
        mem_mb=reconstruction_mib,
        runtime=240,
    params:
        resolution=config["reconstruction"]["resolution"],
        seed=config["seed"],
        code=code("reconstruction/reconstruct_test_shapes.py"),
    script:
        "../workflow_scripts/reconstruction/reconstruct_test_shapes.py"


# Any shape as a file: EXPORT with the extension ply, obj or npy.
rule export_shape:
    input:
        unpack(files_of_shape),
    output:
        EXPORT,
    log:
        log_of(EXPORT),
    benchmark:
        benchmark_of(EXPORT)
    wildcard_constraints:
        size=r"[1-9]\d*",
        method=one_of("encoders", "shared_networks", also=["inr"]),
        shape=r".+",
        extension="npy|obj|ply",
    conda:
        ENV
    threads: config["compute"]["train_threads"]
    resources:
        gpu=1,
        mem_mb=4000,
        runtime=60,
    params:
        seed=config["seed"],
        code=code("reconstruction/export_shape.py"),
    script:
        "../workflow_scripts/reconstruction/export_shape.py"
