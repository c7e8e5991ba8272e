"""Where the INRs of new shapes start from: a name, a file, or what ships with the package."""

from pathlib import Path

from inr2vec_core.errors import InputError
from inr2vec_core.hub.location import MODEL, HubName
from inr2vec_core.inrs.shared_init import SharedInit
from inr2vec_core.inrs.siren import initial_weights
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.modalities import modality, modality_names

SHIPPED = Path(__file__).parents[1] / "data"
BUILT_IN = "builtin:"  # before a field, where a model's path would stand


def init_of(init: str | Path | SharedInit, siren: SirenConfig, field: str, seed: int) -> SharedInit:
    """The initial weights that INRs share.

    Args:
        init: "random", SIREN's, drawn with the seed, as in the paper; "learned", those that ship
            with the package; the path of an init or of an encoder's model; or an init.
        siren: sizes of the INRs.
        field: the modality's name.
        seed: of random ones.

    Raises:
        InputError: no init of these sizes ships; the file holds none; or it is of other sizes or
            another field.
    """
    if isinstance(init, str) and init == "random":
        return SharedInit(Path("the random init"), siren, initial_weights(siren, seed))
    if isinstance(init, str) and init == "learned":
        init = _shipped_init(siren, field)
    found = init if isinstance(init, SharedInit) else SharedInit.read(init)
    found.check(siren, modality(field))
    return found


def _shipped_init(siren: SirenConfig, field: str) -> Path:
    path = SHIPPED / field / f"init_{siren.width}x{siren.depth}.safetensors"
    if siren.omega != SirenConfig().omega or not path.exists():
        there = sorted(p.stem.removeprefix("init_") for p in SHIPPED.glob(f"{field}/init_*"))
        raise InputError(
            f"no learned init of {field} INRs of {siren.width}x{siren.depth}, omega "
            f"{siren.omega:g}, ships with the package ({', '.join(there) or 'none'} does, omega "
            '30): give init the path of one, or init="random"'
        )
    return path


def model_file(path: str | Path) -> Path:
    """The file of an encoder's model.

    Args:
        path: the file, the folder that it lies in as `model.safetensors`, "builtin:" and a field
            for the one that ships with the package, or "owner/name" or "owner/name@revision" on the
            Hugging Face hub, where nothing of this name is here.

    Raises:
        InputError: there is no such file, or it cannot be downloaded.
    """
    if isinstance(path, str) and path.startswith(BUILT_IN):
        field = path.removeprefix(BUILT_IN)
        file = SHIPPED / field / MODEL
        if field not in modality_names() or not file.exists():
            there = ", ".join(f"{BUILT_IN}{p.parent.name}" for p in SHIPPED.glob("*/model.*"))
            raise InputError(
                f"no model {path} ships with the package (there is {there or 'none'}): give the "
                "path of one, or train it with train_inr2vec"
            )
        return file
    if name := HubName.of(path):
        return name.model()
    file = Path(path)
    if file.is_dir():
        file = file / MODEL
    if not file.is_file():
        raise InputError(f"{file} is missing: give the file of a model, or the folder it lies in")
    return file
