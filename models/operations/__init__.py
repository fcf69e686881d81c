"""The operations of the reference target: one base class a family of resources, with where its arguments come from."""
