"""Inits, INRs and encoders of a config that do not go together."""

from collections.abc import Iterator

from inr2vec_core.encoders import known_types, option_names
from inr2vec_core.errors import InputError

RANDOM_INITS = ("random", "random_each")


def idle_keys(config: dict) -> list[str]:
    """Keys that go with none, of a config as it was written, before defaults are filled in."""
    inits, inrs = (config.get(section) for section in ("inits", "inrs"))
    entries = inits.items() if isinstance(inits, dict) else ()
    fits = inrs.items() if isinstance(inrs, dict) else ()
    beside_match = [
        f"inrs.{name}: `matched` says it all, and nothing is fitted: remove "
        f"{', '.join(sorted(map(str, entry.keys() - {'matched'})))}"
        for name, entry in fits
        if isinstance(entry, dict) and "matched" in entry and len(entry) > 1
    ]
    return beside_match + [
        f"inits.{name}: `file` says it all, and nothing is learned: remove "
        f"{', '.join(sorted(map(str, entry.keys() - {'file'})))}; or give it a name of its own, "
        "if they come from an entry of the same name in another file"
        for name, entry in entries
        if isinstance(entry, dict) and "file" in entry and len(entry) > 1
    ]


def take_over_matched(config: dict) -> None:
    """Give entries of `inrs` that are matched the keys of the entry that they are matched from."""
    inrs = config.get("inrs")
    for entry in inrs.values() if isinstance(inrs, dict) else ():
        source = inrs.get(entry.get("matched")) if isinstance(entry, dict) else None
        if isinstance(source, dict) and "matched" not in source:
            entry.update({k: v for k, v in source.items() if k not in entry})


def unknown(where: str, name: str, known) -> list[str]:
    """What is wrong with a name, in a list; nothing if it is known."""
    if name in known:
        return []
    return [f"{where}: {name!r} is no entry; there are {', '.join(sorted(known))}"]


def wrong_inrs(config: dict) -> Iterator[str]:
    """What is wrong with the entries of `inrs` and `inits`."""
    for name, inr in config["inrs"].items():
        yield from unknown(f"inrs.{name}.init", inr["init"], [*RANDOM_INITS, *config["inits"]])
        if "matched" in inr:
            each = [n for n, i in config["inrs"].items()
                    if i["init"] == "random_each" and "matched" not in i]  # fmt: skip
            yield from unknown(f"inrs.{name}.matched", inr["matched"], each)
        if inr["init"] in RANDOM_INITS and not inr["steps"]:
            yield f"inrs.{name}.steps: an INR that starts from random weights needs at least 1"
        if inr["init"] in config["inits"] and inr["loss"] != "bce":
            yield f"inrs.{name}.loss: inits are learned with bce, so INRs from them need it, too"
    for name, init in config["inits"].items():
        yield from _unlike(config, f"inits.{name}.learned_on", init.get("learned_on", []))


def _unlike(config: dict, where: str, used: list[str]) -> Iterator[str]:
    """Why something cannot be learned on these data sets together."""
    for dataset in used:
        yield from unknown(where, dataset, config["datasets"])
    if len({config["datasets"].get(d, {}).get("field") for d in used}) > 1:
        yield f"{where}: the data sets' fields differ"


def wrong_encoders(config: dict) -> Iterator[str]:
    """What is wrong with the entries of `encoders`."""
    for name, encoder in config["encoders"].items():
        where, used = f"encoders.{name}", encoder.get("trained_on", [])
        if encoder["type"] not in known_types():
            yield (
                f"{where}.type: no file inr2vec_core/encoders/{encoder['type']}.py; there "
                f"are {', '.join(known_types())}"
            )
        else:
            try:
                yield from _unknown_options(where, encoder)
            except InputError as error:
                yield f"{where}.type: {error}"
        if ("from" in encoder) != (encoder.get("encoder") is not None):
            yield f"{where}: `from` and `encoder` go together"
        elif "from" in encoder:
            yield from unknown(f"{where}.from", encoder["from"], config["datasets"])
            yield from unknown(f"{where}.encoder", encoder["encoder"], config["encoders"])
            if {"from", "file"} & config["encoders"].get(encoder["encoder"], {}).keys():
                yield f"{where}.encoder: name the entry that was trained"
        yield from _unlike(config, f"{where}.trained_on", used)
        taken = [key for key in ("from", "file") if key in encoder]
        more = [key for key in ("trained_on", "start") if key in encoder]
        if taken and len(named := [*taken, *more]) > 1:
            yield f"{where}: of {' and '.join(f'`{key}`' for key in named)} one is enough"
        if "seed" in encoder and taken:
            yield f"{where}.seed: nothing is trained; give it to the entry that is"


def wrong_encoder_sizes(config: dict) -> Iterator[str]:
    """What is wrong with the encoders whose parameters table 5 counts."""
    seen = set()
    for k, encoder in enumerate(config["tables"]["table5"]):
        where = f"tables.table5.{k}"
        if encoder["type"] not in known_types():
            yield from unknown(f"{where}.type", encoder["type"], known_types())
            continue
        if encoder["type"] in seen:
            yield f"{where}.type: {encoder['type']} stands there twice; one is enough"
        seen.add(encoder["type"])
        yield from _unknown_options(where, encoder)


def _unknown_options(where: str, encoder: dict) -> Iterator[str]:
    taken = option_names(encoder["type"])
    if taken is None:
        return
    for option in sorted(encoder["options"].keys() - taken):
        yield (
            f"{where}.options: {encoder['type']} takes no {option!r}; it takes "
            f"{', '.join(sorted(taken)) or 'none'}"
        )


def init_of_another_field(config: dict, where: str, row: dict) -> Iterator[str]:
    """Why INRs of a row cannot start from the init that they name."""
    name = config["inrs"].get(row["inr"], {}).get("init")
    datasets, used = config["datasets"], config["inits"].get(name, {}).get("learned_on", [])
    for dataset in used:
        if {dataset, row["dataset"]} <= datasets.keys():
            there, here = (datasets[k]["field"] for k in (dataset, row["dataset"]))
            if there != here:
                yield (
                    f"{where}.inr: the init {name} is learned on {dataset}, of field {there}; "
                    f"{row['dataset']} is of field {here}"
                )


def inits_that_differ(config: dict, where: str, row: dict, method: str) -> Iterator[str]:
    """Why an encoder of several data sets cannot read INRs whose init each has its own of."""
    encoder = config["encoders"].get(method, {})
    name = config["inrs"].get(row["inr"], {}).get("init")
    if {"learned_on", "file"} & config["inits"].get(name, {"learned_on": ()}).keys():
        return
    used = set(encoder.get("trained_on", [])) | ({encoder["from"]} if "from" in encoder else set())
    if used - {row["dataset"]}:
        yield (
            f"{where}.inr: each data set learns its own init {name}, so {method} cannot read the "
            f"INRs of {row['dataset']} and of others: give inits.{name} a `learned_on`"
        )
