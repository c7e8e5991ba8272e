"""Helpers of the rule files: config checks, environment, the paper's figures. Imports no torch."""

import csv
import hashlib
import os
from pathlib import Path

import jsonschema
import yaml

from inr2vec_core.encoders import known_types

ROOT = Path(__file__).resolve().parent.parent
# Where the rows of each table name methods, the sections they are entries of, and what else may
# stand there.
PROBES = ("weights_probe", "weights_network", "bounding_box")
TABLES = {
    "table1": ("methods", ("encoders", "autoencoders"), ()),
    "table2": ("methods", ("encoders", "networks"), PROBES),
    "table3": ("methods", ("encoders", "segmenters"), ("nearest_point",)),
    "table6": ("methods", ("encoders", "networks"), PROBES),
    "table7": ("methods", ("encoders", "segmenters"), ("nearest_point",)),
    "table10": ("methods", ("encoders", "networks"), ()),
    "encoders": ("methods", ("encoders", "networks"), PROBES),
    "reconstruction": ("encoders", ("encoders",), ()),
    "generation": ("methods", ("generators",), ("gaussian", "training_shapes", "decoded_test")),
}
MAPPING_TABLES = {
    "completion": "clouds completed from partial ones",
    "surface_reconstruction": "meshes reconstructed from clouds",
}
OF_PARTS = ("table3", "table7")
WITH_PARTS = ("procedural", "shapenet_part_h5", "shapenet_part", "labelled_meshes")
OF_CLOUDS = ("table1", "table3", "table7", "table10")
# The field of the shapes that a network reads.
READS = {"pointnet": "udf", "pointnet2": "udf", "dgcnn": "udf", "meshwalker": "sdf",
         "conv3dnet": "occ"}  # fmt: skip


class ConfigError(ValueError):
    """The configuration is wrong; the message names each key and the cure."""


def complete_config(config: dict, schema_file: Path) -> dict:
    """The config with the schema's defaults filled in, in place.

    Raises:
        ConfigError: a key is unknown, missing or of the wrong type, or a name is not an entry.
    """
    schema = yaml.safe_load(schema_file.read_text())
    _fill_defaults(config, schema, schema)
    validator = jsonschema.Draft202012Validator(schema)
    errors = sorted(validator.iter_errors(config), key=lambda e: [str(part) for part in e.path])
    if errors:
        raise ConfigError("\n".join(f"  {_where(e)}: {_explain(e)}" for e in errors))
    problems = _dangling_names(config)
    if problems:
        raise ConfigError("\n".join(f"  {p}" for p in problems))
    _sort(config)
    return config


def _sort(value) -> None:
    """Sort all mappings by key, in place: Snakemake compares params as text."""
    if isinstance(value, dict):
        for key in sorted(value):
            value[key] = value.pop(key)
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            _sort(inner)


def _fill_defaults(value, schema: dict, top: dict) -> None:
    if "$ref" in schema:
        target = top
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        _fill_defaults(value, target, top)
    if isinstance(value, dict):
        for key, sub in schema.get("properties", {}).items():
            if "default" in sub and key not in value:
                default = sub["default"]
                value[key] = type(default)(default) if isinstance(default, dict | list) else default
            if key in value:
                _fill_defaults(value[key], sub, top)
    if isinstance(value, list):
        for entry in value:
            _fill_defaults(entry, schema.get("items", {}), top)
    if isinstance(value, dict):
        entries = schema.get("additionalProperties")
        if isinstance(entries, dict):
            for entry in value.values():
                _fill_defaults(entry, entries, top)


def _where(error: jsonschema.ValidationError) -> str:
    return ".".join(str(part) for part in error.absolute_path) or "(top level)"


def _explain(error: jsonschema.ValidationError) -> str:
    if error.validator == "additionalProperties":
        known = ", ".join(sorted(error.schema.get("properties", {})))
        return f"{error.message}; known keys: {known}"
    if error.validator == "type" and isinstance(error.instance, str):
        return f"{error.message} (YAML reads 1e-4 as text: write 1.0e-4)"
    return error.message


def _dangling_names(config: dict) -> list[str]:
    problems = []

    def check(where: str, name: str, known) -> None:
        if name not in known:
            problems.append(f"{where}: {name!r} is no entry; there are {', '.join(sorted(known))}")

    for name, dataset in config["datasets"].items():
        if dataset["reader"] != "procedural" and not dataset["root"]:
            problems.append(f"datasets.{name}.root: needed by the reader {dataset['reader']}")
        queries = dataset["queries"]
        if len(queries["sigmas"]) != len(queries["shares"]):
            problems.append(f"datasets.{name}.queries: as many `shares` as `sigmas` are needed")
        if not any([*queries["shares"], queries["uniform"]]):
            problems.append(f"datasets.{name}.queries: `shares` and `uniform` are all 0")
        problems += _impossible_side(f"datasets.{name}", dataset)
    for name, encoder in config["encoders"].items():
        if encoder["type"] not in known_types():
            problems.append(
                f"encoders.{name}.type: no file inr2vec_core/encoders/{encoder['type']}.py; there "
                f"are {', '.join(known_types())}"
            )
        if ("from" in encoder) != (encoder.get("encoder") is not None):
            problems.append(f"encoders.{name}: `from` and `encoder` go together")
        elif "from" in encoder:
            check(f"encoders.{name}.from", encoder["from"], config["datasets"])
            check(f"encoders.{name}.encoder", encoder["encoder"], config["encoders"])
            if "from" in config["encoders"].get(encoder["encoder"], {}):
                problems.append(f"encoders.{name}.encoder: name the entry that was trained")
        used = encoder.get("trained_on", [])
        for dataset in used:
            check(f"encoders.{name}.trained_on", dataset, config["datasets"])
        if len({config["datasets"].get(d, {}).get("field") for d in used}) > 1:
            problems.append(f"encoders.{name}.trained_on: the data sets' fields differ")
        if used and "from" in encoder:
            problems.append(f"encoders.{name}: of `from` and `trained_on` one is enough")
    for name, mapping in config["mappings"].items():
        for side in ("source", "target"):
            where = f"mappings.{name}.{side}"
            for key in ("dataset", "inr", "encoder"):
                check(f"{where}.{key}", mapping[side][key], config[f"{key}s"])
            used = config["encoders"].get(mapping[side]["encoder"], {}).get("trained_on")
            if used and mapping[side]["dataset"] not in used:
                problems.append(f"{where}.encoder: it is trained on {', '.join(used)}")
    for table in MAPPING_TABLES:
        for k, row in enumerate(config["tables"][table]):
            where = f"tables.{table}.{k}"
            check(f"{where}.mapping", row["mapping"], config["mappings"])
            if row["mapping"] in config["mappings"]:
                problems += _no_poisson(config, where, row)
    sections = ("encoders", "networks", "autoencoders", "segmenters", "generators")
    for name in {
        n for s in sections for n in config[s] if sum(n in config[o] for o in sections) > 1
    }:
        problems.append(f"{name}: a name of one entry only, of {', '.join(sections)}")
    for table, (column, known, more) in TABLES.items():
        for k, row in enumerate(config["tables"][table]):
            where = f"tables.{table}.{k}"
            check(f"{where}.dataset", row["dataset"], config["datasets"])
            check(f"{where}.inr", row["inr"], config["inrs"])
            if "encoder" in row:
                check(f"{where}.encoder", row["encoder"], config["encoders"])
            field = config["datasets"].get(row["dataset"], {}).get("field", "udf")
            if table in OF_CLOUDS and field != "udf":
                problems.append(f"{where}.dataset: {row['dataset']} has no clouds (field udf)")
            reader = config["datasets"].get(row["dataset"], {}).get("reader", WITH_PARTS[0])
            if table in OF_PARTS and reader not in WITH_PARTS:
                problems.append(
                    f"{where}.dataset: the reader {reader} of {row['dataset']} knows no parts; "
                    f"{', '.join(WITH_PARTS)} do"
                )
            for name in row[column]:
                check(f"{where}.{column}", name, [*(n for s in known for n in config[s]), *more])
                problems += _unreadable(config, where, row["dataset"], name)
    return problems


def _impossible_side(where: str, dataset: dict) -> list[str]:
    """What is wrong with the side and the frame of a data set."""
    problems = []
    if dataset["side"] == "partial" and dataset["field"] != "udf":
        problems.append(f"{where}.side: partial shapes are clouds (field udf)")
    if dataset["side"] == "partial" and dataset["augment_copies"]:
        problems.append(f"{where}.augment_copies: partial clouds are not augmented; set it to 0")
    if dataset["frame"] == "complete" and dataset["side"] == "complete":
        problems.append(f"{where}.frame: a complete cloud's is its own")
    if dataset["frame"] == "mesh" and dataset["field"] == "sdf":
        problems.append(f"{where}.frame: a mesh's is its own")
    return problems


def _no_poisson(config: dict, where: str, row: dict) -> list[str]:
    """What is wrong with Poisson reconstruction, if a row asks for it."""
    mapping = config["mappings"][row["mapping"]]
    fields = [
        config["datasets"].get(mapping[s]["dataset"], {}).get("field") for s in ("source", "target")
    ]
    if "poisson" in row["methods"] and fields != ["udf", "sdf"]:
        return [f"{where}.methods: poisson makes meshes of clouds, {row['mapping']} does not"]
    return []


def _unreadable(config: dict, where: str, dataset: str, name: str) -> list[str]:
    """What is wrong with a network on the shapes of a data set, if both are known."""
    shapes = config["datasets"].get(dataset)
    network = (config["networks"] | config["autoencoders"] | config["segmenters"]).get(name)
    if not shapes or not network:
        return []
    wanted = READS[network["type"]]
    if shapes["field"] != wanted:
        return [f"{where}: {name} reads shapes of field {wanted}, those of {dataset} are "
                f"{shapes['field']}"]  # fmt: skip
    if wanted == "udf" and shapes["points"] < network["points"]:
        return [f"{where}: {name} reads {network['points']} points, clouds of {dataset} have "
                f"{shapes['points']}"]  # fmt: skip
    return []


def fingerprint(*values) -> str:
    """Hash of values that `repr` describes in full."""
    return hashlib.blake2b(repr(values).encode(), digest_size=8).hexdigest()


def prepare_environment() -> None:
    """Leave in the environment what scripts need, for they run as processes of their own."""
    # Where the library is.
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    # Huge pages for torch's arrays: a training spends up to a third of its time on page faults.
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    # So that a job can tell when its Snakemake was killed, and ends; see _job.py.
    os.environ["INR2VEC_SNAKEMAKE"] = str(os.getpid())


def paper_figures(*tables: int) -> list[dict]:
    """The paper's figures of some tables: method, modality, dataset, split, metric, value."""
    with (ROOT / "report" / "paper_figures.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if int(row.pop("table")) in tables]
    return [row | {"value": float(row["value"])} for row in rows]
