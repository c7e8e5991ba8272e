"""The paper's tables, from the tasks' metrics."""

TABLES = [
    f"results/tables/{name}.csv"
    for name in ("table2", "reconstruction")
    if config["tables"][name]
]


rule table2:
    input:
        table2_inputs,
    output:
        csv=report(
            "results/tables/table2.csv",
            caption="../report/table2.rst",
            category="Tables",
            labels={"table": "2", "what": "shape classification"},
        ),
        markdown="results/tables/table2.md",
    log:
        "results/logs/tables/table2.log",
    benchmark:
        "results/benchmarks/tables/table2.tsv"
    conda:
        ENV
    params:
        titles={name: title_of(name) for name in datasets_of("table2")},
        fields={name: field_of(name) for name in datasets_of("table2")},
        paper=_workflow.paper_figures(2),
        code=code("table2.py"),
    script:
        "../workflow_scripts/table2.py"


rule table_reconstruction:
    input:
        reconstruction_inputs,
    output:
        csv=report(
            "results/tables/reconstruction.csv",
            caption="../report/reconstruction.rst",
            category="Tables",
            labels={"table": "4, 8", "what": "rebuilt shapes"},
        ),
        markdown="results/tables/reconstruction.md",
    log:
        "results/logs/tables/reconstruction.log",
    benchmark:
        "results/benchmarks/tables/reconstruction.tsv"
    conda:
        ENV
    params:
        titles={name: title_of(name) for name in datasets_of("reconstruction")},
        fields={name: field_of(name) for name in datasets_of("reconstruction")},
        paper=_workflow.paper_figures(4, 8),
        code=code("table_reconstruction.py"),
    script:
        "../workflow_scripts/table_reconstruction.py"
