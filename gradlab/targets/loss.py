"""A user's loss, named on the command line."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gradlab import arguments
from gradlab.errors import ConfigError
from gradlab.targets.objects import call, load_object, signature_text


def load_loss(spelled: str, *, app_dir: str | Path = ".") -> Callable[[Any, Any], Any]:
    """Return what is called as ``loss(output, batch)``.

    Args:
        spelled: ``pkg.mod:name`` or ``file.py:name`` of a function, of a Module or
            other object that can be called, or of a class of such objects.
        app_dir: see :func:`gradlab.targets.objects.load_object`.

    Raises:
        ConfigError: ``spelled`` has another form, or what it names is not called with
            an output and a batch.
        InputError: the file cannot be read, or ends the program.
        UnknownNameError: there is no such module, or nothing of that name in it.
        Exception: any that the user's own code raises, as it is.
    """
    found = load_object("--loss", spelled, app_dir, example="loss")
    gives = ""
    if isinstance(found, type):
        found = call("--loss", spelled, found, "a loss")
        gives = "which gives "
    if not callable(found) or not _takes_two(found):
        got = f"{gives}{arguments.describe(found)}"
        if callable(found):
            name = getattr(found, "__name__", type(found).__name__)
            got = f"which is called as {name}{signature_text(_signature(found))}"
        raise ConfigError(
            got=f"--loss {spelled}, {got}",
            expected="a function of the model's output and the batch, which returns a "
            "scalar",
            try_="def loss(output, batch): return ((output - batch[1]) ** 2).mean()",
        )
    return found


def _takes_two(function: Callable[..., Any]) -> bool:
    try:
        _signature(function).bind(None, None)
    except TypeError:
        return False
    except ValueError:  # written in C
        return True
    return True


def _signature(function: Callable[..., Any]) -> inspect.Signature:
    # a Module's __call__ passes anything on
    return inspect.signature(getattr(function, "forward", function))
