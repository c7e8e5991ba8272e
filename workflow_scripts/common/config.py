"""The config: completed by the schema's defaults, checked, its keys in order."""

from pathlib import Path

import jsonschema
import yaml

from inr2vec_core.shapes.formats import format_names
from workflow_scripts.common.config_checks import wrong_names
from workflow_scripts.common.config_checks.encoders import idle_keys, take_over_matched
from workflow_scripts.common.config_checks.shared_networks import fill_published
from workflow_scripts.common.renamed import old_names


class ConfigError(ValueError):
    """The configuration is wrong; the message names each key and the cure."""


def complete_config(config: dict, schema_file: Path) -> dict:
    """The config with the schema's defaults filled in, in place.

    Raises:
        ConfigError: a key is unknown, missing, renamed or of the wrong type, or a name is not an
            entry.
    """
    schema = load_schema(schema_file)
    if problems := [*old_names(config), *idle_keys(config)]:
        raise ConfigError("\n".join(f"  {p}" for p in problems))
    fill_published(config)
    take_over_matched(config)
    _fill_defaults(config, schema, schema)
    validator = jsonschema.Draft202012Validator(schema)
    errors = sorted(validator.iter_errors(config), key=lambda e: [str(part) for part in e.path])
    if errors:
        raise ConfigError("\n".join(f"  {_where(e)}: {_explain(e)}" for e in errors))
    problems = wrong_names(config)
    if problems:
        raise ConfigError("\n".join(f"  {p}" for p in problems))
    _sort(config)
    return config


def load_schema(schema_file: Path) -> dict:
    """The schema, with the data layouts that there are as the values of `reader`."""
    schema = yaml.safe_load(schema_file.read_text(encoding="utf-8"))
    schema["$defs"]["dataset"]["properties"]["reader"]["enum"] = format_names()
    return schema


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
    if error.validator == "not":  # the names that entries may not have
        taken = "the name of a method or of a folder of results"
        return f"{error.instance!r} is {taken}: give the entry another"
    return error.message
