"""INRs of prepared shapes: their queries are drawn while the INRs before them are fitted."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from inr2vec_core.errors import InputError
from inr2vec_core.geometry.queries import QuerySampling
from inr2vec_core.geometry.shapes import Shape
from inr2vec_core.inrs.fit_many import fit_many
from inr2vec_core.inrs.fit_queries import draw_queries, number_of_queries
from inr2vec_core.inrs.fitting import FitSettings
from inr2vec_core.inrs.shared_init import SharedInit
from inr2vec_core.inrs.siren import initial_weights
from inr2vec_core.modalities import modality


def fit_shapes(
    shape_ids: Sequence[str],
    read: Callable[[slice], Sequence[Shape]],
    init: SharedInit,
    settings: FitSettings,
    sampling: QuerySampling,
    most_queries: int,
    seed: int,
    device: torch.device,
    at_once: int | None = None,
    threads: int = 1,
    each_its_own: bool = False,
) -> Iterator[tuple[int, Tensor, Tensor]]:
    """Fit an INR to each shape, and yield them one by one, in order.

    What is fitted to a shape depends on the seed and its id, not on the other shapes.

    Args:
        shape_ids: (n,) names of the shapes, and of their random streams.
        read: slice of shapes -> the shapes.
        init: where the INRs start from.
        settings: steps, queries and learning rate.
        sampling: how queries are spread.
        most_queries: the number that is drawn for a fit of many steps.
        seed: the run's seed.
        device: where INRs are fitted.
        at_once: INRs of a group, as for `fit_many`.
        threads: groups fitted side by side on a CPU.
        each_its_own: whether each INR starts from random weights of its own instead.

    Yields:
        (number, weights (n_parameters,), loss ()), as `fit_many` does.

    Raises:
        InputError: the init is of another field, or there is no step to take.
    """
    target, siren, first = modality(settings.field), init.siren, init.first
    init.check(siren, target)
    if not (first or settings.steps):
        raise InputError(
            f"{init.path} has no rates, so INRs are fitted from it by Adam alone: set steps to at "
            "least 1"
        )
    n_queries = number_of_queries(most_queries, settings, first)

    def load(rows: slice) -> tuple[Tensor, Tensor, Tensor]:
        ids = shape_ids[rows]
        initial = np.stack([
            initial_weights(siren, seed, shape_id) if each_its_own else init.weights
            for shape_id in ids
        ])  # fmt: skip
        return torch.from_numpy(initial), *draw_queries(
            target, ids, read(rows), n_queries, sampling, seed
        )

    yield from fit_many(load, len(shape_ids), siren, settings, device, at_once, threads, first)
