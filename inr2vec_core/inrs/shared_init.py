"""The initial weights that INRs share, read from a file of their own or from an encoder's model."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from inr2vec_core.errors import InputError
from inr2vec_core.inrs.fitting import FirstSteps
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.inrs.spec import init_id
from inr2vec_core.io.checkpoints import load_arrays, read_metadata
from inr2vec_core.modalities import Modality

_IN_A_MODEL = "init."  # before the names of arrays that lie beside a model's own


@dataclass(frozen=True)
class SharedInit:
    """Where INRs start from.

    Attributes:
        path: the file that it was read from.
        siren: sizes of the INRs.
        weights: (n_parameters,) float32.
        rates: (n_parameters,) float32 of gradient descent; None where weights are drawn, not
            learned.
        sgd_steps: steps of gradient descent that a fit begins with; 0 without rates.
        queries: of each INR and such step; 0 without rates.
        field: the modality's name that it was learned on; "" where weights are drawn.
    """

    path: Path
    siren: SirenConfig
    weights: np.ndarray
    rates: np.ndarray | None = None
    sgd_steps: int = 0
    queries: int = 0
    field: str = ""

    @classmethod
    def read(cls, path: str | Path) -> "SharedInit":
        """Read an init that is learned or drawn, or that of an encoder's model.

        Args:
            path: a safetensors file.

        Raises:
            InputError: the file is missing, damaged or holds no init.
        """
        arrays, header = load_arrays(path), read_metadata(path)
        described = json.loads(header.get("architecture") or header.get("siren") or "{}")
        settings = json.loads(header.get("settings", "{}"))
        field = header.get("field", "")
        if "siren" in described:  # an encoder's model
            arrays = {
                name.removeprefix(_IN_A_MODEL): array
                for name, array in arrays.items()
                if name.startswith(_IN_A_MODEL)
            }
            settings = json.loads(header.get("first_steps", "{}"))
            field, described = described["field"], described["siren"]
        learned = "rates" in arrays
        if "weights" not in arrays or not {"width", "depth"} <= described.keys() or (
            learned and not {"sgd_steps", "queries"} <= settings.keys()
        ):  # fmt: skip
            raise InputError(
                f"{path} holds no initial weights of INRs: name the file of an init, or an "
                "encoder's model that was trained on INRs of one init"
            )
        siren = SirenConfig(described["width"], described["depth"])
        if not learned:
            return cls(Path(path), siren, arrays["weights"])
        return cls(
            Path(path), siren, arrays["weights"], arrays["rates"],
            settings["sgd_steps"], settings["queries"], field,
        )  # fmt: skip

    @property
    def id(self) -> str:
        """What tells it from others, as in `InrSpec.init`."""
        return init_id(self.weights)

    @property
    def first(self) -> FirstSteps | None:
        """The steps of gradient descent that a fit begins with."""
        if self.rates is None:
            return None
        return FirstSteps(torch.from_numpy(self.rates), self.sgd_steps, self.queries)

    def check(self, siren: SirenConfig, modality: Modality) -> None:
        """Check that INRs can start from it.

        Args:
            siren: their sizes.
            modality: what they represent.

        Raises:
            InputError: they have other sizes, or it was learned on another field.
        """
        if siren != self.siren:
            raise InputError(
                f"{self.path} has the initial weights of INRs of width {self.siren.width} and "
                f"depth {self.siren.depth}, these are of {siren.width} and {siren.depth}: set "
                "width and depth of the entry, or take an init of these sizes"
            )
        if self.field not in ("", modality.name):
            raise InputError(
                f"{self.path} was learned on {self.field}, these shapes are {modality.name}: learn "
                "it on such"
            )

    def beside_a_model(self) -> tuple[Mapping[str, np.ndarray], str]:
        """What an encoder's model carries of it, so that `read` finds it there.

        Returns:
            Arrays by name, as `checkpoints.save_model` takes them, and the JSON text of its
            header's entry `first_steps`.
        """
        arrays = {f"{_IN_A_MODEL}weights": self.weights}
        if self.rates is None:
            return arrays, "{}"
        steps = {"sgd_steps": self.sgd_steps, "queries": self.queries}
        return arrays | {f"{_IN_A_MODEL}rates": self.rates}, json.dumps(steps)
