"""Files that users add, parsed or imported by name; what is wrong with one is reported in a line.

Only the standard library is imported, because the rule files use this module.
"""

import ast
import inspect
import traceback
from importlib import import_module
from pathlib import Path
from types import ModuleType

from inr2vec_core.errors import InputError
from inr2vec_core.utils.class_options import defines


def parse_file(path: Path) -> ast.Module:
    """The syntax tree of a Python file.

    Raises:
        InputError: The file is no Python; the message names it and the line.
    """
    try:
        return ast.parse(path.read_bytes(), filename=str(path))  # by its own encoding
    except SyntaxError as error:
        raise InputError(_syntax_error(error)) from error


def import_file(package: str, name: str) -> ModuleType:
    """Import a module of a package.

    Args:
        package: The package's dotted name.
        name: The module's file, without ".py".

    Raises:
        InputError: The module cannot be imported; the message names the file and the line.
    """
    try:
        return import_module(f"{package}.{name}")
    except SyntaxError as error:
        raise InputError(_syntax_error(error)) from error
    except Exception as error:  # whatever a user's file does while it is imported
        frames = traceback.extract_tb(error.__traceback__)
        here = [frame for frame in frames if Path(frame.filename).name == f"{name}.py"]
        where = f"{here[-1].filename}, line {here[-1].lineno}" if here else f"{name}.py"
        cure = "install it or mend the import" if isinstance(error, ImportError) else "mend it"
        raise InputError(f"{where}: {type(error).__name__}: {error}; {cure}") from error


def names_of_files(folder: Path) -> list[str]:
    """The names of a folder's Python files, without those with an underscore."""
    return sorted(p.stem for p in folder.glob("*.py") if not p.stem.startswith("_"))


def parse_defining(path: Path, class_name: str) -> ast.Module:
    """The syntax tree of a file that must define a class.

    Args:
        path: The file.
        class_name: The class.

    Raises:
        InputError: The file is no Python, or it defines nothing of this name.
    """
    tree = parse_file(path)
    if not defines(tree, class_name):
        raise InputError(
            f"{path} defines no class {class_name}: add it, or rename the one there is"
        )
    return tree


def import_class(package: str, name: str, class_name: str, kind: str, known: list[str]) -> type:
    """The class that a file of a package defines.

    Args:
        package: The package's dotted name.
        name: The module's file, without ".py".
        class_name: The class.
        kind: What such a class is, for the message.
        known: The files there are: a model's file names its type, and nothing else is imported.

    Raises:
        InputError: There is no such file, it cannot be imported, or it does not define the class.
    """
    if name not in known:
        raise InputError(f"no {kind} {name!r}: there are {', '.join(known)}")
    module = import_file(package, name)
    found = getattr(module, class_name, None)
    if not isinstance(found, type):
        raise InputError(f"{module.__file__} defines no class {class_name}")
    return found


def check_subclass(found: object, base: type, label: str) -> None:
    """Check that a file's class is one of a kind, and defines what the kind leaves to it.

    Args:
        found: What the file defines.
        base: The class that it must be derived from.
        label: The file and the name, for the message.

    Raises:
        InputError: It is no such class, or an abstract one.
    """
    home = base.__module__.replace(".", "/") + ".py"
    if not (isinstance(found, type) and issubclass(found, base)):
        raise InputError(f"{label} is not derived from {base.__name__}: derive it ({home})")
    if inspect.isabstract(found):
        missing = ", ".join(sorted(found.__abstractmethods__))
        raise InputError(f"{label} does not define {missing}: add it (see {home})")


def _syntax_error(error: SyntaxError) -> str:
    return f"{error.filename}, line {error.lineno}: {error.msg}"
