"""Embeddings of shapes in files, by a model that carries all that their INRs need."""

import glob
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from inr2vec_core.api.fit import fit_prepared
from inr2vec_core.api.model import Inr2vecModel, load_model
from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.geometry.shapes import CloudShape
from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.embeddings import write_embeddings
from inr2vec_core.io.export import export_shape
from inr2vec_core.shapes.build import PreparedRecord
from inr2vec_core.shapes.catalog import ShapeRecord, without_bad_names
from inr2vec_core.shapes.dataset import ShapeDataset
from inr2vec_core.shapes.formats.folder import EXTENSIONS, NO_CLASS
from inr2vec_core.shapes.isolation.parent import prepare_in_child
from inr2vec_core.utils.progress import track
from inr2vec_core.utils.text import printable

_CHUNK = 64  # shapes that are fitted together


def encode_files(
    paths: Sequence[str],
    model: str,
    out: str,
    decode: str | None = None,
    points: int = 2048,
    resolution: int | None = None,
    device: str | None = None,
    seed: int = 0,
) -> int:
    """Embed the shapes of files, and name those that cannot be on the standard error.

    A shape's random streams depend on the seed and its file's name, without folder and extension.
    Files are read in a child process, as in a run: one that crashes it costs that file alone.

    Args:
        paths: files, folders and patterns, as for `find_files`.
        model: as for `load_model`.
        out: the Parquet file, with columns `shape_id` (the file), `class`, `split` and `embedding`;
            or an npy array (n, e), with the files' names beside it. Files that failed are left out.
        decode: the folder for shapes that embeddings decode to, in units of their spheres.
        points: of decoded clouds.
        resolution: of decoded meshes and voxels.
        device: where it is computed.
        seed: of all that is drawn.

    Returns:
        The number of paths and files that failed.

    Raises:
        InputError: the model cannot be read or carries no init, or `out` has another ending or
            cannot be written.
    """
    if Path(out).suffix not in (".parquet", ".npy"):
        raise InputError(f"--out {out}: name it .parquet or .npy")
    encoder = load_model(model, device)
    encoder.needed_init()
    failures = 0

    def fail(path: str, reason: str) -> None:
        nonlocal failures
        failures += 1
        say(path, reason)

    records = [
        ShapeRecord(Path(file).stem, NO_CLASS, "test", file) for file in find_files(paths, fail)
    ]
    records, bad = without_bad_names(records)
    for one in bad:
        fail(one.source_file, one.reason)
    names: list[str] = []
    found: list[np.ndarray] = []
    stems: Counter[str] = Counter()
    for files, embeddings in _embedded(encoder, records, seed, fail):
        names += files
        found.append(embeddings)
        if decode:
            size = (points, resolution)
            _write_decoded(encoder, files, embeddings, Path(decode), size, stems, seed, fail)
    if names:
        _write(out, names, np.concatenate(found), model, seed)
        print(f"{out}: {len(names)} embeddings of {found[0].shape[1]} numbers")
    return failures


def find_files(paths: Sequence[str], fail: Callable[[str, str], None]) -> list[str]:
    """The files of shapes that paths name, each once, in the order of the paths.

    Args:
        paths: files; folders, of which all files of shapes are taken however deep, hidden ones left
            out; and patterns (`*`, `?`, `[…]`, `**`), which shells may have expanded.
        fail: called with each path that names nothing, and the reason.
    """
    found: dict[str, None] = {}
    for path in paths:
        if Path(path).is_dir():
            files = _shapes_below(path)
            reason = f"holds no shapes ({', '.join(EXTENSIONS)})"
        elif Path(path).exists() or not glob.has_magic(path):
            files, reason = [path], ""
        else:
            hits = sorted(glob.glob(path, recursive=True))  # noqa: PTH207 (absolute ones, too)
            below = [_shapes_below(hit) if Path(hit).is_dir() else [hit] for hit in hits]
            files = [file for some in below for file in some]
            reason = "matches nothing"
        if not files:
            fail(path, reason)
        found |= dict.fromkeys(files)
    return list(found)


def say(path: str, reason: str) -> None:
    """One line on the standard error, above a progress bar."""
    name, text = printable(path), printable(reason)
    tqdm.write(text if text.startswith(name) else f"{name}: {text}", sys.stderr)


def _shapes_below(folder: str) -> list[str]:
    hits = sorted(Path(folder).rglob("*"))
    return [
        str(hit)
        for hit in hits
        if hit.suffix.lower() in EXTENSIONS
        and not any(part.startswith(".") for part in hit.relative_to(folder).parts)
        and not hit.is_dir()
    ]


def _embedded(
    model: Inr2vecModel,
    records: Sequence[ShapeRecord],
    seed: int,
    fail: Callable[[str, str], None],
) -> Iterator[tuple[list[str], np.ndarray]]:
    """Files and their embeddings (n, e), some at a time."""
    dataset = ShapeDataset("folder", seed=seed)
    prepared = iter(prepare_in_child(dataset, records, model.recipe.shapes, 0))
    prepared = track(prepared, "encoding", len(records), "shape")
    while chunk := list(islice(prepared, _CHUNK)):
        good = [one for one in chunk if one.shapes]
        for one in chunk:
            if one.shapes:
                _warn_if_sparse(one)
            else:
                fail(one.record.path, one.rejected[0].reason)
        if not good:
            continue
        ids = [one.record.shape_id for one in good]
        labels = ([NO_CLASS] * len(good), ["test"] * len(good))
        inrs = fit_prepared(
            [one.shapes[0] for one in good], ids, *labels, model.siren, model.needed_init(),
            model.recipe, seed, model.device, bar=False,
        )  # fmt: skip
        fine = torch.isfinite(inrs.weights).all(1).numpy() & np.isfinite(inrs.losses)
        for i in np.flatnonzero(~fine):
            fail(good[i].record.path, "its INR diverged")
        rows = np.flatnonzero(fine)
        if len(rows):
            yield [good[i].record.path for i in rows], model.embed(inrs[rows]).numpy()


def _warn_if_sparse(prepared: PreparedRecord) -> None:
    (shape,) = prepared.shapes
    if isinstance(shape, CloudShape):
        different, wanted = len(np.unique(shape.points, axis=0)), len(shape.points)
        if different < wanted:
            reason = f"has {different} different points, the model's shapes have {wanted}"
            say(prepared.record.path, reason)


def _write_decoded(
    model: Inr2vecModel,
    files: Sequence[str],
    embeddings: np.ndarray,
    folder: Path,
    size: tuple[int, int | None],
    stems: Counter[str],
    seed: int,
    fail: Callable[[str, str], None],
) -> None:
    """Write the shapes; `stems` counts the files of each name, which get numbers from 2 on."""
    for file, embedding in zip(files, embeddings, strict=True):
        stem = Path(file).stem
        stems[stem] += 1
        target = folder / f"{stem}{f'_{stems[stem]}' if stems[stem] > 1 else ''}.ply"
        try:
            export_shape(model.decoded(embedding, *size, seed), target)
        except BadShape as error:
            fail(file, f"its embedding decodes to no shape: {error}")


def _write(out: str, names: Sequence[str], x: np.ndarray, model: str, seed: int) -> None:
    if Path(out).suffix == ".parquet":
        columns = [NO_CLASS] * len(names), ["test"] * len(names)
        write_embeddings(out, names, *columns, x, model=model, seed=seed)
        return
    with atomic(out) as temporary, temporary.open("wb") as file:
        np.save(file, x)
    with atomic(Path(out).with_suffix(".files.txt")) as temporary:
        temporary.write_text("".join(f"{name}\n" for name in names), "utf-8")
