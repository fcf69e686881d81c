"""What users of the network service may do: one file a family of resources.

Each function is a unit of work for `models.transactions`: it takes the session first and leaves the commit to it.
Results are plain dicts, made after the flush, so that they carry the revision that is committed.

Locks are taken from parent to child: network, subnet; security group, rule; and on the row of the standard attributes
together with the resource's own. Every change of a resource updates the former, so that a transaction whose snapshot
is older than the lock fails at the lock (REPEATABLE READ) instead of going by what it saw.
"""
