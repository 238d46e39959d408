"""A plugin of mypy that holds `model_copy(update={...})` to the model's fields: their names, and their types.

pydantic takes any key and any value there, at run time too, so that a misspelt field would change nothing in silence.
mypy asks no plugin about a method under another name, or of a type variable's value: the contract test of copies does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mypy.errorcodes import ErrorCode
from mypy.nodes import DictExpr, Expression, StrExpr
from mypy.plugin import MethodContext, Plugin
from mypy.subtypes import is_subtype
from mypy.typeops import map_type_from_supertype
from mypy.types import AnyType, Instance, Type, get_proper_type

_CODE: Final = ErrorCode(
    "model-copy", "A copy of a model changes a field that it has, to a value of its type", "pydantic"
)


class TypedCopies(Plugin):
    """Looks at each call of `model_copy`."""

    def get_method_hook(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        return _held if fullname.endswith(".model_copy") else None


def _held(call: MethodContext) -> Type:
    model = get_proper_type(call.type)
    if isinstance(model, Instance) and model.type.has_base("pydantic.main.BaseModel"):
        for expression in _updates(call):
            _hold(call, model, expression)
    return call.default_return_type


def _updates(call: MethodContext) -> list[Expression]:
    named = zip(call.callee_arg_names, call.args, strict=True)
    return [expression for name, given in named if name == "update" for expression in given]


def _hold(call: MethodContext, model: Instance, expression: Expression) -> None:
    if not isinstance(expression, DictExpr):
        call.api.fail("Write the fields that change where they are changed: update={...}", expression, code=_CODE)
        return
    for key, value in expression.items:
        if not isinstance(key, StrExpr):
            call.api.fail("Write the name of the field as a string", key or expression, code=_CODE)
            continue
        field = model.type.get(key.value)
        if field is None or field.type is None:
            call.api.fail(f'"{model.type.name}" has no field "{key.value}"', key, code=_CODE)
            continue
        wanted = map_type_from_supertype(field.type, model.type, field.node.info)
        found = call.api.get_expression_type(value, wanted)
        if not isinstance(get_proper_type(found), AnyType) and not is_subtype(found, wanted):
            call.api.fail(f'Field "{key.value}" of "{model.type.name}" is {wanted}, not {found}', value, code=_CODE)


def plugin(_version: str) -> type[Plugin]:
    """What mypy asks a plugin for."""
    return TypedCopies
