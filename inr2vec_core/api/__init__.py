"""The library in a few names, which `inr2vec_core` itself has: `import inr2vec_core as i2v`.

A module is imported when one of its names is first used.
"""

from importlib import import_module
from typing import Any

# Name -> the module that defines it; `inr2vec_core/__init__.pyi` says the same to type checkers.
MODULES = {
    "BadShape": "inr2vec_core.errors",
    "FitRecipe": "inr2vec_core.api.recipe",
    "Inr2vecModel": "inr2vec_core.api.model",
    "InrDataset": "inr2vec_core.api.inr_dataset",
    "Inrs": "inr2vec_core.api.inrs",
    "InputError": "inr2vec_core.errors",
    "QuerySampling": "inr2vec_core.geometry.queries",
    "ShapeSettings": "inr2vec_core.geometry.preprocessing",
    "SharedInit": "inr2vec_core.inrs.shared_init",
    "SirenConfig": "inr2vec_core.inrs.siren_config",
    "example_shapes": "inr2vec_core.api.examples",
    "fit_inrs": "inr2vec_core.api.fit",
    "load_model": "inr2vec_core.api.model",
    "picture": "inr2vec_core.api.pictures",
    "train_inr2vec": "inr2vec_core.api.train",
}


def __getattr__(name: str) -> Any:
    if name in MODULES:
        return getattr(import_module(MODULES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
