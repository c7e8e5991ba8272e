"""Cards of models and of INRs: README.md with what the Hugging Face hub reads at its top."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from inr2vec_core.hub.facts import Metric
from inr2vec_core.hub.location import DATA
from inr2vec_core.io.atomic import atomic
from inr2vec_core.modalities import modality
from inr2vec_core.shapes.splits import SPLITS

_TAGS = {"udf": "point-cloud", "sdf": "mesh", "occ": "voxels"}
_SIZES = (
    (1e3, "n<1K"), (1e4, "1K<n<10K"), (1e5, "10K<n<100K"), (1e6, "100K<n<1M"), (1e7, "1M<n<10M"),
)  # fmt: skip
_PIPE = r"\|"
_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9.-]*")
_PAPER = """\
The method: De Luigi, Cardace, Spezialetti, Zama Ramirez, Salti, Di Stefano, *Deep Learning on
Implicit Neural Representations of Shapes*, ICLR 2023.
"""
_METRICS = {
    "accuracy": "of a small classifier of embeddings",
    "hit@1": "share of shapes whose nearest other is of their class",
    "mAP@10": "mean average precision of the ten nearest",
    "CD x1000": "Chamfer distance × 1000 of decoded shapes: mean squared nearest distance, summed "
    "both ways, in units of the unit sphere; over shapes with a surface",
    "F-score": "of decoded shapes, within 0.01; 0 without a surface",
}
_SETTINGS = {
    "epochs": "epochs",
    "batch": "INRs of a step",
    "queries": "queries of each INR and step",
    "copies": "INRs of a shape in an epoch",
    "lr": "learning rate",
    "schedule": "its schedule",
    "weight_decay": "weight decay",
    "precision": "precision",
    "seed": "seed",
    "start": "started from",
    "best_epoch": "epoch whose weights were kept",
    "best_chamfer": "Chamfer distance of decoded validation shapes there",
}


def write_card(target: str | Path, front: Mapping, body: str) -> None:
    """Write a card.

    Args:
        target: the file, `README.md`.
        front: what the hub reads.
        body: Markdown.
    """
    text = yaml.safe_dump(dict(front), sort_keys=False, allow_unicode=True)
    with atomic(target) as temporary:
        temporary.write_text(f"---\n{text}---\n\n{body}", encoding="utf-8")


def model_card(
    config: Mapping, metrics: Sequence[Metric], license: str, command: str
) -> tuple[dict, str]:
    """The card of a model.

    Args:
        config: as `model_folder.describe_model` returns it.
        metrics: what was measured on the first of its data sets.
        license: as the user states it; "" if not stated.
        command: what made the folder.

    Returns:
        What the hub reads, and Markdown.
    """
    architecture, init, data = config["architecture"], config["init"], config["data"]
    kind, siren = modality(architecture["field"]).title, architecture["siren"]
    numbers = architecture["embedding"]
    name = f"{config['encoder']}: {kind} INRs of {' and '.join(one['title'] for one in data)}"
    front = {
        **_license_fields(license),
        "library_name": "inr2vec",
        "pipeline_tag": "feature-extraction",
        "tags": _tags(architecture["field"]),
        **({"metrics": ["accuracy"]} if any(m.name == "accuracy" for m in metrics) else {}),
        "model-index": [{"name": name, "results": _results(metrics, data[0])}],
    }
    body = f"""\
# {name}

An encoder that turns the weights of an implicit neural representation (INR) of a shape into a
vector of {numbers} numbers, and a decoder that turns such a vector back into a shape.

## Use

```python
import inr2vec_core as i2v

model = i2v.load_model("path/of/this/folder")  # or "owner/name" on the hub
z = model.embed(model.fit(["chair.obj"]))  # (1, {numbers}); files, or arrays in memory
shape = model.decode(z[0])
```

From the command line: `python -m inr2vec_core encode chair.obj --model path/of/this/folder`. The
model carries the initial weights of its INRs and says how they are fitted.

## Model

| | |
|---|---|
| encoder | `{architecture["type"]}`, hidden {architecture["hidden"]}, embedding {numbers} |
| parameters, with the decoder's | {config["parameters"]:,} |
| INRs | SIREN of {siren["width"]}×{siren["depth"]}, field `{architecture["field"]}` |
| start of the INRs | {_start(init)} |
| fit of the INRs | {_fit(config["fit"], init)} |

`config.json` has all settings, `init.safetensors` the initial weights by themselves.

## Data

{_data_table(data)}

{_copies(config["fit"], data)}## Training

{_training(config["training"])}

## Metrics

Of {data[0]["title"]}:

{_metrics_table(metrics)}

{_metrics_notes(metrics)}

`metrics.json` has the same. This folder was made by `{command}`.

## License

Of the model: {_stated(license)}. Of the data: {_data_licenses(data)}.

## Citing

{_PAPER}"""
    return front, body


def inrs_card(config: Mapping, command: str) -> tuple[dict, str]:
    """The card of a data set of INRs.

    Args:
        config: as `inr_folder.describe_inrs` returns it.
        command: what made the folder.

    Returns:
        What the hub reads, and Markdown.
    """
    siren, init, data = config["siren"], config["init"], config["data"]
    kind, total = modality(config["field"]).title, sum(config["inrs"].values())
    name = f"INRs of {data['title']}: {kind}, {siren['width']}×{siren['depth']}"
    splits = [{"split": s, "path": f"{DATA}/{s}-*.parquet"} for s in config["inrs"]]
    front = {
        **_license_fields(data["license"]),
        "pretty_name": name,
        "tags": _tags(config["field"]),
        "size_categories": [next(s for n, s in _SIZES if total < n)],
        "configs": [{"config_name": "default", "data_files": splits}],
    }
    rows = "\n".join(f"| {split} | {n:,} |" for split, n in config["inrs"].items())
    body = f"""\
# {name}

Implicit neural representations (INRs): a small network is fitted to each shape, and the weights of
the networks are the data.

## Use

```python
import inr2vec_core as i2v

inrs = i2v.Inrs.load("path/of/this/folder")  # or "owner/name" on the hub
shape = inrs.reconstruct(0)
module = inrs.module(0)  # one INR as a torch.nn.Module
```

Without this package: `datasets.load_dataset("owner/name")`.

## Content

| split | INRs |
|---|---|
{rows}

| column | what |
|---|---|
| `shape_id`, `class`, `split` | the shape |
| `augmentation` | 0, or the number of the augmented copy that the INR is of |
| `loss` | mean loss in the last steps of the fit |
| `weights` | {siren["n_parameters"]:,} numbers |

An INR is a SIREN of {siren["depth"]} hidden layers of width {siren["width"]}; each hidden layer is
sin({siren["omega"]:g} (Wx + b)), the last one is plain. Order of the weights:
{siren["flat_order"]}.
The field is `{config["field"]}`, in units of the shape's unit sphere.

## Fit

| | |
|---|---|
| start | {_start(init)} |
| fit | {_fit(config["fit"], init)} |

`init.safetensors` has the initial weights, `config.json` all settings.

## Data

{_data_table([data])}

This folder was made by `{command}`.

## License

Of the data: {_stated(data["license"])}.

## Citing

{_PAPER}"""
    return front, body


def _license_fields(license: str) -> dict[str, str]:
    """The hub's fields of a license; "unknown" is the hub's own word."""
    if not license:
        return {"license": "unknown"}
    if _IDENTIFIER.fullmatch(license):
        return {"license": license}
    return {"license": "other", "license_name": license}


def _stated(license: str) -> str:
    return license or "not stated"


def _data_licenses(data: Sequence[Mapping]) -> str:
    return ", ".join(f"{one['title']}: {_stated(one['license'])}" for one in data)


def _tags(field: str) -> list[str]:
    kind = [_TAGS[field]] if field in _TAGS else []
    return ["3d", "implicit-neural-representations", "weight-space-learning", "siren", *kind]


def _start(init: Mapping) -> str:
    if not init["learned"]:
        return f"shared random weights (`{init['id']}`)"
    return f"a learned init (`{init['id']}`)"


def _fit(fit: Mapping, init: Mapping) -> str:
    steps = []
    if init["learned"]:
        first = f"{init['sgd_steps']} steps of gradient descent"
        steps.append(f"{first} of {init['queries']:,} queries")
    if fit["steps"]:
        steps.append(f"{fit['steps']} steps of Adam of {fit['queries']:,} queries")
    return " and ".join(steps)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', _PIPE) for cell in cells)} |"


def _data_table(data: Sequence[Mapping]) -> str:
    head = "| data set | layout | classes | training, validation, test shapes |"
    lines = [head, "|---|---|---|---|"]
    for one in data:
        counts = ", ".join(f"{one['shapes'].get(split, 0):,}" for split in SPLITS)
        classes = f"{len(one['classes'])}: {', '.join(one['classes'])}"
        entry = "" if one["title"] == one["name"] else f" (`{one['name']}`)"
        lines.append(_row(one["title"] + entry, f"`{one['reader']}`", classes, counts))
    return "\n".join(lines)


def _copies(fit: Mapping, data: Sequence[Mapping]) -> str:
    n = sum(one["copies"] for one in data) if fit.get("copies", True) else 0
    return f"Beside these, {n:,} augmented copies of training shapes.\n\n" if n else ""


def _training(training: Mapping) -> str:
    rows = [_row(what, str(training[key])) for key, what in _SETTINGS.items() if key in training]
    return "\n".join(["| | |", "|---|---|", *rows])


def _metrics_table(metrics: Sequence[Metric]) -> str:
    lines = ["| metric | value | shapes | command |", "|---|---|---|---|"]
    for m in metrics:
        spread = f" ± {m.std:g} over {m.runs} runs" if m.std is not None else ""
        shapes = f"{m.n:,} of the {m.split} split"
        name = f"{m.name} ({m.unit})" if m.unit else m.name
        lines.append(_row(name, f"{m.value:g}{spread}", shapes, f"`{m.command}`"))
    return "\n".join(lines)


def _metrics_notes(metrics: Sequence[Metric]) -> str:
    return "\n".join(f"- {m.name}: {_METRICS[m.name]}." for m in metrics)


def _results(metrics: Sequence[Metric], data: Mapping) -> list[dict]:
    """Results as the hub's model index has them, one a task."""
    results: dict[str, dict] = {}
    for m in metrics:
        found = results.setdefault(m.task, {
            "task": {"type": "feature-extraction", "name": f"Shape {m.task}"},
            "dataset": {"type": data["name"], "name": data["title"], "split": m.split},
            "metrics": [],
        })  # fmt: skip
        found["metrics"].append({"type": m.name, "name": m.name, "value": m.value})
    return list(results.values())
