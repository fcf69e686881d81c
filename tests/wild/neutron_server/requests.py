"""Requests as Neutron's API layer makes them, without HTTP: its defaults, its checks, its If-Match, its retries."""

# Neutron is in the environment that the target runs in, and nowhere else.
# pyright: reportMissingImports=false, reportMissingModuleSource=false

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import webob.exc
from neutron.api.v2.base import Controller
from neutron.manager import NeutronManager
from neutron_lib.api.faults import FAULT_MAP
from neutron_lib.context import Context
from neutron_lib.db import api as db_api
from neutron_lib.plugins import directory

PROJECT = "project-1"
"""In whose name requests are made, with the role of an administrator."""

REFUSALS: tuple[type[Exception], ...] = (
    webob.exc.HTTPClientError,
    *(error for error, answer in FAULT_MAP.items() if issubclass(answer, webob.exc.HTTPClientError)),
)
"""What the API layer turns into an answer of the 400s."""


def create(collection: str, parent: str | None = None, **values: Any) -> Any:
    """POST to a collection.

    Args:
        collection: such as "ports", or "policy/dscp_marking_rules" for what belongs to something else.
        parent: the id of what it belongs to.
        **values: the attributes given; all others have their defaults.
    """
    controller = NeutronManager.get_controller_for_resource(collection)
    context = _context()
    named = {f"{controller.parent}_id": parent} if parent else {}
    body = _body(controller, context, values, is_create=True)
    answer = _tried(lambda sent: controller.plugin_creator(context, **named, **{controller.resource: sent}), body)
    return _shown(controller, answer)


def update(collection: str, which: str, parent: str | None = None, if_match: int | None = None, **values: Any) -> Any:
    """PUT to one of a collection.

    Args:
        collection: as in `create`.
        which: its id.
        parent: as in `create`.
        if_match: the revision it must have.
        **values: the attributes that change.
    """
    controller = NeutronManager.get_controller_for_resource(collection)
    context = _context(collection, which, if_match)
    body = _body(controller, context, values, is_create=False)
    answer = _tried(lambda sent: controller.plugin_updater(context, which, *_given(parent), sent), body)
    return _shown(controller, answer)


def delete(collection: str, which: str, parent: str | None = None, if_match: int | None = None) -> None:
    """DELETE one of a collection; arguments as in `update`."""
    controller = NeutronManager.get_controller_for_resource(collection)
    context = _context(collection, which, if_match)
    _tried(lambda: controller.plugin_deleter(context, which, *_given(parent)))


def act(plugin: str, action: str, *arguments: Any) -> Any:
    """Ask a plugin for something that is neither of the three.

    Args:
        plugin: the alias of its service.
        action: its method.
        *arguments: what that takes after the context.
    """
    context = _context()
    return _tried(lambda *sent: getattr(directory.get_plugin(plugin), action)(context, *sent), *arguments)


def _tried(method: Callable[..., Any], *arguments: Any) -> Any:
    """What comes of a method of a plugin, tried again as the API layer does it."""
    return db_api.retry_db_errors(method)(*arguments)


def _context(collection: str = "", which: str = "", if_match: int | None = None) -> Context:
    context = Context(user_id="user-1", project_id=PROJECT, is_admin=True)
    if if_match is not None:
        context.set_transaction_constraint(collection, which, if_match)
    return context


def _body(controller: Any, context: Context, values: dict[str, Any], *, is_create: bool) -> Any:
    body = {controller.resource: values}
    return Controller.prepare_request_body(context, body, is_create, controller.resource, controller.resource_info)


def _shown(controller: Any, answer: dict[str, Any]) -> dict[str, Any]:
    """What the API shows of a plugin's answer, which may hold more: a port's network, say."""
    visible = {name for name, attribute in controller.resource_info.items() if attribute.get("is_visible")}
    return {name: value for name, value in answer.items() if name in visible}


def _given(parent: str | None) -> tuple[str, ...]:
    return () if parent is None else (parent,)
