"""The fields that a single INR and a single embedding stand for, as functions of points.

Both give the gradient that points are moved along (paper, Eq. 5) beside the value, and go through
their points in chunks whose activations stay in the processor's cache: memory does not grow with
the number of points. What a network's outputs mean (a distance, a probability) is the caller's to
say, by a function `to_values` of outputs (n,) -> values (n,), each from its own output alone.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial

import torch
from torch import Tensor

from inr2vec_core.inrs.kernels import kernels_for, plain
from inr2vec_core.inrs.siren import unflatten
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.ops.autograd import value_and_gradient

# Activations of one layer per chunk, in elements; on a CPU of each thread (docs/performance.md).
CPU_ELEMENTS, GPU_ELEMENTS = 1 << 18, 1 << 24

ToValues = Callable[[Tensor], Tensor]


class ChunkedField(ABC):
    """Points in chunks, on a CPU in as many threads as torch may use, one chunk in each.

    Two points share nothing, so no product has to be split between cores; and the compiled kernels
    run in one thread each. Nothing that a field returns is differentiable.

    Args:
        like: a tensor on the device where the field is evaluated.
        width: of the network's layers.
        chunk: points in memory at once, by default as many as suit the device.
    """

    def __init__(self, like: Tensor, width: int, chunk: int | None):
        elements = GPU_ELEMENTS if like.is_cuda else CPU_ELEMENTS
        self._chunk = chunk or max(1, elements // width)
        self._workers = 1 if like.is_cuda else torch.get_num_threads()

    def __call__(self, points: Tensor) -> Tensor:
        """Values at points: (m, 3) -> (m,)."""
        values = points.new_empty(len(points))

        def some(part: slice, worker: int) -> None:
            values[part] = self._values(points[part], worker)

        self._each(some, len(points))
        return values

    def value_and_gradient(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """Values and their gradients.

        Args:
            points: (m, 3).

        Returns:
            Values (m,) and gradients (m, 3).
        """
        values, gradients = points.new_empty(len(points)), points.new_empty(points.shape)

        def some(part: slice, worker: int) -> None:
            values[part], gradients[part] = self._values_and_gradients(points[part], worker)

        self._each(some, len(points))
        return values, gradients

    @abstractmethod
    def _values(self, points: Tensor, worker: int) -> Tensor:
        """Values (n,) of a chunk (n, 3); called without gradients."""

    @abstractmethod
    def _values_and_gradients(self, points: Tensor, worker: int) -> tuple[Tensor, Tensor]:
        """Values (n,) and gradients (n, 3) of a chunk (n, 3); called without gradients."""

    def _each(self, call: Callable[[slice, int], None], n: int) -> None:
        """Calls call(part, worker) for parts of n points; a worker has one call at a time."""
        size = max(1, min(self._chunk, -(-n // self._workers)))
        parts = [slice(k, min(k + size, n)) for k in range(0, n, size)]

        @torch.no_grad()  # here, because every thread has gradients switched on for itself
        def share(worker: int) -> None:
            for part in parts[worker :: self._workers]:
                call(part, worker)

        if self._workers == 1 or len(parts) < 2:
            share(0)
        else:
            list(_threads(self._workers).map(share, range(self._workers)))


class InrField(ChunkedField):
    """The field of one INR; the gradient is taken by hand, from the cosines of the forward pass.

    It keeps its buffers, so two threads must not use one object at once.

    Args:
        flat: (n_parameters,) weights in the flat order of `siren.py`, on the device of the points.
        shape: the INR's sizes.
        to_values: outputs (n,) -> values (n,), each from its own output alone.
        chunk: as for `ChunkedField`.
    """

    def __init__(
        self, flat: Tensor, shape: SirenConfig, to_values: ToValues, chunk: int | None = None
    ):
        super().__init__(flat, shape.width, chunk)
        self._to_values = to_values
        # Compiling for the numbers of points that occur would cost a GPU more than it saves.
        self._kernels = plain if flat.is_cuda else kernels_for(flat)
        *hidden, head = unflatten(flat.detach()[None], shape.layers)
        self._layers = [*((w * shape.omega, b * shape.omega) for w, b in hidden), head]
        view = self._kernels.view
        self._views = [(view(w), view(b)) for w, b in self._layers]
        self._width, self._depth = shape.width, shape.depth
        self._memory = flat.new_empty(self._workers, shape.depth + 1, self._chunk * shape.width)

    def _values(self, points: Tensor, worker: int) -> Tensor:
        sines, cosines, *_ = self._buffers(worker, len(points))
        return self._to_values(self._outputs(points, sines, self._depth * [cosines]))

    def _values_and_gradients(self, points: Tensor, worker: int) -> tuple[Tensor, Tensor]:
        sines, *cosines = self._buffers(worker, len(points))
        values, slopes = value_and_gradient(self._to_values, self._outputs(points, sines, cosines))
        return values, self._output_gradients(sines, cosines) * slopes[:, None]

    def _buffers(self, worker: int, n: int) -> list[Tensor]:
        """One tensor (1, n, width) for sines and one per layer for cosines."""
        return list(self._memory[worker, :, : n * self._width].view(-1, 1, n, self._width))

    def _outputs(self, points: Tensor, sines: Tensor, cosines: list[Tensor]) -> Tensor:
        """Outputs (n,); leaves the cosines of each layer's pre-activations in its buffer."""
        kernels, views = self._kernels, self._views
        sine_view, cosine_views = kernels.view(sines), [kernels.view(c) for c in cosines]
        coords = kernels.view(points[None].contiguous())
        kernels.first_layer(coords, *views[0], sine_view, cosine_views[0])
        for k in range(1, self._depth):
            torch.bmm(sines, self._layers[k][0].transpose(1, 2), out=cosines[k])
            kernels.sine_cosine(cosine_views[k], views[k][1], sine_view)
        outputs = points.new_empty(1, len(points))
        kernels.head(sine_view, *views[-1], kernels.view(outputs))
        return outputs[0]

    def _output_gradients(self, upstream: Tensor, cosines: list[Tensor]) -> Tensor:
        """Gradients (n, 3) of the outputs; overwrites all buffers."""
        delta = cosines[-1].mul_(self._layers[-1][0])
        for k in reversed(range(1, self._depth)):
            torch.bmm(delta, self._layers[k][0], out=upstream)
            delta = cosines[k - 1].mul_(upstream)
        return torch.bmm(delta, self._layers[0][0])[0]


@cache
def _threads(n: int) -> ThreadPoolExecutor:
    # Asked for first, because a thread that was never asked takes over the number set last.
    torch.get_num_threads()
    return ThreadPoolExecutor(n, initializer=partial(torch.set_num_threads, 1))
