"""Config keys and values that have another name now.

An old one is refused with a line that says the new one. In a path, * stands for any entry's name
or any number in a list.
"""

from collections.abc import Iterator

RENAMED_KEYS: dict[tuple[str, ...], str] = {
    ("networks",): "baselines",
    ("datasets", "*", "augment_copies"): "copies",
    ("encoders", "*", "decoded_level"): "iso_level",
    ("networks", "*", "neighbours"): "neighbors",
    ("baselines", "*", "neighbours"): "neighbors",
    ("autoencoders", "*", "neighbours"): "neighbors",
    ("segmenters", "*", "neighbours"): "neighbors",
}
"""The path of an old key, and the new name of its last part."""

RENAMED_VALUES: dict[tuple[str, ...], dict[str, str]] = {
    ("datasets", "*", "reader"): {"labelled_meshes": "labeled_meshes"},
    ("inrs", "*", "init"): {"shared": "random"},
}
"""The path of a key, and the new name of each old value."""


def old_names(config: dict) -> list[str]:
    """The old names in a config, in a line each that says the new one."""
    keys = (
        f"{'.'.join(found)}: is called {new} now"
        for path, new in RENAMED_KEYS.items()
        for found, _ in _found(config, path)
    )
    values = (
        f"{'.'.join(found)}: {value!r} is called {new[value]!r} now"
        for path, new in RENAMED_VALUES.items()
        for found, value in _found(config, path)
        if isinstance(value, str) and value in new
    )
    return [*keys, *values]


def _found(node, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    """The keys of a config that a path fits, each with its value."""
    if not path:
        yield (), node
        return
    first, rest = path[0], path[1:]
    items = node.items() if isinstance(node, dict) else ()
    if isinstance(node, list):
        items = enumerate(node)
    for key, value in items:
        if first in ("*", key):
            for found, inner in _found(value, rest):
                yield (str(key), *found), inner
