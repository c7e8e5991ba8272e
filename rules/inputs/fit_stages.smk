"""What rules of fits that are followed read, by what the config names."""


def followed_fits(table):
    """(dataset, inr) of a table of fits, with title, modality and how the INRs are fitted."""
    found = {}
    for row in config["tables"][table]:
        for name in row["inrs"]:
            inr = config["inrs"][name]
            found[row["dataset"], name] = {
                "title": title_of(row["dataset"]),
                "modality": modality_of(row["dataset"]).title,
                **{k: inr[k] for k in ("width", "depth", "loss")},
            }
    return list(found.items())


def stage_files(table, ending):
    """The files of a table of fits, of one kind."""
    return [
        f"{STAGES}.{ending}".format(dataset=dataset, inr=inr)
        for (dataset, inr), _ in followed_fits(table)
    ]


def stages_minutes(wildcards, attempt):
    """Time limit of fits that are followed, from their arithmetic, and of reconstructions."""
    inr, stages = config["inrs"][wildcards.inr], config["stages"]
    flop = 6 * n_weights(wildcards.inr) * inr["queries"] * max(stages["steps"])
    shown = 5 * stages["shapes"] * len(stages["steps"])
    return attempt * int(10 + shown + flop * stages["shapes"] / 20e9 / 60)
