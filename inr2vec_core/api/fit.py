"""INRs of shapes that are in memory, prepared and fitted as the workflow does it."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from inr2vec_core.api.inits import init_of
from inr2vec_core.api.inputs import field_of, geometry_of
from inr2vec_core.api.inrs import Inrs
from inr2vec_core.api.recipe import RANDOM_STEPS, FitRecipe
from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.geometry.raw import Geometry, Grid
from inr2vec_core.geometry.shapes import Shape
from inr2vec_core.inrs.fit_shapes import fit_shapes
from inr2vec_core.inrs.fitting import FitSettings
from inr2vec_core.inrs.precision import fit_precision
from inr2vec_core.inrs.shared_init import SharedInit
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.modalities import modality
from inr2vec_core.shapes.build import prepare_record
from inr2vec_core.shapes.catalog import ShapeRecord
from inr2vec_core.shapes.formats.folder import NO_CLASS
from inr2vec_core.shapes.splits import SPLITS
from inr2vec_core.utils.progress import track

_log = logging.getLogger(__name__)


def fit_inrs(
    shapes: Iterable[Any],
    siren: SirenConfig | None = None,
    *,
    init: str | Path | SharedInit = "learned",
    seed: int = 0,
    field: str | None = None,
    recipe: FitRecipe | None = None,
    steps: int | None = None,
    names: Sequence[str] | None = None,
    classes: Sequence[str] | None = None,
    splits: Sequence[str] | None = None,
    on_bad_shape: str = "fail",
    device: str | torch.device | None = None,
    threads: int | None = None,
) -> Inrs:
    """Fit an INR to each shape.

    Shapes may be in any unit: each is centered and scaled to the unit sphere, clouds and meshes are
    thinned to `recipe.shapes.points` points, open meshes are closed or given an inside by winding
    numbers. What is fitted to a shape depends on it, its name, the seed, the init and the recipe,
    never on the other shapes. With the same of these the workflow fits the same weights.

    Args:
        shapes: any of points (n, 3), meshes (vertices (V, 3), faces (F, 3)) or `trimesh.Trimesh`,
            voxel grids (A, B, C) of bool, and paths of files.
        siren: sizes of the INRs; by default those of the init, or 64 x 4 where it is a name.
        init: "learned", the weights that ship with the package, for 64 x 4; "random", SIREN's,
            shared as in the paper; the path of an init or of a model; or an init.
        seed: of everything random.
        field: "udf", "sdf" or "occ"; by default that of the shapes: points, meshes, grids. Meshes
            also have "udf" and "occ", and points "occ".
        recipe: all else of the fit, `FitRecipe.default(field)` by default.
        steps: of Adam, instead of the recipe's; 300 by default from random weights, and none from a
            learned init, which takes five steps of gradient descent.
        names: (n,) names of the shapes and of their random streams; by default their numbers.
        classes: (n,) names of their classes.
        splits: (n,) their splits, "train", "val" or "test"; all "train" by default.
        on_bad_shape: "fail", or "reject" to warn of a bad shape and leave it out.
        device: where INRs are fitted; a GPU if there is one.
        threads: on a CPU, as many as torch uses by default.

    Returns:
        The INRs, in the order of the shapes.

    Raises:
        InputError: a shape is bad, and `on_bad_shape` is "fail"; all are; there is none; their
            forms differ and no field is given; or another argument is wrong.
    """
    if on_bad_shape not in ("fail", "reject"):
        raise InputError(f"on_bad_shape is {on_bad_shape!r}: use fail or reject")
    shapes, labels = _checked(shapes, names, classes, splits)
    raw = [_read(shape) for shape in shapes]
    recipe = _recipe_for(raw, labels[0], field, recipe, init, steps)
    sizes, start = _sizes_and_init(siren, init, recipe.field, seed)
    prepared = [
        prepare_record(ShapeRecord(name, cls, split, ""), geometry, recipe.shapes, 0, seed)
        for geometry, name, cls, split in zip(raw, *labels, strict=True)
    ]
    bad = [f"shape {name}: {one.rejected[0].reason}"
           for name, one in zip(labels[0], prepared, strict=True) if not one.shapes]  # fmt: skip
    _report(bad, len(shapes), on_bad_shape)
    good = [i for i, one in enumerate(prepared) if one.shapes]
    labels = [[values[i] for i in good] for values in labels]
    forms = [prepared[i].shapes[0] for i in good]
    inrs = fit_prepared(forms, *labels, sizes, start, recipe, seed, device, threads)
    fine = np.isfinite(inrs.losses) & torch.isfinite(inrs.weights).all(1).numpy()
    bad = [f"shape {inrs.names[i]}: its INR diverged, lower the learning rate"
           for i in np.flatnonzero(~fine)]  # fmt: skip
    _report(bad, len(inrs), on_bad_shape)
    return inrs if fine.all() else inrs[np.flatnonzero(fine)]


def fit_prepared(
    shapes: Sequence[Shape],
    names: Sequence[str],
    classes: Sequence[str],
    splits: Sequence[str],
    siren: SirenConfig,
    init: SharedInit,
    recipe: FitRecipe,
    seed: int,
    device: str | torch.device | None = None,
    threads: int | None = None,
    bar: bool = True,
) -> Inrs:
    """Fit an INR to each shape that is prepared; one that diverges is not finite.

    Args:
        shapes: (n,) shapes in the form of the recipe's field.
        names: as for `fit_inrs`; here two may be the same.
        classes: as for `fit_inrs`.
        splits: as for `fit_inrs`.
        siren: sizes of the INRs, those of the init.
        init: where they start from.
        recipe: how they are fitted.
        seed: of the queries.
        device: as for `fit_inrs`.
        threads: as for `fit_inrs`.
        bar: whether to show progress.

    Raises:
        InputError: the init is of another field, or there is no step to take.
    """
    device = device_of(device)
    precision = fit_precision(recipe.precision, device, recipe.field)
    settings = FitSettings(
        recipe.steps, recipe.queries, recipe.lr, recipe.loss, recipe.field, precision
    )
    fitted = fit_shapes(
        names, lambda rows: shapes[rows], init, settings, recipe.sampling, recipe.most_queries,
        seed, device, threads=threads or torch.get_num_threads(),
    )  # fmt: skip
    weights = torch.empty(len(shapes), siren.n_parameters)
    losses = np.empty(len(shapes), np.float32)
    for i, flat, loss in track(fitted, "fitting", len(shapes), "INR") if bar else fitted:
        weights[i], losses[i] = flat, loss
    return Inrs(
        weights, siren, recipe, list(names), losses, init, init.id, list(shapes), list(classes),
        list(splits),
    )  # fmt: skip


def device_of(device: str | torch.device | None) -> torch.device:
    """A device by name; None for a GPU if torch sees one, else the CPU.

    Raises:
        InputError: there is no such device.
    """
    if device is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        found = torch.device(device)
        torch.empty(0, device=found)
    except (RuntimeError, AssertionError) as error:
        why = str(error).partition("\n")[0]
        raise InputError(f"device {device} cannot be used ({why}): use cpu") from error
    return found


def _checked(shapes, names, classes, splits) -> tuple[list, list[list[str]]]:
    """The shapes as a list, and their names, classes and splits."""
    if isinstance(shapes, str | Path) or hasattr(shapes, "vertices"):
        raise InputError("shapes is a single one: give a list, [shape]")
    if getattr(shapes, "ndim", 3) < 3:
        raise InputError(f"shapes is an array {tuple(shapes.shape)}: give a list of shapes")
    shapes = list(shapes)
    if not shapes:
        raise InputError("there are no shapes: give at least one")
    labels = []
    for what, given, default in (
        ("names", names, [str(i) for i in range(len(shapes))]),
        ("classes", classes, [NO_CLASS] * len(shapes)),
        ("splits", splits, ["train"] * len(shapes)),
    ):
        values = default if given is None else list(given)
        if len(values) != len(shapes) or not all(isinstance(value, str) for value in values):
            raise InputError(
                f"{what} has {len(values)} values for {len(shapes)} shapes: give a text for each"
            )
        labels.append(values)
    if twice := next((n for n in set(labels[0]) if labels[0].count(n) > 1), None):
        raise InputError(f"two shapes are named {twice!r}: give each a name of its own")
    if wrong := set(labels[2]) - set(SPLITS):
        raise InputError(f"there is no split {min(wrong)!r}: use {', '.join(SPLITS)}")
    return shapes, labels


def _read(shape: Any) -> Geometry | BadShape:
    try:
        return geometry_of(shape)
    except BadShape as error:
        return error


def _recipe_for(raw, names, field, recipe, init, steps) -> FitRecipe:
    if recipe is None:
        if field is None:
            field = _common_field(raw, names)
        adam = RANDOM_STEPS if init == "random" else 0
        recipe = FitRecipe.default(field, adam)
        sides = [max(geometry.values.shape) for geometry in raw if isinstance(geometry, Grid)]
        if sides and max(sides) > recipe.shapes.resolution:
            recipe = replace(recipe, shapes=replace(recipe.shapes, resolution=max(sides)))
    elif field not in (None, recipe.field):
        raise InputError(f"field is {field}, the recipe's is {recipe.field}: give one of them")
    modality(recipe.field)
    if steps is None:
        return recipe
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 0:
        raise InputError(f"steps is {steps!r}: give a whole number from 0 on")
    return replace(recipe, steps=steps)


def _common_field(raw, names) -> str:
    fields: dict[str, str] = {}
    for geometry, name in zip(raw, names, strict=True):
        if not isinstance(geometry, BadShape):
            fields.setdefault(field_of(geometry), name)
    if len(fields) > 1:
        told = ", ".join(f"shape {name} is {modality(f).title}" for f, name in fields.items())
        raise InputError(f"the shapes are of several forms ({told}): give the field of all")
    return next(iter(fields), "udf")


def _sizes_and_init(siren, init, field, seed) -> tuple[SirenConfig, SharedInit]:
    if siren is None and isinstance(init, str) and init in ("learned", "random"):
        siren = SirenConfig(64, 4)
    if siren is None and not isinstance(init, SharedInit):
        init = SharedInit.read(init)
    siren = siren or init.siren
    return siren, init_of(init, siren, field, seed)


def _report(bad: list[str], n: int, on_bad_shape: str) -> None:
    """Warn of shapes that are left out, or stop at them."""
    if bad and (on_bad_shape == "fail" or len(bad) == n):
        more = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
        raise InputError(bad[0] + more)
    for reason in bad:
        _log.warning("%s: left out", reason)
