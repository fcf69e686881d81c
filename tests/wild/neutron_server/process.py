"""A Neutron server in this process: its plugins, its extensions and its map of resources, without HTTP around them.

Neutron is untouched, but for what would speak to agents after a commit, and for how long it sleeps before a retry.
"""
# ruff: noqa: E402 - Neutron wants its backend chosen before it is imported
# Neutron is in the environment that the target runs in, and nowhere else.
# pyright: reportMissingImports=false, reportMissingModuleSource=false

from __future__ import annotations

import logging
from functools import cache
from tempfile import NamedTemporaryFile
from typing import Any
from unittest import mock

from oslo_service import backend

backend.init_backend(backend.BackendType.THREADING)

from neutron.common import config
from neutron.db.migration.models import head
from neutron.pecan_wsgi import startup
from neutron_lib.db import api as db_api
from oslo_db.sqlalchemy import enginefacade
from sqlalchemy import MetaData

METADATA: MetaData = head.get_metadata()
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
)
"""They read once more what has been committed and send it to agents; there are none, and nothing comes back."""


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
