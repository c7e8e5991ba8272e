"""The paper's tables, from the tasks' metrics."""

TABLES = ["results/tables/table2.csv"] if config["tables"]["table2"] else []
TABLE2_DATASETS = sorted({row["dataset"] for row in config["tables"]["table2"]})


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
        titles={name: title_of(name) for name in TABLE2_DATASETS},
        fields={name: config["datasets"][name]["field"] for name in TABLE2_DATASETS},
        paper=_workflow.paper_figures(2),
        code=code("table2.py"),
    script:
        "../workflow_scripts/table2.py"
