"""What a leaf inherits of a class that is older than the method it derives from."""

from collections.abc import Mapping, Sequence


def outdated(leaf: type, derived: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the names in ``derived`` that no longer hold for a class.

    A closed form holds for the method it was derived from. It does not where a more
    derived class has another one.

    Args:
        leaf: the class.
        derived: name -> the methods it was derived from.

    >>> class Line:
    ...     def value(self): ...
    ...     def slope(self): ...
    >>> class Curve(Line):
    ...     def value(self): ...
    >>> outdated(Line, {"slope": ["value"]}), outdated(Curve, {"slope": ["value"]})
    ((), ('slope',))
    """

    def distance(name: str) -> int:
        return next(k for k, kind in enumerate(leaf.__mro__) if name in vars(kind))

    return tuple(
        name
        for name, sources in derived.items()
        if min(map(distance, sources)) < distance(name)
    )
