"""The tables of all configuration keys, made from schemas/config.schema.yaml."""

import json
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Key:
    """A key of the configuration, each property as it stands on the page.

    Args:
        path: its place, as `("datasets", "<name>", "queries", "near")`; `[]` is an item of a list.
        values: type and bounds.
        default: the default, or whether an entry must have the key.
        meaning: the schema's description.
        reruns: what an edit makes anew.
    """

    path: tuple[str, ...]
    values: str
    default: str
    meaning: str
    reruns: str


def configuration_tables(schema: dict) -> str:
    """Markdown, a section for each top-level key.

    Args:
        schema: the JSON schema of the configuration.
    """
    sections = {}
    for key in keys_of(schema):
        sections.setdefault(key.path[0], []).append(key)
    return "\n".join(map(_section, sections.values()))


def keys_of(schema: dict) -> Iterator[Key]:
    """All keys that the schema describes, outer ones first."""
    yield from _keys(schema, schema, (), "")


def _keys(node: dict, top: dict, path: tuple[str, ...], reruns: str) -> Iterator[Key]:
    required = node.get("required", [])
    for name, raw in node.get("properties", {}).items():
        key = resolved(raw, top)
        key_reruns = key.get("reruns", reruns)
        inner = (*path, name)
        default = _default(key, name in required)
        meaning = key["description"].replace("*", r"\*").replace("<", "&lt;")
        yield Key(inner, values_of(key, top), default, meaning, key_reruns)
        yield from _keys(key, top, inner, key_reruns)
        if isinstance(key.get("additionalProperties"), dict):
            entry = resolved(key["additionalProperties"], top)
            yield from _keys(entry, top, (*inner, "<name>"), key_reruns)
        if "properties" in (items := resolved(key.get("items", {}), top)):
            yield from _keys(items, top, (*inner, "[]"), key_reruns)


def resolved(node: dict, top: dict) -> dict:
    """The node with what its `$ref` points to; its own values win."""
    if "$ref" not in node:
        return node
    target = top
    for part in node["$ref"].removeprefix("#/").split("/"):
        target = target[part]
    return {**resolved(target, top), **{k: v for k, v in node.items() if k != "$ref"}}


def values_of(schema: dict, top: dict) -> str:
    """Type and bounds of a value in words, as "number, above 0, at most 1"."""
    schema = resolved(schema, top)
    if "const" in schema:
        return _code(schema["const"])
    if "enum" in schema:
        return ", ".join(map(_code, schema["enum"]))
    if "oneOf" in schema:
        return ", or ".join(values_of(choice, top) for choice in schema["oneOf"])
    types = schema.get("type", "object")
    types = types if isinstance(types, list) else [types]
    words = [" or ".join("mapping" if t == "object" else t for t in types)]
    for keyword, text in (
        ("exclusiveMinimum", "above"),
        ("minimum", "at least"),
        ("exclusiveMaximum", "below"),
        ("maximum", "at most"),
        ("multipleOf", "multiple of"),
    ):
        if keyword in schema:
            words.append(f"{text} {schema[keyword]}")
    if "array" in types:
        words[0] = f"list of {values_of(schema.get('items', {}), top)}"
        if schema.get("minItems") == schema.get("maxItems") is not None:
            words[0] = words[0].replace("list of", f"list of {schema['minItems']}", 1)
        elif schema.get("minItems"):
            words.append("not empty")
        if schema.get("uniqueItems"):
            words.append("no value twice")
    return ", ".join(words)


def anchor_of(path: tuple[str, ...]) -> str:
    """The anchor of a key on the page."""
    return "-".join(part for part in path if part not in ("<name>", "[]"))


def _section(keys: list[Key]) -> str:
    section, *inner = keys
    lines = [f"## {section.path[0]}", "", section.meaning, ""]
    if not inner:
        lines += [f"{_capital(section.values)}; default {section.default}.", ""]
    lines += [f"An edit reruns: {_lower(section.reruns)}", ""]
    if inner and inner[0].path[1] == "<name>":
        lines += [f"Keys of each entry `{section.path[0]}.<name>`:", ""]
    if inner:
        lines += ["| key | values | default | meaning |", "|---|---|---|---|"]
        lines += [_row(key, section) for key in inner] + [""]
    return "\n".join(lines)


def _row(key: Key, section: Key) -> str:
    name = ".".join(part for part in key.path[1:] if part != "<name>").replace(".[]", "[]")
    meaning = key.meaning
    if key.reruns != section.reruns:
        meaning += f" *An edit reruns: {_lower(key.reruns)}*"
    cells = [f'<span id="{anchor_of(key.path)}"></span>`{name}`', key.values, key.default, meaning]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _default(schema: dict, required: bool) -> str:
    if "default" in schema:
        return "its keys' own" if schema["default"] == {} else _code(schema["default"])
    return "required" if required else "not set"


def _code(value) -> str:
    if value is None or isinstance(value, bool):
        return f"`{json.dumps(value)}`"
    return f"`{value}`" if value != "" else "empty"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]
