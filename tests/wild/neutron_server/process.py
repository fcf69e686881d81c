"""A Neutron server in this process: its plugins, its extensions and its map of resources, without HTTP around them.

Neutron is untouched, but for what would speak to agents after a commit, and for how long it sleeps before a retry.
"""
# ruff: noqa: E402 - Neutron wants its backend chosen before it is imported
# Neutron is in the environment that the target runs in, and nowhere else.
# pyright: reportMissingImports=false, reportMissingModuleSource=false

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import cache
from itertools import chain
from tempfile import NamedTemporaryFile
from typing import Any
from unittest import mock

from oslo_service import backend

backend.init_backend(backend.BackendType.THREADING)

from neutron.common import config
from neutron.db.migration.models import head  # noqa: F401 - it imports every model
from neutron.pecan_wsgi import startup
from neutron_lib.db import api as db_api
from neutron_lib.db.model_base import BASEV2
from neutron_lib.db.standard_attr import HasStandardAttributes, StandardAttribute
from oslo_db.sqlalchemy import enginefacade
from sqlalchemy import MetaData

METADATA: MetaData = BASEV2.metadata
"""The tables of Neutron at its newest migration."""

CONFIGURATION = """
[DEFAULT]
core_plugin = ml2
service_plugins = router,flavors,qos,trunk,revisions,timestamp,tag
transport_url = fake:/
notify_nova_on_port_status_changes = false
notify_nova_on_port_data_changes = false
[ml2]
type_drivers = local
project_network_types = local
mechanism_drivers = openvswitch
extension_drivers = port_security,qos
"""

SPEAKERS = (
    "neutron.plugins.ml2.ovo_rpc.OVOServerRpcInterface",
    "neutron.api.rpc.agentnotifiers.dhcp_rpc_agent_api.DhcpAgentNotifyAPI",
    "neutron.notifiers.batch_notifier.BatchNotifier.queue_event",
)
"""They read once more what has been committed and tell agents and Nova of it; here are none, and nothing comes back."""


def revises() -> dict[str, str]:
    """What Neutron's models say of whose revision number a change of a row must raise, as `Target.revises` has it.

    The number of every resource is in a row of its own in `standardattributes`.
    """
    BASEV2.registry.configure()
    return dict(chain.from_iterable(map(_revised, BASEV2.registry.mappers)))


def _revised(mapper: Any) -> Iterator[tuple[str, str]]:
    if issubclass(mapper.class_, HasStandardAttributes):
        yield f"{mapper.local_table.name}.standard_attr_id", StandardAttribute.__tablename__
    for name in getattr(mapper.class_, "revises_on_change", ()):
        for column, parent in mapper.relationships[name].local_remote_pairs:
            if column.table is mapper.local_table:
                yield str(column), parent.table.name


def use(url: str) -> None:
    """Let the server, started when it is first needed, work on a database.

    Args:
        url: of the database.
    """
    _start()
    db_api.get_context_manager().patch_factory(_database(url))


@cache
def _database(url: str) -> Any:
    database = enginefacade.transaction_context()
    database.configure(connection=url, flush_on_subtransaction=True)  # as neutron_lib.db.api configures its own
    return database


@cache
def _start() -> None:
    logging.getLogger().addHandler(logging.NullHandler())
    for speaker in SPEAKERS:
        mock.patch(speaker).start()
    db_api._retry_db_errors.retry_interval = 0
    with NamedTemporaryFile("w", suffix=".conf") as file:
        file.write(CONFIGURATION)
        file.flush()
        config.register_common_config_options()
        config.init(["--config-file", file.name])
    startup.initialize_all()
