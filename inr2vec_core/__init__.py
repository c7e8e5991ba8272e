"""inr2vec: deep learning on implicit neural representations (INRs) of 3D shapes.

The library behind the workflow, usable alone. It knows nothing of Snakemake or config files.
Importing the package itself is cheap: nothing heavy is loaded until a name is used. The names are
those of `inr2vec_core.api`; they are looked up there, so that a new one touches no other module.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"
_API = "inr2vec_core.api"


def __getattr__(name: str) -> Any:
    if not name.startswith("_") and name in import_module(_API).MODULES:
        return getattr(import_module(_API), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *import_module(_API).MODULES})
