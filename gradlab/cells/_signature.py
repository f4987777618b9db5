"""The arguments that closed forms of a cell have to take."""

from inspect import Parameter, signature

from gradlab.errors import ConfigError


def require_out(cls: type) -> None:
    """Check that ``jacobian`` and ``vjp`` of a cell take ``out``.

    Raises:
        ConfigError: one does not.
    """
    for name in ("jacobian", "vjp"):
        parameters = signature(getattr(cls, name)).parameters
        accepts_any = any(
            parameter.kind is Parameter.VAR_KEYWORD for parameter in parameters.values()
        )
        if "out" not in parameters and not accepts_any:
            arguments = ", ".join(parameters)
            raise ConfigError(
                got=f"{cls.__name__}.{name}({arguments})",
                expected=f"{name}({arguments}, *, out=None)",
                try_="out=None as the last argument; a cell may ignore it",
            )
