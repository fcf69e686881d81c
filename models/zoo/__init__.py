"""The reference target with one real, historical concurrency bug put back each: what the fuzzer must find.

Two modes of the related bump stand behind several of them, `Revisions(compare_and_swap=...)`. With compare-and-swap, of
two sessions that have read a resource and then write children of it, the second has to read again: a check without a
lock holds (`overlapping_subnets` and `duplicate_rules` are right in their least cases then), but children that have
nothing to do with each other fail each other, at worst for ever (`storming_children`; `hot_network` is where Neutron
gave that up). With the blind bump they are written side by side, and whoever goes by a check must lock first. The plain
models do so, and are right in either mode.
"""
