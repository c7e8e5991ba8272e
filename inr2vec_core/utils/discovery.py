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
