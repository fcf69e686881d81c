"""The settings that rowrace counts on, of each connection and of the embedded server."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CONNECTION: Mapping[str, str] = MappingProxyType(
    {
        "client_connection_check_interval": "50ms",  # a killed fuzzer's backends let their locks go
        "deadlock_timeout": "1ms",  # a deadlock has its victim before the next step is sent
        "jit": "off",
        "log_lock_waits": "on",
        "plan_cache_mode": "force_generic_plan",  # each execution takes the plan of the first, whatever its values
        "synchronize_seqscans": "off",  # rows come in the same order in every run
    }
)
"""What holds for every connection to a scratch database, on whichever server."""

WISHED: Mapping[str, str] = MappingProxyType(
    {
        "lc_messages": "C",  # what the server says of waits is understood in English alone
    }
)
"""What holds for a scratch database where the role may set it."""

EMBEDDED: Mapping[str, str] = MappingProxyType(
    {
        **CONNECTION,
        "autovacuum": "off",  # it takes locks that are not the target's
        "cluster_name": "rowrace",  # by which we know it: see `fuzz.postgres.halting`
        "dynamic_shared_memory_type": "mmap",  # inside the data directory, so that it goes with it
        "fsync": "off",
        "full_page_writes": "off",
        "lc_messages": "C",
        "listen_addresses": "",
        "log_min_messages": "fatal",
        "max_connections": "300",  # a stage holds six and more, and a test run keeps several
        "max_wal_senders": "0",
        "max_wal_size": "64MB",  # the default of 1 GB would be kept in the temporary directory
        "port": "5432",  # part of the socket's name
        "shared_buffers": "32MB",
        "synchronous_commit": "off",
        "timezone": "UTC",
        "wal_level": "minimal",
    }
)
"""What the embedded server is started with; the data are thrown away, so nothing needs to survive a crash."""

LOCK_TIMEOUT = "200ms"
"""How long rowrace's own look at the tables waits for a lock of the target's: nobody lets that go meanwhile."""

PRIVILEGED = ("deadlock_timeout", "log_lock_waits", "session_replication_role")
"""What only a superuser may set, or a role that was granted it (PostgreSQL 15 and newer)."""
