"""A record of any kind with every field set, the same on every machine: the golden bytes of the wire are made of it."""

import itertools
from collections.abc import Iterator
from typing import TypeVar

import msgspec
from msgspec import inspect

R = TypeVar("R")


def filled(kind: type[R]) -> R:
    """Numbers count up and texts name their field, so that two fields that change places show."""
    return msgspec.convert(_value(inspect.type_info(kind), "", itertools.count(1), ()), kind, builtin_types=(bytes,))


def _value(kind: inspect.Type, name: str, numbers: Iterator[int], above: tuple[type, ...]) -> object:
    match kind:
        case inspect.StructType(cls=cls, fields=fields):
            return {each.name: _value(each.type, each.name, numbers, (*above, cls)) for each in fields}
        case inspect.EnumType(cls=cls):
            return next(iter(cls)).value  # a word that is added later changes nothing
        case inspect.UnionType(types=types):
            return _value(next(each for each in types if not isinstance(each, inspect.NoneType)), name, numbers, above)
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
            return _values(item, name, numbers, above)
        case inspect.TupleType(item_types=items):
            return [_value(each, name, numbers, above) for each in items]
        case inspect.DictType(value_type=item):
            return {f"{name} 1": _value(item, name, numbers, above)}
        case inspect.StrType():
            return f"{name} {next(numbers)}"
        case inspect.BytesType():
            return bytes([next(numbers) % 256, 0, 255])
        case inspect.IntType():
            return next(numbers)
        case inspect.FloatType():
            return next(numbers) + 0.5
        case inspect.BoolType():
            return True
        case _:
            raise TypeError(f"{name}: a field of type {kind} on the wire; say here how one looks")


def _values(item: inspect.Type, name: str, numbers: Iterator[int], above: tuple[type, ...]) -> list[object]:
    """One, and where it may be unknown an unknown one; none of a record within itself, a level down."""
    if isinstance(item, inspect.StructType) and above.count(item.cls) > 1:
        return []
    values = [_value(item, name, numbers, above)]
    if isinstance(item, inspect.UnionType) and item.includes_none:
        values.append(None)
    return values
