"""What rules of INRs as weights read, by what the config names."""


def rows_by_start(table):
    """(dataset, inr) of a table's rows, each once, with its title and where its INRs start."""
    found = {}
    for row in config["tables"][table]:
        key, inr = (row["dataset"], row["inr"]), config["inrs"][row["inr"]]
        found[key] = {"title": title_of(row["dataset"]), "init": inr["init"]}
    return list(found.items())


def repeatability_jobs():
    """(dataset, inr, encoder) of all rows of the table of repeated fits."""
    return list(
        dict.fromkeys(
            (row["dataset"], row["inr"], name)
            for row in config["tables"]["repeatability"]
            for name in row["methods"]
        )
    )


def repeatability_files(wildcards):
    """The distances that the table and figure of repeated fits are made of."""
    return [
        REPEATABILITY.format(dataset=dataset, inr=inr, encoder=encoder)
        for dataset, inr, encoder in repeatability_jobs()
    ]


def connectivity_files(wildcards):
    """The lines that the table and figure of connectivity are made of."""
    return [
        CONNECTIVITY.format(dataset=dataset, inr=inr)
        for (dataset, inr), _ in rows_by_start("connectivity")
    ]
