"""Which modules of a directory may hold targets, without importing any of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

_OWN = Path(__file__).resolve().parent


def modules_with_targets(directory: Path) -> list[str]:
    """TARGET words, without names, of what imports fuzz: the directory's own files, and its packages' modules.

    Args:
        directory: where to look; folders without an `__init__.py` are no packages and are left out.
    """
    files = [file.name for file in sorted(directory.glob("*.py")) if _imports_fuzz(file)]
    return [*(name for package in sorted(directory.iterdir()) for name in _modules(package)), *files]


def _modules(package: Path) -> Iterator[str]:
    """The modules of a package; a package's own, which may offer what its modules define, comes first."""
    if not (package / "__init__.py").is_file() or package.resolve() == _OWN:
        return
    below = [file for file in sorted(package.rglob("*.py")) if _imports_fuzz(file)]
    if below:
        yield package.name
    for file in below:
        parts = file.relative_to(package.parent).with_suffix("").parts
        if parts[-1] != "__init__" and all(part.isidentifier() for part in parts):
            yield ".".join(parts)


def _imports_fuzz(file: Path) -> bool:
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return False
    return any("fuzz" in _roots(node) for node in ast.walk(tree))


def _roots(node: ast.AST) -> set[str]:
    """The top-level packages that a statement imports from."""
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        return {(node.module or "").partition(".")[0]}
    return set()
