"""Shared networks in a config: their published settings, and rows that stand for no INRs."""

from collections.abc import Iterator

from inr2vec_core.errors import InputError
from inr2vec_core.shared_networks import known_types, option_names, published
from workflow_scripts.common.config_checks.encoders import unknown

SHARED = "shared"  # stands for INRs in rows of shared networks, which have none
# Tables whose rows may have it.
WITHOUT_INRS = ("table1", "table2", "table6", "table9", "reconstruction", "generation")


def fill_published(config: dict) -> None:
    """Give entries of shared networks what their networks were published with, in place.

    Args:
        config: as it was written; entries that are wrong are left to later checks.
    """
    entries = config.get("shared_networks")
    for entry in entries.values() if isinstance(entries, dict) else ():
        if isinstance(entry, dict) and entry.get("type") in known_types():
            try:
                known = published(entry["type"])
            except InputError:
                continue
            for key, value in known.items():
                entry.setdefault(key, value)


def wrong_shared_networks(config: dict) -> Iterator[str]:
    """What is wrong with the entries of `shared_networks`."""
    for name, network in config["shared_networks"].items():
        where = f"shared_networks.{name}"
        if network["type"] not in known_types():
            yield (
                f"{where}.type: no file inr2vec_core/shared_networks/{network['type']}.py; there "
                f"are {', '.join(known_types())}"
            )
            continue
        try:
            published(network["type"])
            taken = option_names(network["type"])
        except InputError as error:
            yield f"{where}.type: {error}"
            continue
        for option in sorted(network["options"].keys() - (taken or network["options"].keys())):
            yield (
                f"{where}.options: {network['type']} takes no {option!r}; it takes "
                f"{', '.join(sorted(taken)) or 'none'}"
            )


def known_methods(config: dict, row: dict, sections: tuple, more: tuple) -> list[str]:
    """The names that may stand as methods in a row of a table.

    Args:
        config: the config.
        row: the row.
        sections: of the config, whose entries the table's rows name.
        more: what else they may name.
    """
    if row["inr"] == SHARED:
        inr_methods = ("encoders", "baselines", "autoencoders", "segmenters")
        sections = ("shared_networks", *(s for s in sections if s not in inr_methods))
        more = tuple(name for name in more if name not in ("weights_probe", "weights_network"))
    return [*(name for section in sections for name in config[section]), *more]


def wrong_inr_of_row(config: dict, where: str, row: dict, table: str) -> list[str]:
    """What is wrong with the INRs, the encoder and the chains of a row."""
    if row["inr"] != SHARED:
        sections = {"inr": "inrs", "encoder": "encoders"}
        return [
            problem
            for key, section in sections.items()
            if key in row
            for problem in unknown(f"{where}.{key}", row[key], config[section])
        ]
    if table not in WITHOUT_INRS:
        return [
            f"{where}.inr: table {table} needs INRs, and shared networks have none; they may stand "
            f"in {', '.join(WITHOUT_INRS)}, and as methods of table4"
        ]
    problems = []
    if row.get("chains", 1) > 1:
        problems.append(f"{where}.chains: shared networks have none; give `seed` to more entries")
    if "encoder" in row:
        problems += unknown(f"{where}.encoder", row["encoder"], config["shared_networks"])
    return problems
