"""The operations of the reference target: one base class a family of resources, with where its arguments come from.

An expected revision (If-Match) is taken by what Neutron's API has as an update (PUT) or a delete of a resource with a
revision, whatever its name here: `set_routes` is an update of a router. It is not taken by what is an action on a
resource there, or about a part of it (interfaces, hosts, tags, subports, prefixes, the addresses of a group), nor by
what has no revision (QoS rules, RBAC entries, quotas, reservations). `bind_port` and `unbind_port` are updates of a
port and take none all the same: a case gives every argument that there is, and theirs have been stored for long.
"""
