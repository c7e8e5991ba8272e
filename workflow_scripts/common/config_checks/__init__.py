"""Names in a config that are no entry, and entries that do not go together."""

from collections import Counter
from collections.abc import Iterator

from inr2vec_core.errors import InputError
from inr2vec_core.modalities import modality, modality_names
from inr2vec_core.shapes.formats import format_names, load_format
from workflow_scripts.common.config_checks.encoders import (
    init_of_another_field,
    inits_that_differ,
    unknown,
    wrong_encoder_sizes,
    wrong_encoders,
    wrong_inrs,
)
from workflow_scripts.common.config_checks.shared_networks import (
    SHARED,
    known_methods,
    wrong_inr_of_row,
    wrong_shared_networks,
)

# Where the rows of each table name methods, the sections they are entries of, and what else may
# stand there.
PROBES = ("weights_probe", "weights_network", "bounding_box")
TABLES = {
    "table1": ("methods", ("encoders", "autoencoders"), ()),
    "table2": ("methods", ("encoders", "baselines"), PROBES),
    "table3": ("methods", ("encoders", "segmenters"), ("nearest_point",)),
    "table4": ("methods", ("shared_networks",), ()),
    "table6": ("methods", ("encoders", "baselines"), PROBES),
    "table7": ("methods", ("encoders", "segmenters"), ("nearest_point",)),
    "table9": ("methods", ("encoders",), ()),
    "table10": ("methods", ("encoders", "baselines"), ()),
    "encoders": ("methods", ("encoders", "baselines"), PROBES),
    "init": ("methods", ("encoders", "baselines"), PROBES),
    "table8": ("methods", ("encoders",), PROBES[:2]),
    "shared_start": ("methods", ("encoders",), PROBES[:2]),
    "repeatability": ("methods", ("encoders",), ()),
    "reconstruction": ("encoders", ("encoders",), ()),
    "generation": ("methods", ("generators",), ("gaussian", "training_shapes", "decoded_test")),
}
MAPPING_TABLES = {
    "completion": "clouds completed from partial ones",
    "surface_reconstruction": "meshes reconstructed from clouds",
}
# Tables whose rows name INRs that are fitted for them.
FIT_TABLES = ("inr_size", "losses")
REFIT_TABLES = ("repeatability", "connectivity")
OF_PARTS = ("table3", "table7")
OF_CLOUDS = ("table1", "table3", "table7", "table10")
# The field of the shapes that a network reads.
READS = {"pointnet": "udf", "pointnet2": "udf", "pointnet2_msg": "udf", "dgcnn": "udf",
         "meshwalker": "sdf", "conv3dnet": "occ"}  # fmt: skip


def wrong_names(config: dict) -> list[str]:
    """What is wrong, in a line each that names the key; of a config that its schema allows."""
    return [
        *_of_datasets(config),
        *wrong_inrs(config),
        *wrong_encoders(config),
        *wrong_shared_networks(config),
        *_of_mappings(config),
        *_used_twice(config),
        *_of_mapping_tables(config),
        *_of_tables(config),
        *_of_fit_tables(config),
        *wrong_encoder_sizes(config),
    ]


def _of_datasets(config: dict) -> Iterator[str]:
    for name, dataset in config["datasets"].items():
        where, queries = f"datasets.{name}", dataset["queries"]
        try:
            if load_format(dataset["reader"]).needs_root and not dataset["root"]:
                yield f"{where}.root: needed by the reader {dataset['reader']}"
        except InputError as error:
            yield f"{where}.reader: {error}"
        if len(queries["sigmas"]) != len(queries["shares"]):
            yield f"{where}.queries: as many `shares` as `sigmas` are needed"
        if not any([*queries["shares"], queries["uniform"]]):
            yield f"{where}.queries: `shares` and `uniform` are all 0"
        if dataset["field"] in modality_names():
            try:
                yield from _impossible_side(where, dataset)
            except InputError as error:
                yield f"{where}.field: {error}"
        else:
            yield (
                f"{where}.field: no file inr2vec_core/modalities/{dataset['field']}.py; there are "
                f"{', '.join(modality_names())}"
            )


def _of_mappings(config: dict) -> Iterator[str]:
    for name, mapping in config["mappings"].items():
        for side in ("source", "target"):
            where, named = f"mappings.{name}.{side}", mapping[side]
            yield from unknown(f"{where}.dataset", named["dataset"], config["datasets"])
            if named["inr"] == SHARED:
                networks = config["shared_networks"]
                yield from unknown(f"{where}.encoder", named["encoder"], networks)
            else:
                for key in ("inr", "encoder"):
                    yield from unknown(f"{where}.{key}", named[key], config[f"{key}s"])
            used = config["encoders"].get(named["encoder"], {}).get("trained_on")
            if used and named["dataset"] not in used:
                yield f"{where}.encoder: it is trained on {', '.join(used)}"


def _used_twice(config: dict) -> Iterator[str]:
    sections = (
        "encoders", "shared_networks", "baselines", "autoencoders", "segmenters", "generators",
    )  # fmt: skip
    names = Counter(name for section in sections for name in config[section])
    for name, times in names.items():
        if times > 1:
            yield f"{name}: a name of one entry only, of {', '.join(sections)}"


def _of_mapping_tables(config: dict) -> Iterator[str]:
    for table in MAPPING_TABLES:
        for k, row in enumerate(config["tables"][table]):
            where = f"tables.{table}.{k}"
            yield from unknown(f"{where}.mapping", row["mapping"], config["mappings"])
            if row["mapping"] in config["mappings"]:
                yield from _no_poisson(config, where, row)


def _of_tables(config: dict) -> Iterator[str]:
    for table, (column, sections, more) in TABLES.items():
        for k, row in enumerate(config["tables"][table]):
            where = f"tables.{table}.{k}"
            known = known_methods(config, row, sections, more)
            yield from unknown(f"{where}.dataset", row["dataset"], config["datasets"])
            yield from wrong_inr_of_row(config, where, row, table)
            dataset = config["datasets"].get(row["dataset"])
            if dataset:
                yield from _unsuitable(table, where, row["dataset"], dataset)
            yield from init_of_another_field(config, where, row)
            for name in row[column]:
                yield from unknown(f"{where}.{column}", name, known)
                yield from _unreadable(config, where, row["dataset"], name)
                yield from inits_that_differ(config, where, row, name)


def _of_fit_tables(config: dict) -> Iterator[str]:
    for table in (*FIT_TABLES, *REFIT_TABLES):
        for k, row in enumerate(config["tables"][table]):
            where = f"tables.{table}.{k}"
            yield from unknown(f"{where}.dataset", row["dataset"], config["datasets"])
            for name in row.get("inrs", [row.get("inr")]):
                fitted = [n for n, inr in config["inrs"].items() if "matched" not in inr]
                yield from unknown(f"{where}.inrs", name, fitted)
                yield from init_of_another_field(config, where, row | {"inr": name})


def _unsuitable(table: str, where: str, name: str, dataset: dict) -> Iterator[str]:
    """Why a data set cannot stand in a table."""
    if table in OF_CLOUDS and dataset["field"] != "udf":
        yield f"{where}.dataset: {name} has no clouds (field udf)"
    if table in OF_PARTS and _has_parts(dataset["reader"]) is False:
        with_parts = [name for name in format_names() if _has_parts(name)]
        yield (
            f"{where}.dataset: the reader {dataset['reader']} of {name} knows no parts; "
            f"{', '.join(with_parts)} do"
        )


def _has_parts(reader: str) -> bool | None:
    """Whether a layout has parts; None where its file is broken, which is reported elsewhere."""
    try:
        return load_format(reader).has_parts
    except InputError:
        return None


def _impossible_side(where: str, dataset: dict) -> list[str]:
    """What is wrong with the side and the frame of a data set."""
    problems = []
    field = modality(dataset["field"])
    if dataset["side"] == "partial" and not field.partial:
        problems.append(f"{where}.side: partial shapes are clouds (field udf)")
    if dataset["side"] == "partial" and dataset["copies"] not in ("auto", 0):
        problems.append(f"{where}.copies: partial clouds are not augmented; set it to 0")
    if dataset["frame"] == "complete" and dataset["side"] == "complete":
        problems.append(f"{where}.frame: a complete cloud's is its own")
    if dataset["frame"] == "mesh" and not field.frame_of_mesh:
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
    network = (config["baselines"] | config["autoencoders"] | config["segmenters"]).get(name)
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
