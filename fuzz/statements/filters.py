"""From an expression as PostgreSQL's parser has it to a condition on the rows of one table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from pglast import ast
from pglast.enums import A_Expr_Kind, BoolExprType, BoolTestType, NullTestType

from fuzz.statements.conditions import (
    NEVER_TOLD,
    OPERATORS,
    Column,
    Compared,
    Condition,
    Decided,
    Distinct,
    IsNull,
    Like,
    Operand,
    Quantified,
    Truth,
    both,
    either,
    judged,
)
from fuzz.statements.constants import Cast, Constant, Literal, Parameter
from fuzz.statements.logic import (
    FALSE,
    IS_FALSE,
    IS_NOT_FALSE,
    IS_NOT_TRUE,
    IS_NOT_UNKNOWN,
    IS_TRUE,
    IS_UNKNOWN,
    NOT,
    TRUE,
)
from fuzz.statements.placeholders import Key

_TESTS = {
    BoolTestType.IS_TRUE: IS_TRUE,
    BoolTestType.IS_NOT_TRUE: IS_NOT_TRUE,
    BoolTestType.IS_FALSE: IS_FALSE,
    BoolTestType.IS_NOT_FALSE: IS_NOT_FALSE,
    BoolTestType.IS_UNKNOWN: IS_UNKNOWN,
    BoolTestType.IS_NOT_UNKNOWN: IS_NOT_UNKNOWN,
}
_MIRRORED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

Owner = Callable[[Sequence[str]], str | None]
"""The table's column that a name, in its parts, is of; None for a name of something else."""


class Filter:
    """Reads expressions as conditions on one table.

    Args:
        owns: which names are columns of the table.
        keys: what the statement's placeholders ask for, from $1 on.
    """

    def __init__(self, owns: Owner, keys: tuple[Key, ...]) -> None:
        self._owns = owns
        self._keys = keys

    def condition(self, node: Any) -> Condition:
        """The condition that an expression is; what depends on more than one row of the table cannot be told."""
        match node:
            case ast.BoolExpr(boolop=BoolExprType.AND_EXPR, args=args):
                return both(map(self.condition, args or ()))
            case ast.BoolExpr(boolop=BoolExprType.OR_EXPR, args=args):
                return either(map(self.condition, args or ()))
            case ast.BoolExpr(args=(arg,)):
                return judged(NOT, self.condition(arg))
            case ast.BooleanTest(arg=arg, booltesttype=BoolTestType() as test):
                return judged(_TESTS[test], self.condition(arg))
            case ast.NullTest(arg=arg, nulltesttype=test):
                return self._null_test(arg, test == NullTestType.IS_NOT_NULL)
            case ast.A_Expr(kind=A_Expr_Kind() as kind):
                return self._expression(kind, node)
            case _:
                operand = self._operand(node)
                return NEVER_TOLD if operand is None else Truth(operand)

    def _null_test(self, node: Any, negated: bool) -> Condition:
        operand = self._operand(node)
        if operand is None:
            return NEVER_TOLD
        return judged(NOT, IsNull(operand)) if negated else IsNull(operand)

    def _expression(self, kind: A_Expr_Kind, node: ast.A_Expr) -> Condition:
        left, right = node.lexpr, node.rexpr
        operator = _operator(node)
        match kind, right:
            case A_Expr_Kind.AEXPR_OP, _:
                return self._compared(left, operator, right)
            case A_Expr_Kind.AEXPR_IN, tuple(items):
                found = either(self._compared(left, "=", item) for item in items)
                return found if operator == "=" else judged(NOT, found)
            case A_Expr_Kind.AEXPR_BETWEEN, (low, high):
                return both((self._compared(left, ">=", low), self._compared(left, "<=", high)))
            case A_Expr_Kind.AEXPR_NOT_BETWEEN, (low, high):
                return either((self._compared(left, "<", low), self._compared(left, ">", high)))
            case A_Expr_Kind.AEXPR_OP_ANY, _:
                return self._quantified(left, operator, right, every=False)
            case A_Expr_Kind.AEXPR_OP_ALL, _:
                return self._quantified(left, operator, right, every=True)
            case A_Expr_Kind.AEXPR_LIKE, _:
                return self._like(left, operator, right)
            case A_Expr_Kind.AEXPR_DISTINCT | A_Expr_Kind.AEXPR_NOT_DISTINCT, _:
                return self._distinct(left, right, negated=kind == A_Expr_Kind.AEXPR_NOT_DISTINCT)
            case _:
                return NEVER_TOLD

    def _compared(self, left: Any, operator: str, right: Any) -> Condition:
        if isinstance(left, ast.RowExpr) and isinstance(right, ast.RowExpr):
            return self._rows_compared(left.args or (), operator, right.args or ())
        match self._operand(left), self._operand(right):
            case _ if operator not in OPERATORS:
                return NEVER_TOLD
            case Column() as column, (Literal() | Parameter()) as constant:
                return Compared(column, operator, constant)
            case (Literal() | Parameter()) as constant, Column() as column:
                return Compared(column, _MIRRORED[operator], constant)
            case Literal(int(one), None), Literal(int(other), None) if operator in {"=", "<>"}:
                return Decided(TRUE if (one == other) == (operator == "=") else FALSE)
            case _:
                return NEVER_TOLD

    def _rows_compared(self, left: tuple[Any, ...], operator: str, right: tuple[Any, ...]) -> Condition:
        if operator not in {"=", "<>"} or len(left) != len(right):
            return NEVER_TOLD
        equal = both(self._compared(one, "=", other) for one, other in zip(left, right, strict=True))
        return equal if operator == "=" else judged(NOT, equal)

    def _quantified(self, left: Any, operator: str, right: Any, *, every: bool) -> Condition:
        match right:
            case ast.A_ArrayExpr(elements=elements):
                each = [self._compared(left, operator, element) for element in elements or ()]
                return both(each) if every else either(each)
            case _:
                column, array = self._operand(left), self._operand(right)
        if isinstance(column, Column) and isinstance(array, Parameter) and operator in OPERATORS:
            return Quantified(column, operator, array, every)
        return NEVER_TOLD

    def _like(self, left: Any, operator: str, right: Any) -> Condition:
        match self._operand(left), self._operand(right):
            case Column() as column, (Literal() | Parameter()) as pattern if operator in {"~~", "!~~"}:
                like = Like(column, pattern)
                return like if operator == "~~" else judged(NOT, like)
            case _:
                return NEVER_TOLD

    def _distinct(self, left: Any, right: Any, *, negated: bool) -> Condition:
        match self._operand(left), self._operand(right):
            case (Column() as column, (Literal() | Parameter()) as constant) | (
                (Literal() | Parameter()) as constant,
                Column() as column,
            ):
                distinct = Distinct(column, constant)
                return judged(NOT, distinct) if negated else distinct
            case _:
                return NEVER_TOLD

    def _operand(self, node: Any) -> Operand | None:
        match node:
            case ast.ColumnRef(fields=fields):
                parts = [field.sval or "" for field in fields or () if isinstance(field, ast.String)]
                column = self._owns(parts) if len(parts) == len(fields or ()) else None
                return None if column is None else Column(column)
            case _:
                return constant_of(node, self._keys)


def constant_of(node: Any, keys: tuple[Key, ...]) -> Constant | None:
    """The constant or parameter that an expression is, perhaps with a cast; None for any other.

    Args:
        node: as the parser has it.
        keys: what the statement's placeholders ask for, from $1 on.
    """
    cast = None
    if isinstance(node, ast.TypeCast) and isinstance(node.typeName, ast.TypeName):
        node, cast = node.arg, cast_of(node.typeName)
    match node:
        case ast.ParamRef(number=int(number)):
            return Parameter(keys[number - 1] if 0 < number <= len(keys) else number - 1, cast)
        case ast.A_Const(isnull=True):
            return Literal(None, cast)
        case ast.A_Const(val=ast.Integer(ival=value)):
            return Literal(value or 0, cast)
        case ast.A_Const(val=ast.Float(fval=str(text))):
            written = _number(text)
            return None if written is None else Literal(written, cast)
        case ast.A_Const(val=ast.Boolean(boolval=value)):
            return Literal(bool(value), cast)
        case ast.A_Const(val=ast.String(sval=value)):
            return Literal(value or "", cast)
        case _:
            return None


def _operator(node: ast.A_Expr) -> str:
    """An expression's operator; with the schema's name before it where that is not the system's."""
    return _name(node.name)


def cast_of(type_name: ast.TypeName) -> Cast:
    """The type of a cast, a modifier that is no number as -1."""
    modifiers = [getattr(getattr(modifier, "val", None), "ival", -1) for modifier in type_name.typmods or ()]
    return Cast(_name(type_name.names), tuple(modifiers), array=bool(type_name.arrayBounds))


def _name(parts: tuple[Any, ...] | None) -> str:
    """A name that may be qualified, without the system's own schema."""
    return ".".join(part.sval for part in parts or ()).removeprefix("pg_catalog.")


def _number(text: str) -> int | Decimal | None:
    """A number that the parser left as text; None for one that is not decimal."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if set(text) & set(".eE") else int(number)
