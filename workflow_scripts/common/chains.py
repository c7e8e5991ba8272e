"""Chains: the init, INRs and encoders of a table's row once more, with other seeds.

A row with `chains: 3` stands for three rows. The entries of the second and third are copies of the
first's, named `few@1`, `few@2`, whose seeds are 1 and 2 more. Their classifiers have the same
seeds as the first's.
"""

from collections.abc import Iterator


def chains_of(row: dict, config: dict) -> list[dict]:
    """The rows that a row of a table stands for, the row itself first.

    Args:
        row: with `inr`, `methods` and, where there are several, `chains`.
        config: with the entries that `add_chains` added.
    """
    return [
        {
            **row,
            "inr": name_in_chain(row["inr"], chain),
            "methods": [
                name_in_chain(method, chain) if method in config["encoders"] else method
                for method in row["methods"]
            ],
        }
        for chain in range(row.get("chains", 1))
    ]


def name_in_chain(name: str, chain: int) -> str:
    """The name of an entry's copy in a chain, counted from 0; `reporting.tables` reads it."""
    return f"{name}@{chain}" if chain else name


def add_chains(config: dict) -> None:
    """Add the entries that the rows of tables with several chains need, in place.

    Args:
        config: a complete and correct config.
    """
    for rows in config["tables"].values():
        for row in rows:
            for chain in range(1, row.get("chains", 1)):
                _add_inr(config, row["inr"], chain)
                for method in row["methods"]:
                    if method in config["encoders"]:
                        _add_encoder(config, method, chain)


def _add_inr(config: dict, name: str, chain: int) -> None:
    inr = _with_seed(config, config["inrs"][name], chain)
    if inr["init"] in config["inits"]:
        init = config["inits"][inr["init"]]
        inr["init"] = name_in_chain(inr["init"], chain)
        config["inits"][inr["init"]] = _with_seed(config, init, chain)
    if "matched" in inr:
        _add_inr(config, inr["matched"], chain)
        inr["matched"] = name_in_chain(inr["matched"], chain)
    config["inrs"][name_in_chain(name, chain)] = inr


def _add_encoder(config: dict, name: str, chain: int) -> None:
    encoder = dict(config["encoders"][name])
    if "from" in encoder:
        _add_encoder(config, encoder["encoder"], chain)
        encoder["encoder"] = name_in_chain(encoder["encoder"], chain)
    else:
        encoder = _with_seed(config, encoder, chain)
    config["encoders"][name_in_chain(name, chain)] = encoder


def _with_seed(config: dict, entry: dict, chain: int) -> dict:
    return {**entry, "seed": entry.get("seed", config["seed"]) + chain}


def rows_of_chains(config: dict, table: str) -> Iterator[dict]:
    """The rows of a table, each of its chains apart."""
    for row in config["tables"][table]:
        yield from chains_of(row, config)
