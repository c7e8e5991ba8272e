"""Config checks, path helpers, shard lists. No torch, here or in any rule file."""

import functools
import os
import sys

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

ROOT = workflow.basedir
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)
from inr2vec_core.errors import InputError
from inr2vec_core.modalities import modality
from inr2vec_core.shapes.dataset import ShapeDataset
from workflow_scripts.common import config_checks, environment
from workflow_scripts.common.chains import add_chains, rows_of_chains
from workflow_scripts.common.config import ConfigError, complete_config
from workflow_scripts.common.fingerprint import ProjectCode
from workflow_scripts.common.gpus import torch_without_gpus, visible_gpus

if fault := environment.fault_of_folder(environment.ROOT):
    raise WorkflowError(fault)
environment.prepare_environment()
try:
    complete_config(config, environment.ROOT / "schemas" / "config.schema.yaml")
except ConfigError as error:
    raise WorkflowError(f"The configuration is wrong:\n{error}")
add_chains(config)

SHARED = config_checks.SHARED
PROJECT_CODE = ProjectCode(environment.ROOT)
ENV = "../envs/environment.yaml"


def gpu_limit():
    """How many GPU jobs may run at a time; under 0 they run side by side on the cores."""

    def warn(line):
        if workflow.is_main_process:
            logger.warning(line)

    gpus = len(visible_gpus(warn))
    # Jobs that run in an environment of their own may have another torch there.
    deployment = workflow.deployment_settings
    own_environments = deployment and deployment.deployment_method
    cpu_torch = torch_without_gpus() if gpus and not own_environments else None
    if not cpu_torch:
        return gpus
    warn(
        f"{gpus} GPU(s) are visible, but torch {cpu_torch} was built for processors alone: "
        "GPU jobs run on the cores, side by side. Install a build of torch for CUDA to use them."
    )
    return 0


# Inside a cluster's job the limit of the profile is unknown and must not be replaced by this
# machine's.
if not workflow.remote_exec and "gpu" not in workflow.global_resources:
    workflow.global_resources["gpu"] = gpu_limit()


def one_of(*sections, also=()):
    """Regular expression of the sections' entries and more names; fits nothing if there is none."""
    names = [name for section in sections for name in config[section]]
    return "|".join([*names, *also]) or "(?!)"


def shape_dataset(dataset):
    """The data set's shapes, as the library lists them."""
    entry = config["datasets"][dataset]
    counts = tuple(entry[f"{split}_per_class"] for split in ("train", "val", "test"))
    names = (
        "reader",
        "root",
        "classes",
        "shards",
        "validation_fraction",
        "test_fraction",
        "limit",
        "side",
        "views",
        "copies",
    )
    values = {n: entry[n] for n in names}
    values["root"] = os.path.expanduser(values["root"])
    return ShapeDataset(counts=counts, seed=config["seed"], **values)


@functools.cache
def catalog_of(dataset):
    """All shapes of a data set, or an error that says what is missing."""
    try:
        return shape_dataset(dataset).catalog()
    except InputError as error:
        raise WorkflowError(f"datasets.{dataset}: {error}")


def source_files_of(wildcards):
    """The files that a shard is read from."""
    dataset = shape_dataset(wildcards.dataset)
    return dataset.files(catalog_of(wildcards.dataset), int(wildcards.shard))


def fingerprint_of_shapes(wildcards):
    """Hash of a shard's number, its shapes' ids, classes and splits, and its unwatched files.

    They are in no source file's content: a file moved to another class, or one more that shifts
    the validation split, must make the shard anew, and shards must differ in Snakemake's cache,
    whose keys know nothing of wildcards.
    """
    dataset, catalog = shape_dataset(wildcards.dataset), catalog_of(wildcards.dataset)
    shard = int(wildcards.shard)
    rejected = catalog.rejected if shard == 0 else []
    values = [shard, dataset.shard(catalog, shard), rejected]
    if unwatched := dataset.unwatched(catalog, shard):
        values.append(unwatched)
    return environment.fingerprint(*values)


def shard_numbers(dataset):
    return range(config["datasets"][dataset]["shards"])


def shape_shards(dataset):
    return [SHAPES.format(dataset=dataset, shard=k) for k in shard_numbers(dataset)]


def inr_shards(dataset, inr):
    return _shards(INRS, dataset, inr)


def reconstructed_shards(dataset, inr):
    return _shards(RECONSTRUCTED, dataset, inr)


def _shards(template, dataset, inr):
    shards = shard_numbers(dataset)
    return [template.format(dataset=dataset, inr=inr, shard=k) for k in shards]


def trained_entry(name):
    """The entry of the encoder or shared network that is used: another's, where it is taken there."""
    if name in config["shared_networks"]:
        return config["shared_networks"][name]
    encoder = config["encoders"][name]
    return config["encoders"].get(encoder.get("encoder"), encoder)


def named_file(where, path):
    """A file that an entry names: one that there is, or that this workflow makes."""
    file = os.path.normpath(os.path.expanduser(path))
    if not (os.path.isfile(file) or file.startswith(RESULTS)):
        raise WorkflowError(
            f"{where}: {file} is no file: name one that there is, or one below results/ that this "
            "workflow makes"
        )
    return file


def training_sets(dataset, name):
    """The data sets whose INRs an encoder is trained on; its model lies with the first."""
    return config["encoders"][name].get("trained_on") or [dataset]


def without(entry, *keys):
    """An entry without some of its keys."""
    return {k: v for k, v in entry.items() if k not in keys}


def dataset_key(*keys):
    """A params function: these keys of the job's data set."""
    return lambda wildcards: {k: config["datasets"][wildcards.dataset][k] for k in keys}


def entry(section):
    """A params function: the entry that the job's wildcard names."""
    return lambda wildcards: config[section][wildcards[section.removesuffix("s")]]


def seed_of(section, name):
    """The seed of an entry, its own or the config's."""
    return config[section][name].get("seed", config["seed"])


def title_of(dataset):
    return config["datasets"][dataset]["title"] or dataset


def field_of(dataset):
    return config["datasets"][dataset]["field"]


def modality_of(dataset):
    """The modality of a data set's shapes."""
    return modality(field_of(dataset))


def datasets_of(table):
    """The data sets in a table's rows."""
    return sorted({row["dataset"] for row in config["tables"][table]})


@functools.cache
def code_version(script, field, *files):
    return PROJECT_CODE.version(script, *files, field=field)


def titles(table):
    """The data sets of a table, each with its title."""
    return {dataset: title_of(dataset) for dataset in datasets_of(table)}


def modalities(table):
    """The data sets of a table, each with its modality's name in tables."""
    return {dataset: modality_of(dataset).title for dataset in datasets_of(table)}


def code(script):
    """A params function: the code of a script, with the modality of the job's data set only.

    A job that has no data set in its wildcards may use any modality.
    """
    return lambda wildcards: code_version(script, field_of_job(wildcards))


def code_of_format(script, wildcards):
    """The code of a script that reads shapes in a data set's layout."""
    reader = config["datasets"][wildcards.dataset]["reader"]
    layout = f"inr2vec_core/shapes/formats/{reader}.py"
    return code_version(script, field_of_job(wildcards), layout)


def code_of_encoders(script, wildcards, *names):
    """The code of a script that uses these entries' encoders, one file each."""
    return code_of_types(
        script, wildcards, *(trained_entry(name)["type"] for name in names)
    )


def code_of_types(script, wildcards, *types):
    """The code of a script that uses encoders of these types, one file each."""
    files = [f"inr2vec_core/encoders/{type}.py" for type in sorted(set(types))]
    return code_version(script, field_of_job(wildcards), *files)


def field_of_job(wildcards):
    """The field of the data set in a job's wildcards; None if there is none."""
    dataset = wildcards.get("dataset")
    return dataset and field_of(dataset)


SCORED = (
    "table1",
    "table2",
    "table3",
    "table6",
    "table7",
    "table9",
    "encoders",
    "init",
    "table8",
    "shared_start",
    "generation",
)
MAPPED_SIDES = [
    config["mappings"][row["mapping"]][side]
    for table in config_checks.MAPPING_TABLES
    for row in config["tables"][table]
    for side in ("source", "target")
]
# Data sets that something is trained on need every class in every split; those that are only
# embedded do not. Classifiers are trained on each row of table 2, whoever embedded it.
USED_ENCODERS = [
    (row["dataset"], name)
    for table, (column, *_) in config_checks.TABLES.items()
    if table != "table10"  # where nothing is trained
    for row in config["tables"][table]
    for name in [*row[column], row.get("encoder")]
    if name in config["encoders"]
] + [
    (side["dataset"], side["encoder"]) for side in MAPPED_SIDES if side["inr"] != SHARED
]
TRAINED_ON = (
    {row["dataset"] for table in SCORED for row in config["tables"][table]}
    | {
        row["dataset"]
        for table in config_checks.TABLES
        for row in config["tables"][table]
        if row["inr"] == SHARED or table == "table4"
    }
    | {side["dataset"] for side in MAPPED_SIDES}
    | {
        used
        for dataset, name in USED_ENCODERS
        if "file" not in config["encoders"][name]
        for used in training_sets(config["encoders"][name].get("from", dataset), name)
    }
)
