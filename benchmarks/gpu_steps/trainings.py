"""Steps of inr2vec's training on fixed INRs: the library's and a plain one."""

import reference
import torch
from torch import Tensor, nn

from gpu_steps.fits import DEPTH, LR, start
from inr2vec_core.encoders.inr2vec import Encoder as Inr2vecEncoder
from inr2vec_core.geometry.queries import dequantize
from inr2vec_core.inrs.siren import rows
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.modalities import modality
from inr2vec_core.models.implicit_decoder import ImplicitDecoder
from inr2vec_core.models.inr2vec import Inr2vec, embed


class Training:
    """A model, an INR batch with its queries, and AdamW.

    Args:
        model: an inr2vec.
        flat: (b, n_parameters) INRs.
        coords: (b, q, 3) of their queries.
        labels: (b, q).
    """

    def __init__(self, model: Inr2vec, flat: Tensor, coords: Tensor, labels: Tensor):
        self.model, self.flat, self.coords, self.labels = model, flat, coords, labels
        self.adam = torch.optim.AdamW(model.parameters(), lr=LR, fused=True)

    def to(self, device: torch.device, kind: torch.dtype = torch.float32) -> "Training":
        """This training from the start, elsewhere; the model itself moves there."""
        tensors = (t.to(device, kind) for t in (self.flat, self.coords, self.labels))
        return Training(self.model.to(device, kind), *tensors)

    def step(self, mixed: bool = False) -> Tensor:
        """One step: the loss () before it.

        Args:
            mixed: whether in mixed precision, as `precision: bfloat16` of the library.
        """
        self.model.train()
        with torch.autocast(self.flat.device.type, torch.bfloat16, enabled=mixed):
            loss = self.model.loss(self.flat, self.coords, self.labels)
        self.adam.zero_grad(set_to_none=True)
        loss.backward()
        self.adam.step()
        return loss.detach()

    def embed(self) -> Tensor:
        """Embeddings of the batch (b, e)."""
        return self.embed_with(self.model.encoder, self.flat)

    @staticmethod
    def embed_with(encoder: nn.Module, flat: Tensor) -> Tensor:
        """Embeddings (b, e) of INRs (b, n_parameters)."""
        return embed(encoder, flat)


def training(sizes: dict, device: torch.device) -> Training:
    """The library's training of an untrained model.

    Args:
        sizes: as in `sizes.py`.
        device: where it runs.
    """
    torch.manual_seed(0)
    shape = SirenConfig(sizes["width"], DEPTH)
    model = Inr2vec(
        Inr2vecEncoder(shape, sizes["hidden"], sizes["embedding"]),
        ImplicitDecoder(sizes["embedding"], sizes["decoder"]),
        shape,
        modality("udf"),
    ).to(device)
    return Training(model, *_batch(sizes, device))


class PlainTraining:
    """The same in the plain way; `step` and `embed` as of `Training`.

    Args:
        sizes: as in `sizes.py`.
        device: where it runs.
    """

    def __init__(self, sizes: dict, device: torch.device):
        torch.manual_seed(0)
        flat, self.coords, self.labels = _batch(sizes, device)
        self.rows = rows(flat, SirenConfig(sizes["width"], DEPTH)).contiguous()
        self.model = reference.Plain(
            *(sizes[key] for key in ("width", "hidden", "embedding", "decoder"))
        ).to(device)
        self.adam = torch.optim.AdamW(self.model.parameters(), lr=LR, foreach=True)

    def step(self, mixed: bool = False) -> Tensor:
        """One step: the loss () before it."""
        self.model.train()
        with torch.autocast(self.rows.device.type, torch.bfloat16, enabled=mixed):
            loss = self.model(self.rows, self.coords, self.labels)
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        return loss.detach()

    @torch.no_grad()
    def embed(self) -> Tensor:
        """Embeddings of the batch (b, e)."""
        self.model.eval()
        return self.model.encoder(self.rows)


def _batch(sizes: dict, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """INRs (b, n_parameters) that differ a little, coordinates (b, q, 3) and labels (b, q)."""
    flat, stored = start(sizes["width"], sizes["batch"], sizes["queries"], device)
    flat += 0.01 * torch.randn_like(flat)
    return flat, *dequantize(stored[:, : sizes["queries"]])
