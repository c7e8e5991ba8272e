"""A trained model in a folder as the Hugging Face hub has them: files, descriptions, card."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from torch import nn

from inr2vec_core.errors import InputError
from inr2vec_core.hub.facts import DataSet, Metric, describe_init, versions
from inr2vec_core.inrs.shared_init import SharedInit
from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.checkpoints import load_arrays, read_metadata, save_model
from inr2vec_core.io.file_errors import RESULT, reading
from inr2vec_core.io.sealed import read_sealed, write_json


def describe_model(
    model: str | Path, data: Sequence[DataSet], training: Mapping, names: Mapping[str, str]
) -> dict:
    """What `config.json` says: all but data, settings and versions is read from the model's file.

    Args:
        model: the model's file, as the workflow or `Inr2vecModel.save` wrote it.
        data: the data sets that it was trained on.
        training: the settings of its training.
        names: what it is called: `encoder` and `inr`.

    Raises:
        InputError: the file is missing or damaged, or it carries no init.
    """
    header, arrays = read_metadata(model), load_arrays(model)
    architecture = json.loads(header["architecture"])
    init = SharedInit.read(model)
    beside = json.loads(header.get("beside", "[]"))
    if init.id != architecture.get("init"):
        raise InputError(
            f"{model} was trained on INRs that each start from weights of their own: no new shape "
            "can be embedded by it; train it on INRs of one init"
        )
    read = ("best_epoch", "best_chamfer")
    return {
        "kind": "inr2vec model",
        **names,
        "architecture": architecture,
        "parameters": int(sum(a.size for name, a in arrays.items() if name not in beside)),
        "init": describe_init(init),
        **{name: json.loads(header.get(name, "{}")) for name in ("fit", "queries", "shapes")},
        "training": {**training, **{k: _number(header[k]) for k in read if k in header}},
        "data": [vars(one) for one in data],
        "versions": {**versions(), "code": header.get("code", "")},
    }


def _number(text: str) -> int | float | str:
    try:
        return int(text) if text.isdecimal() else round(float(text), 6)
    except ValueError:
        return text


def write_model(model: str | Path, target: str | Path) -> None:
    """Copy a model's file, byte for byte.

    Raises:
        InputError: it is missing or damaged, or the copy cannot be written.
    """
    with reading(model, "safetensors file", RESULT):
        content = read_sealed(model)
    with atomic(target) as temporary:
        temporary.write_bytes(content)


def write_init(init: SharedInit, target: str | Path) -> None:
    """Write an init by itself, as `SharedInit.read` takes it."""
    arrays, settings = {"weights": init.weights}, {}
    if init.rates is not None:
        arrays["rates"] = init.rates
        settings = {"sgd_steps": init.sgd_steps, "queries": init.queries}
    save_model(
        nn.Module(), init.siren.describe(), target, arrays, field=init.field,
        settings=json.dumps(settings),
    )  # fmt: skip


def write_metrics(metrics: Sequence[Metric], target: str | Path) -> None:
    """Write metrics as JSON."""
    write_json(target, {"metrics": [metric.describe() for metric in metrics]})
