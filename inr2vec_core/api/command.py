"""The command line: files of shapes in, embeddings out. Nothing heavy is imported for `--help`."""

import argparse
import logging
import sys
from collections.abc import Sequence

from inr2vec_core.errors import InputError

DONE, SOME_FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: those after the program's name; of the process by default.

    Returns:
        The exit status: 0; 1 where a file failed, each named on the standard error; 2 where the
        command itself cannot be done, as with a model that is missing.
    """
    given = _parser().parse_args(arguments)  # ends the process with 2
    logging.basicConfig(level=logging.ERROR, format="%(message)s")  # each bad file has its line
    try:
        from inr2vec_core.api.encode import encode_files

        failed = encode_files(
            given.files, given.model, given.out, given.decode, given.points, given.resolution,
            given.device, given.seed,
        )  # fmt: skip
    except InputError as error:
        print(f"inr2vec: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    return SOME_FAILED if failed else DONE


def _parser() -> argparse.ArgumentParser:
    about = "Deep learning on implicit neural representations of shapes."
    parser = argparse.ArgumentParser("python -m inr2vec_core", description=about)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    encode = commands.add_parser(
        "encode",
        help="embed shapes of files",
        description="Fit an INR to each shape and embed it with a trained model, which carries the "
        "init and the settings of its INRs. Exit status: 1 where a file failed, 2 for wrong usage.",
    )
    options = {
        "--model": "a model's file, the folder of a model.safetensors, owner/name on the Hugging "
        "Face hub, or one that ships: builtin:udf for clouds and meshes as clouds, builtin:sdf for "
        "meshes, builtin:occ for voxels (default %(default)s)",
        "--out": ".parquet; or .npy, with the names beside it in .files.txt (default %(default)s)",
        "--decode": "also write what each embedding decodes to, as .ply in units of its sphere",
        "--points": "of decoded clouds (default %(default)s)",
        "--resolution": "of decoded meshes (default 128) and voxels (default: the model's)",
        "--device": "cpu, cuda, cuda:1 and so on (default: a GPU if there is one)",
        "--seed": "of all that is drawn (default %(default)s)",
    }
    settings = {
        "--model": {"default": "builtin:udf", "metavar": "PATH"},
        "--out": {"default": "embeddings.parquet", "metavar": "FILE"},
        "--decode": {"metavar": "FOLDER"},
        "--points": {"type": _positive, "default": 2048},
        "--resolution": {"type": _positive},
        "--seed": {"type": int, "default": 0},
    }
    patterns = "files, folders, or patterns in quotes: 'a/**/*.obj'"
    encode.add_argument("files", nargs="+", metavar="PATH", help=patterns)
    for name, told in options.items():
        encode.add_argument(name, help=told, **settings.get(name, {}))
    return parser


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{value} is not positive")
    return value
