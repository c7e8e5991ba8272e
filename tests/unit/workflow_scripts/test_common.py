"""The rule files' helpers: configuration and its schema, the paper's figures."""

import copy
import os
import re
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import yaml

from workflow_scripts.common import environment
from workflow_scripts.common.config import ConfigError, complete_config
from workflow_scripts.common.config_checks import encoders as encoder_checks
from workflow_scripts.common.config_checks.shared_networks import fill_published

ROOT = Path(__file__).resolve().parents[3]
SCHEMA_FILE = ROOT / "schemas" / "config.schema.yaml"
SCHEMA = yaml.safe_load(SCHEMA_FILE.read_text())
CONFIGS = [ROOT / "config.yaml", *sorted((ROOT / "configs").glob("*.yaml"))]
SMALLEST = {"datasets": {"d": {"reader": "procedural"}}, "inrs": {"i": {}}, "encoders": {"e": {}}}


def read(path):
    return yaml.safe_load(path.read_text())


def completed(**changes):
    return complete_config(copy.deepcopy(SMALLEST) | changes, SCHEMA_FILE)


def resolved(node):
    """A schema node with what its $ref names beneath its own keys."""
    if "$ref" not in node:
        return node
    target = SCHEMA
    for part in node["$ref"].removeprefix("#/").split("/"):
        target = target[part]
    return resolved(target) | node


def properties(node, path=()):
    """(path, schema node) of every key that the schema knows; * stands for an entry's name."""
    node = resolved(node)
    for key, sub in node.get("properties", {}).items():
        yield (*path, key), resolved(sub)
        yield from properties(sub, (*path, key))
    if isinstance(node.get("additionalProperties"), dict):
        yield from properties(node["additionalProperties"], (*path, "*"))
    if "items" in node:
        yield from properties(node["items"], (*path, "*"))


KNOWN = dict(properties(SCHEMA))
# The sections whose entries have names.
NAMED = (
    "datasets", "inits", "inrs", "encoders", "baselines", "autoencoders", "segmenters",
    "generators", "mappings", "shared_networks",
)  # fmt: skip
FREE = [  # mappings of whatever keys
    ("encoders", "*", "options"),
    ("shared_networks", "*", "options"),
    ("tables", "table5", "*", "options"),
]


def leaves(value, path=()):
    """Paths of all leaf keys of a config, entries' names and positions replaced by *."""
    if isinstance(value, dict) and value and path not in FREE:
        named = len(path) == 1 and path[0] in NAMED
        for key, inner in value.items():
            yield from leaves(inner, (*path, "*" if named else key))
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for item in value:
            yield from leaves(item, (*path, "*"))
    else:
        yield path


# ---------------------------------------------------------------------------- schema and configs


@pytest.mark.parametrize("path", CONFIGS, ids=lambda p: p.name)
def test_every_key_of_a_config_is_in_the_schema(path):
    found = set(leaves(read(path)))
    assert len(found) > 5
    assert found <= set(KNOWN)


def laid_over(config, other):
    """As Snakemake lays one --configfile over another: mappings are merged, the rest replaced."""
    for key, value in other.items():
        both = isinstance(value, dict) and isinstance(config.get(key), dict)
        config[key] = laid_over(config[key], value) if both else value
    return config


@pytest.mark.parametrize("path", CONFIGS[1:], ids=lambda p: p.name)
def test_every_overlay_is_valid_in_the_command_that_it_opens_with(path):
    (command,) = re.findall(r"^#.*--configfile (.*)$", path.read_text(), re.MULTILINE)
    files = re.findall(r"configs/\w+\.yaml", command)
    assert files[-1] == f"configs/{path.name}"
    config = read(ROOT / "config.yaml")
    for file in files:
        laid_over(config, read(ROOT / file))
    complete_config(config, SCHEMA_FILE)


@pytest.mark.parametrize("document, examples", [
    ("README.md", 1), ("docs/guides/own-shapes.md", 1), ("docs/guides/pairs.md", 1),
    ("docs/guides/embedding-only.md", 1), ("docs/encoders.md", 2), ("docs/inits.md", 2),
    ("docs/shared-networks.md", 1),
])  # fmt: skip
def test_examples_in_documents_are_valid_over_the_demo(document, examples, monkeypatch):
    known = [*encoder_checks.known_types(), "my_encoder"]
    monkeypatch.setattr(encoder_checks, "known_types", lambda: known)
    monkeypatch.setattr(encoder_checks, "option_names", lambda _: None)
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / document).read_text(), re.S)
    assert len(blocks) == examples
    for block in blocks:
        config = laid_over(read(ROOT / "config.yaml"), yaml.safe_load(block))
        complete_config(config, SCHEMA_FILE)


def test_the_papers_settings_take_nothing_from_the_demo():
    paper = ROOT / "configs" / "paper.yaml"
    alone = complete_config(read(paper), SCHEMA_FILE)
    together = complete_config(laid_over(read(ROOT / "config.yaml"), read(paper)), SCHEMA_FILE)
    for section, settings in alone.items():
        if section in NAMED:  # the demo's own entries stay, and nothing uses them
            together[section] = {name: together[section][name] for name in settings}
        assert together[section] == settings, section


@pytest.mark.parametrize("path", KNOWN, ids=".".join)
def test_every_key_of_the_schema_has_a_description(path):
    assert len(KNOWN[path].get("description", "")) > 10


def test_unknown_keys_are_refused_at_every_level():
    nodes = [SCHEMA, *map(resolved, SCHEMA["$defs"].values()), *KNOWN.values()]
    objects = [node for node in nodes if "properties" in node]
    assert len(objects) > 8
    assert all(node["additionalProperties"] is False for node in objects)


def assert_filled(given, done, node, path=""):
    node = resolved(node)
    for key, sub in node.get("properties", {}).items():
        sub, here = resolved(sub), f"{path}.{key}"
        if "properties" in sub:
            assert_filled(given.get(key, {}), done[key], sub, here)
        elif key in given:
            if not isinstance(given[key], dict | list):
                assert done[key] == given[key], here
        elif "default" in sub:
            assert done[key] == sub["default"], here
        else:
            assert key not in done, here
    if isinstance(node.get("additionalProperties"), dict):
        for name, entry in given.items():
            assert_filled(entry, done[name], node["additionalProperties"], f"{path}.{name}")


def test_what_config_yaml_leaves_out_is_the_schemas_default():
    given = read(ROOT / "config.yaml")
    done = complete_config(copy.deepcopy(given), SCHEMA_FILE)
    fill_published(given)
    encoder_checks.take_over_matched(given)
    for section in ("datasets", "inrs", "encoders"):
        node = SCHEMA["properties"][section]
        assert_filled(given[section], done[section], node, section)
    assert_filled(given, done, SCHEMA)
    assert done["datasets"]["demo_clouds"]["validation_fraction"] == 0.1  # one that it leaves out
    assert done["inrs"]["small"]["steps"] == given["inrs"]["small"]["steps"]


def test_defaults_are_not_shared_between_entries():
    config = completed(inrs={"i": {}, "j": {}}, encoders={"e": {}, "f": {}})
    config["encoders"]["e"]["hidden"].append(1)
    assert config["encoders"]["f"]["hidden"] == [512, 512, 1024, 1024]


def test_the_defaults_are_the_papers_settings_and_those_of_the_library():
    from inr2vec_core.geometry.queries import QuerySampling
    from inr2vec_core.inrs.fitting import FitSettings
    from inr2vec_core.inrs.siren_config import SirenConfig
    from inr2vec_core.tasks.autoencoding.task import Inr2vecSettings

    config = completed()
    inr, encoder = config["inrs"]["i"], config["encoders"]["e"]
    assert SirenConfig(inr["width"], inr["depth"]).n_parameters == 790_529
    assert (inr["init"], inr["batch"], inr["steps"], inr["lr"]) == ("random", None, 500, 1e-4)
    assert (encoder["epochs"], encoder["lr"], encoder["weight_decay"]) == (300, 1e-4, 1e-2)
    assert inr["precision"] == "auto"  # what a device makes of it is the library's `precision`
    for given, settings in ((inr, FitSettings(precision="auto")), (encoder, Inr2vecSettings())):
        known = {k: v for k, v in asdict(settings).items() if k != "field"}  # the data set's
        assert {k: given[k] for k in known} == known
    queries = config["datasets"]["d"]["queries"]
    n = queries.pop("per_shape")
    assert QuerySampling(**queries).counts(n) == QuerySampling().counts(600_000)
    assert np.array_equal(queries["sigmas"], QuerySampling().sigmas)


# ---------------------------------------------------------------------------- messages


def message_of(**changes):
    with pytest.raises(ConfigError) as error:
        completed(**changes)
    return str(error.value)


@pytest.mark.parametrize("changes, parts", [
    ({"inrs": {"i": {"stepz": 3}}}, ["inrs.i:", "'stepz' was unexpected", "known keys:", "steps"]),
    ({"sead": 1}, ["(top level):", "'sead' was unexpected"]),
    ({"inrs": {"i": {"lr": "1e-4"}}}, ["inrs.i.lr:", "'1e-4'", "write 1.0e-4"]),
    ({"inrs": {"i": {"width": 0}}}, ["inrs.i.width:", "minimum"]),
    ({"inrs": {"i": None}}, ["inrs.i:", "not of type 'object'"]),
    ({"inrs": {"i": {"loss": "l1"}}}, ["inrs.i.loss:", "'bce', 'mse'"]),
    ({"datasets": {"d": {}}}, ["datasets.d:", "'reader' is a required property"]),
    ({"datasets": {"d": {"reader": "labelled_meshes"}}},
     ["datasets.d.reader: 'labelled_meshes' is called 'labeled_meshes' now"]),
    ({"datasets": {"a b": {"reader": "procedural"}}}, ["datasets:", "'a b' does not match"]),
    ({"datasets": {40: {"reader": "procedural"}}}, ["datasets:", "40 is not of type 'string'"]),
    ({"encoders": {"weights_probe": {}}}, ["encoders:", "'weights_probe'"]),
    ({"encoders": {"upper_bound": {}}},
     ["encoders: 'upper_bound' is the name of a method or of a folder of results: give the entry"
      " another"]),
    ({"encoders": {"e": {"options": {"rank": 4}}}}, ["no 'rank'", "takes differences"]),
    ({"encoders": {"e": {}, "f": {"from": "d", "encoder": "e", "seed": 1}}}, ["encoders.f.seed"]),
    ({"encoders": {"e": {"hidden": [64, "x"]}}}, ["encoders.e.hidden.1:", "'x'"]),
], ids=str)  # fmt: skip
def test_a_wrong_value_is_named_with_its_key(changes, parts):
    message = message_of(**changes)
    for part in parts:
        assert part in message


OWN = {"init": "random_each", "width": 32}


def test_matched_inrs_are_as_those_that_they_are_matched_from():
    inrs = completed(inrs={"i": {}, "own": OWN, "m": {"matched": "own"}})["inrs"]
    assert inrs["m"] == inrs["own"] | {"matched": "own"}


@pytest.mark.parametrize("entry, part", [
    ({"matched": "own", "width": 64}, "inrs.m: `matched` says it all, and nothing is fitted: remove"
     " width"),
    ({"matched": "i"}, "inrs.m.matched: 'i' is no entry; there are own"),
    ({"matched": "m"}, "inrs.m.matched: 'm' is no entry; there are own"),
    ({"matched": "none"}, "inrs.m.matched: 'none' is no entry; there are own"),
])  # fmt: skip
def test_what_cannot_be_matched_is_told(entry, part):
    assert part in message_of(inrs={"i": {}, "own": OWN, "m": entry})


@pytest.mark.parametrize("tables, part", [
    ({"table5": [{"type": "none"}]}, "tables.table5.0.type: 'none' is no entry; there are"),
    ({"table5": [{"type": "inr2vec"}] * 2}, "tables.table5.1.type: inr2vec stands there twice"),
    ({"table5": [{"type": "inr2vec", "options": {"rank": 4}}]}, "takes no 'rank'"),
    ({"inr_size": [{"dataset": "x", "inrs": ["i"]}]}, "tables.inr_size.0.dataset: 'x' is no entry"),
    ({"losses": [{"dataset": "d", "inrs": ["m"]}]}, "tables.losses.0.inrs: 'm' is no entry"),
    ({"connectivity": [{"dataset": "d", "inr": "m"}]}, "tables.connectivity.0.inrs: 'm' is no"),
    ({"repeatability": [{"dataset": "d", "inr": "m", "methods": ["e"]}]}, "'m' is no entry"),
    ({"table8": [{"dataset": "d", "inr": "i", "methods": ["n"]}]}, "tables.table8.0.methods: 'n'"),
])  # fmt: skip
def test_rows_of_the_papers_further_tables_are_checked(tables, part):
    inrs = {"i": {}, "own": OWN, "m": {"matched": "own"}}
    assert part in message_of(inrs=inrs, tables=tables)


def test_all_wrong_values_are_named_at_once_whatever_their_keys():
    message = message_of(
        datasets={40: {"reader": "none"}, "d": {"reader": "procedural", "points": -1}},
        inrs={"i": {"depth": 1.5}},
    )
    for part in ("datasets.40.reader:", "datasets.d.points:", "inrs.i.depth:"):
        assert part in message


def test_a_section_left_out_is_named():
    with pytest.raises(ConfigError, match="'inrs' is a required property"):
        complete_config({"datasets": SMALLEST["datasets"], "encoders": {"e": {}}}, SCHEMA_FILE)


def table2(**row):
    return {"tables": {"table2": [{"dataset": "d", "inr": "i", "methods": ["e"]} | row]}}


def baselines(kind, points=1024, **tables):
    """A network n of this type, and rows of tables with these methods."""
    rows = {name: [{"dataset": "d", "inr": "i", "methods": m}] for name, m in tables.items()}
    return {"baselines": {"n": {"type": kind, "points": points}}, "tables": rows}


def mapping(kind="completion", methods=("transfer",), encoder=None, **target):
    """Two data sets d and p, and a mapping m between them in a table."""
    p = {"reader": "procedural"} | target
    sides = [{"dataset": d, "inr": "i", "encoder": "e"} for d in ("p", "d")]
    return {
        "datasets": {"d": {"reader": "procedural"}, "p": p},
        "encoders": {"e": encoder or {}},
        "mappings": {"m": {"source": sides[0], "target": sides[1]}},
        "tables": {kind: [{"mapping": "m", "methods": list(methods)}]},
    }


def learned(**second):
    """INRs whose init is learned on two data sets."""
    return {
        "datasets": {"d": {"reader": "procedural"}, "p": {"reader": "procedural"} | second},
        "inits": {"l": {"learned_on": ["d", "p"]}},
        "inrs": {"i": {"init": "l", "steps": 0}},
    }


def learned_elsewhere(field="sdf", encoder=None, **init):
    """A row of data set d whose INRs have a learned init, beside another data set p."""
    return table2() | {
        "datasets": {"d": {"reader": "procedural"}, "p": {"reader": "procedural", "field": field}},
        "inits": {"l": init},
        "inrs": {"i": {"init": "l"}},
        "encoders": {"e": encoder or {}},
    }


def generation(**row):
    rows = [{"dataset": "d", "inr": "i", "encoder": "e", "methods": ["g", "gaussian"]} | row]
    return {"generators": {"g": {}}, "tables": {"generation": rows}}


def shared(table="table9", network=None, **row):
    """A shared network n, and a row of it on data set d, which has no INRs."""
    rows = [{"dataset": "d", "inr": "shared", "methods": ["n"]} | row]
    networks = {"n": {"type": "deepsdf"} | (network or {})}
    return {"shared_networks": networks, "tables": {table: rows}}


def test_a_shared_network_has_its_published_settings_unless_it_says_otherwise():
    (network,) = completed(**shared(network={"lr": 1.0e-2}))["shared_networks"].values()
    assert (network["lr"], network["batch"], network["queries"]) == (1e-2, 64, 16_384)
    assert (network["embedding"], network["schedule"], network["epochs"]) == (256, "halving", 2000)
    assert network["weight_decay"] == 0 and network["copies"] is False


def test_rows_without_inrs_take_shared_networks():
    for table in ("table1", "table2", "table9"):
        completed(**shared(table))
    completed(**shared("table4", inr="i"))
    rows = [{"dataset": "d", "inr": "shared", "encoders": ["n"]}]
    completed(**shared() | {"tables": {"reconstruction": rows}})
    row = {"dataset": "d", "inr": "shared", "encoder": "n", "methods": ["gaussian"]}
    completed(**shared() | {"tables": {"generation": [row]}})
    side = {"dataset": "d", "inr": "shared", "encoder": "n"}
    completed(**shared() | {"mappings": {"m": {"source": side, "target": side}}})


def test_names_that_exist_are_accepted():
    completed(**generation())
    completed(**learned())
    completed(**learned_elsewhere())
    both = {"trained_on": ["d", "p"]}
    completed(**learned_elsewhere(field="udf", encoder=both, learned_on=["d", "p"]))
    completed(**learned_elsewhere(field="udf", encoder=both, file="init.safetensors"))
    completed(**learned_elsewhere(encoder={"file": "model.safetensors"}))
    completed(**learned_elsewhere(encoder={"start": "model.safetensors", "seed": 1}))
    completed(**mapping(encoder={"trained_on": ["d", "p"]}, side="partial", frame="complete"))
    completed(**baselines("dgcnn", table2=["e", "n"], table6=["n"], table10=["n", "e"]))
    completed(**table2(methods=["e", "weights_probe", "bounding_box"]))


@pytest.mark.parametrize("changes, parts", [
    (table2(dataset="x"), ["tables.table2.0.dataset: 'x' is no entry; there are d"]),
    ({"inrs": {"i": {"init": "x"}}}, [
        "inrs.i.init: 'x' is no entry; there are random, random_each"]),
    ({"inrs": {"i": {"init": "shared"}}}, ["inrs.i.init: 'shared' is called 'random' now"]),
    ({"inrs": {"i": {"steps": 0}}}, ["inrs.i.steps: an INR that starts from random weights"]),
    ({"inits": {"l": {"learned_on": ["x"]}}}, ["inits.l.learned_on: 'x' is no entry; there are d"]),
    (learned(field="sdf"), ["inits.l.learned_on: the data sets' fields differ"]),
    ({"inits": {"l": {}}, "inrs": {"i": {"init": "l", "loss": "mse"}}}, [
        "inrs.i.loss: inits are learned with bce"]),
    (learned_elsewhere(learned_on=["p"]), [
        "tables.table2.0.inr: the init l is learned on p, of field sdf; d is of field udf"]),
    (learned_elsewhere(field="udf", encoder={"trained_on": ["d", "p"]}), [
        "tables.table2.0.inr: each data set learns its own init l, so e cannot read"]),
    ({"encoders": {"e": {"type": "x"}}}, [
        "encoders.e.type: no file inr2vec_core/encoders/x.py; there are", "inr2vec", "projected"]),
    ({"inits": {"l": {"file": "l.safetensors", "rounds": 9, "lr": 1.0}}}, [
        "inits.l: `file` says it all", "remove lr, rounds;"]),
    ({"encoders": {"e": {"file": "m", "start": "m", "seed": 1}}}, [
        "encoders.e: of `file` and `start` one is enough", "encoders.e.seed: nothing is trained"]),
    ({"encoders": {"e": {"file": "m", "trained_on": ["d"]}}}, ["of `file` and `trained_on` one"]),
    ({"encoders": {"e": {}, "f": {"from": "d", "encoder": "e", "start": "m"}}}, [
        "encoders.f: of `from` and `start` one is enough"]),
    ({"encoders": {"e": {"file": "m"}, "f": {"from": "d", "encoder": "e"}}}, [
        "encoders.f.encoder: name the entry that was trained"]),
    ({"encoders": {"e": {"start": "{dataset}.safetensors"}}}, ["encoders.e.start:"]),
    (table2(inr="x"), ["tables.table2.0.inr: 'x' is no entry; there are i"]),
    (table2(methods=["e", "x"]), ["tables.table2.0.methods: 'x'", "bounding_box, e"]),
    ({"encoders": {"e": {}, "f": {"from": "x", "encoder": "e"}}}, ["encoders.f.from: 'x'"]),
    ({"encoders": {"e": {}, "f": {"from": "d", "encoder": "x"}}}, ["encoders.f.encoder: 'x'"]),
    ({"encoders": {"e": {}, "f": {"from": "d"}}}, ["encoders.f: `from` and `encoder`"]),
    ({"encoders": {"e": {}, "f": {"encoder": "e"}}}, ["encoders.f: `from` and `encoder`"]),
    ({"encoders": {"e": {}, "f": {"from": "d", "encoder": "e"},
                   "g": {"from": "d", "encoder": "f"}}},
     ["encoders.g.encoder: name the entry that was trained"]),
    ({"datasets": {"d": {"reader": "folder"}}}, ["datasets.d.root: needed by the reader folder"]),
    ({"datasets": {"d": {"reader": "procedural", "queries": {"sigmas": [0.1]}}}},
     ["datasets.d.queries: as many `shares` as `sigmas`"]),
    ({"datasets": {"d": {"reader": "procedural", "queries": {
        "sigmas": [0.1], "shares": [0], "uniform": 0}}}},
     ["datasets.d.queries: `shares` and `uniform` are all 0"]),
    (baselines("pointnet", table2=["x"]), ["tables.table2.0.methods: 'x'", "bounding_box, e, n"]),
    (baselines("pointnet", table1=["n"]), ["tables.table1.0.methods: 'n'", "there are e"]),
    (baselines("conv3dnet", table2=["n"]), ["n reads shapes of field occ, those of d are udf"]),
    (baselines("dgcnn", table6=["n"], points=9999),
     ["tables.table6.0: n reads 9999 points, clouds of d have 2048"]),
    ({"datasets": {"d": {"reader": "procedural", "field": "sdf"}},
      "tables": {"table1": [{"dataset": "d", "inr": "i", "methods": ["e"]}]}},
     ["tables.table1.0.dataset: d has no clouds"]),
    ({"datasets": {"d": {"reader": "procedural", "field": "sdf"}},
      "tables": {"table3": [{"dataset": "d", "inr": "i", "methods": ["e"]}]}},
     ["tables.table3.0.dataset: d has no clouds"]),
    ({"datasets": {"d": {"reader": "folder", "root": "x"}},
      "tables": {"table7": [{"dataset": "d", "inr": "i", "methods": ["nearest_point"]}]}},
     ["tables.table7.0.dataset: the reader folder of d knows no parts"]),
    ({"baselines": {"e": {"type": "pointnet"}}}, ["e: a name of one entry only"]),
    (generation(encoder="x"), ["tables.generation.0.encoder: 'x' is no entry; there are e"]),
    (generation(methods=["x"]), ["tables.generation.0.methods: 'x'", "decoded_test, g, gaussian"]),
    (mapping() | {"mappings": {}}, ["tables.completion.0.mapping: 'm' is no entry"]),
    (mapping(encoder={"trained_on": ["d"]}), ["mappings.m.source.encoder: it is trained on d"]),
    (mapping(encoder={"trained_on": ["d", "x"]}), ["encoders.e.trained_on: 'x' is no entry"]),
    (mapping(encoder={"trained_on": ["d", "p"]}, field="sdf"), ["the data sets' fields differ"]),
    (mapping(methods=["poisson"]), ["poisson makes meshes of clouds, m does not"]),
    (mapping(side="partial", field="sdf"), ["datasets.p.side: partial shapes are clouds"]),
    (mapping(side="partial", copies=1), ["partial clouds are not augmented"]),
    (mapping(frame="complete"), ["datasets.p.frame: a complete cloud's is its own"]),
    (mapping(frame="mesh", field="sdf"), ["datasets.p.frame: a mesh's is its own"]),
    (shared(network={"type": "x"}), [
        "shared_networks.n.type: no file inr2vec_core/shared_networks/x.py; there are deepsdf"]),
    (shared(network={"options": {"depth": 4}}), [
        "shared_networks.n.options: deepsdf takes no 'depth'; it takes dropout, hidden, layers"]),
    (shared(network={"schedule": "halve"}), ["shared_networks.n.schedule:", "'halving'"]),
    (shared("table10"), ["tables.table10.0.inr: table table10 needs INRs"]),
    (shared("table3"), ["tables.table3.0.inr: table table3 needs INRs"]),
    (shared("table4"), ["tables.table4.0.inr: table table4 needs INRs"]),
    (shared(chains=2), ["tables.table9.0.chains: shared networks have none"]),
    (shared(methods=["e"]), ["tables.table9.0.methods: 'e' is no entry; there are n"]),
    (shared(inr="i"), ["tables.table9.0.methods: 'n' is no entry; there are e"]),
    (shared("table2", methods=["weights_probe"]), ["tables.table2.0.methods: 'weights_probe'"]),
    (shared() | {"encoders": {"n": {}}}, ["n: a name of one entry only"]),
    (shared() | {"inrs": {"i": {}, "shared": {}}}, ["inrs: 'shared' is"]),
    (shared() | {"mappings": {"m": {"source": {"dataset": "d", "inr": "shared", "encoder": "e"},
                                    "target": {"dataset": "d", "inr": "i", "encoder": "n"}}}}, [
        "mappings.m.source.encoder: 'e' is no entry; there are n",
        "mappings.m.target.encoder: 'n' is no entry; there are e"]),
], ids=str)  # fmt: skip
def test_a_dangling_name_is_told_with_its_key(changes, parts):
    message = message_of(**changes)
    for part in parts:
        assert part in message


def test_the_order_of_keys_in_a_file_does_not_matter():
    one = completed(inrs={"b": {"width": 8, "steps": 9}, "a": {}})
    other = completed(inrs={"a": {}, "b": {"steps": 9, "width": 8}})
    assert repr(one) == repr(other)


def test_the_papers_table_2():
    figures = environment.paper_figures(2)
    (found,) = [
        row["value"] for row in figures
        if (row["method"], row["dataset"], row["metric"]) == ("inr2vec", "ModelNet40", "accuracy")
    ]  # fmt: skip
    assert found == 87.0
    assert environment.paper_figures(99) == []


@pytest.mark.parametrize(
    ("folder", "encoding", "fault"),
    [
        ("/it's a $b [1] ü", "utf-8", None),
        ("/a:b", "utf-8", "a colon or a brace"),
        ("/a{b", "utf-8", "a colon or a brace"),
        ("/l\udce4", "utf-8", r"/l\xe4 has a name that is not UTF-8"),
        ("/ü", "gbk", "depend on the locale: set LC_ALL=C.UTF-8"),
        ("/u", "gbk", None),
    ],
)
def test_folder_where_the_project_cannot_run_is_told(folder, encoding, fault, monkeypatch):
    monkeypatch.setattr(sys, "getfilesystemencoding", lambda: encoding)
    told = environment.fault_of_folder(Path(folder))
    assert told is None if fault is None else fault in told


def test_python_in_a_folder_with_a_blank_is_quoted_once(tmp_path, monkeypatch):
    python = tmp_path / "a b"
    python.touch()
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setattr(os, "environ", {})
    for _ in range(2):
        environment.prepare_environment()
        assert sys.executable == f"'{python}'"
    assert os.environ["PYTHONUTF8"] == "1"
