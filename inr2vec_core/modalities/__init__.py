"""Modalities, one a file, whose name is the `field` of a data set in the config.

A file defines one class derived from `Modality` (see `_base.py`), which says how shapes of its
form are prepared, which field INRs are fitted to, what its labels and a network's outputs mean,
and how a shape is reconstructed. Files whose name begins with an underscore are no modalities.

Rule files read modalities too, so this package imports only the standard library; methods import
what they need.
"""

import functools
import pkgutil

from inr2vec_core.errors import InputError
from inr2vec_core.modalities._base import Modality
from inr2vec_core.utils.discovery import check_subclass, import_file


def modality_names() -> list[str]:
    """The names of the modalities, sorted: one for each file of this package."""
    names = (module.name for module in pkgutil.iter_modules(__path__))
    return sorted(name for name in names if not name.startswith("_"))


@functools.cache
def modality(name: str) -> Modality:
    """The modality of a name.

    Args:
        name: "udf", "sdf", "occ", or another file of this package.

    Raises:
        InputError: there is no such file, it cannot be imported, or it does not define one
            modality.
    """
    if name not in modality_names():  # files on disk name their field: nothing else is imported
        raise InputError(f"no field {name!r}: there are {', '.join(modality_names())}")
    module = import_file(__name__, name)
    found = [
        member
        for member in vars(module).values()
        if isinstance(member, type)
        and issubclass(member, Modality)
        and member.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise InputError(f"{module.__file__} defines {len(found)} modalities, not one")
    check_subclass(found[0], Modality, f"{module.__file__}: {found[0].__name__}")
    return found[0](name)
