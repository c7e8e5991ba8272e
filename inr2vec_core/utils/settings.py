"""Settings as frozen dataclasses that are made from a mapping of values."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Self


class Settings:
    """The base of dataclasses of settings."""

    @classmethod
    def from_config(cls, entry: Mapping, **more) -> Self:
        """Take the settings' fields out of a mapping.

        Args:
            entry: values by name; those that are no fields are passed over. Lists become tuples.
            more: further fields, which go before those of `entry`.

        Raises:
            TypeError: a field without a default is missing.
        """
        values = {**entry, **more}
        names = [field.name for field in fields(cls) if field.name in values]
        return cls(**{
            name: tuple(values[name]) if isinstance(values[name], list) else values[name]
            for name in names
        })  # fmt: skip
