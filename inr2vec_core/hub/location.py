"""Where a model or a data set of INRs lies: on this machine, or on the Hugging Face hub."""

import re
from dataclasses import dataclass
from pathlib import Path

from inr2vec_core.errors import InputError
from inr2vec_core.io.file_errors import one_line

MODEL, INIT, CONFIG = "model.safetensors", "init.safetensors", "config.json"
METRICS, CARD, DATA = "metrics.json", "README.md", "data"
_NAME = re.compile(r"([A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)(?:@([\w./-]+))?", re.ASCII)
_FILES = (".safetensors", ".h5")  # names that end so are those of files


@dataclass(frozen=True)
class HubName:
    """A repository of the Hugging Face hub.

    Attributes:
        repository: "owner/name".
        revision: a branch, tag or commit; None for the main branch.
    """

    repository: str
    revision: str | None = None

    @classmethod
    def of(cls, path: str | Path) -> "HubName | None":
        """The repository that a text names: "owner/name" or "owner/name@revision".

        Args:
            path: what was given for a path. Whatever lies there on this machine is no repository,
                and neither is a `Path`.

        Returns:
            None where it names no repository.
        """
        found = _NAME.fullmatch(path) if isinstance(path, str) else None
        if found is None or path.endswith(_FILES) or Path(path).exists():
            return None
        return cls(*found.groups())

    def __str__(self) -> str:
        return self.repository + (f"@{self.revision}" if self.revision else "")

    def model(self) -> Path:
        """The file of the model, downloaded where it is not in the hub's cache.

        Raises:
            InputError: `huggingface_hub` is not installed, or cannot get the file.
        """
        return self._downloaded("hf_hub_download", filename=MODEL)

    def inrs(self) -> Path:
        """The folder of a data set of INRs, downloaded where it is not in the hub's cache.

        Raises:
            InputError: `huggingface_hub` is not installed, or cannot get the files.
        """
        wanted = [CONFIG, INIT, f"{DATA}/*.parquet"]
        return self._downloaded("snapshot_download", repo_type="dataset", allow_patterns=wanted)

    def _downloaded(self, function: str, **options) -> Path:
        try:
            import huggingface_hub
        except ImportError as error:
            raise InputError(
                f"{self} is no file or folder here, and a model or INRs of this name on the "
                "Hugging Face hub need a package that is missing: mend the path, or "
                "pip install huggingface_hub"
            ) from error
        download = getattr(huggingface_hub, function)
        try:
            return Path(download(self.repository, revision=self.revision, **options))
        except Exception as error:  # of many kinds, some of the packages that it uses
            raise InputError(
                f"{self} is no file or folder here, and could not be taken from the Hugging Face "
                f"hub ({one_line(error)})"
            ) from error
