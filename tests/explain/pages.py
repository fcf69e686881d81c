"""A page in its parts, and a target made of the code on it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from fuzz import Target, operation
from fuzz.explain import page
from fuzz.target import GIVEN
from tests.explain.tables import Tables

PREAMBLE = """
import logging

from sqlalchemy import Connection, Engine, delete, event, exists, func, insert, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import ORMExecuteState, Session, sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from fuzz import Target, invariant
from tests.explain.tables import Account, Article, Doctor, Network, Note, Port, Receipt, Register, Tag
"""
"""What the code on all pages takes for granted."""


@dataclass(frozen=True)
class Page:
    """A page's parts.

    Attributes:
        title: without the kind.
        sections: heading -> text.
        code: what comes about, and how.
        timeline: of a run of the code.
    """

    title: str
    sections: Mapping[str, str]
    code: str
    timeline: str


def parts_of(kind: str) -> Page:
    text = page(kind)
    title, *sections = re.split(r"^##? ", text, flags=re.MULTILINE)[1:]
    named = {heading: body.strip("\n") for heading, _, body in (section.partition("\n\n") for section in sections)}
    return Page(title.strip().removeprefix(f"{kind}: "), named, _block(text, "python"), _block(text, "text"))


def _block(text: str, language: str) -> str:
    [block] = re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return str(block)


def target_of(code: str, settings: Mapping[str, Any]) -> Target:
    """A target whose operations are the functions that a page's code defines, and its invariants those with `self`.

    Args:
        code: the page's.
        settings: attributes of the target; `expected` names exceptions that the code defines.
    """
    scope: dict[str, Any] = {}
    exec(PREAMBLE, scope)
    exec(compile(code, "page.py", "exec", dont_inherit=True), scope)
    expected = tuple(scope[name] for name in settings.get("expected", ()))
    members = dict(_members(each for each in scope.values() if _is_of_page(each)))
    target: Target = type("Page", (Tables,), {**settings, "expected": expected, **members})()
    return target


def _is_of_page(value: object) -> bool:
    return inspect.isfunction(value) and value.__code__.co_filename == "page.py"


def _members(functions: Iterator[Callable[..., Any]]) -> Iterator[tuple[str, Callable[..., Any]]]:
    for function in functions:
        arguments = [name for name in inspect.signature(function).parameters if name not in GIVEN]
        method = (
            function
            if "self" in arguments
            else operation(**{name: st.nothing() for name in arguments})(_method(function))
        )
        yield function.__name__, method


def _method(function: Callable[..., Any]) -> Callable[..., Any]:
    def method(_self: Target, **given: Any) -> Any:
        return function(**given)

    signature = inspect.signature(function)
    this = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    vars(method)["__signature__"] = signature.replace(parameters=[this, *signature.parameters.values()])
    return method
