"""The figures that the config asks for, and the files that some of them are drawn from."""


def example_methods():
    """(dataset, inr, method) whose shapes are drawn: encoders, and INRs where there is none."""
    rows = config["tables"]["reconstruction"]
    found = {
        (r["dataset"], r["inr"], e)
        for r in rows
        for e in r["encoders"] or methods_of_inrs(r)[1:]
    }
    for row in config["tables"]["table2"]:
        found |= {(row["dataset"], row["inr"], name) for name in encoders_of(row)}
    return sorted(found)


def figures_of(dataset, inr, method):
    """The figures of one encoder on one data set, or of INRs alone."""
    names = ["decoded"]
    if method != "inr":
        names.append("interpolated")
        own = ENCODER.format(dataset=dataset, inr=inr, encoder=method)
        if inr == SHARED or trained_model(dataset, inr, method) == f"{own}/{MODEL}":
            names.append("curves")
        if any(
            (row["dataset"], row["inr"]) == (dataset, inr) and method in row["methods"]
            for row in config["tables"]["table2"]
        ):
            names += ["tsne", "confusion"]
    folder = METHOD_FIGURE.format(dataset=dataset, inr=inr, method=method)
    return [f"{folder}/{name}.png" for name in names]


def trained_baselines(dataset):
    """(name, seed) of the baselines on a data set that tables 2 and 6 name."""
    names = [
        name
        for table in ("table2", "table6")
        for row in config["tables"][table]
        if row["dataset"] == dataset
        for name in row["methods"]
        if name in config["baselines"]
    ]
    return [
        (name, seed)
        for name in dict.fromkeys(names)
        for seed in config["baselines"][name]["seeds"]
    ]


def baseline_histories(wildcards):
    """The histories of all trainings of baselines on a data set."""
    return [
        f"{BASELINE}/{HISTORY}".format(**wildcards, baseline=name, seed=seed)
        for name, seed in trained_baselines(wildcards.dataset)
    ]


def comparison_figures():
    """Figures of retrieval, baselines' trainings, inference times, parts and shared networks."""
    rows = config["tables"]
    retrieved = {
        f"{METHOD_FIGURE}/retrieved.png".format(**row, method=method)
        for table in ("table1", "table2")
        for row in rows[table]
        for method in row["methods"]
        if method in EMBEDDERS
    }
    trained = {
        BASELINE_FIGURE.format(dataset=dataset)
        for dataset in datasets_of("table2") + datasets_of("table6")
        if trained_baselines(dataset)
    }
    timed = {TIMES_FIGURE.format(**row) for row in rows["table10"]}
    segmented = {
        f"{ENCODER_FIGURE}/parts.png".format(**row, encoder=name)
        for table in ("table3", "table7")
        for row in rows[table]
        for name in encoders_of(row)
    }
    shared = {SHARED_FIGURE.format(**row) for row in rows["table4"]}
    return sorted(retrieved | trained | timed | segmented | shared)


def decoded_by(wildcards):
    """The encoders of a data set's INRs that table 8 compares."""
    names = [
        name
        for row in config["tables"]["table8"]
        if (row["dataset"], row["inr"]) == (wildcards.dataset, wildcards.inr)
        for name in encoders_of(row)
    ]
    return list(dict.fromkeys(names))


def decoded_by_examples(wildcards):
    """The shapes that those encoders decode."""
    return [EXAMPLES.format(**wildcards, method=name) for name in decoded_by(wildcards)]


def decoded_by_figures():
    """The figures of table 8."""
    rows = config["tables"]["table8"]
    return sorted({DECODED_BY_FIGURE.format(**row) for row in rows if encoders_of(row)})


def weight_space_figures():
    """The figures of repeated fits, and of lines between INRs."""
    names = ("repeatability", "connectivity")
    return [f"{FIGURE}/{name}.png" for name in names if config["tables"][name]]


def stage_figures():
    """The figures of quality along fits: curves, and a shape's pictures."""
    return [
        f"{FIGURE}/{name}{ending}"
        for name in config_checks.FIT_TABLES
        if config["tables"][name]
        for ending in (".png", "_shapes.png")
    ]
