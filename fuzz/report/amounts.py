"""How many interleavings there are, how many classes of them were run, and what was left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fuzz.campaign.matrix import Explored
from fuzz.report.numbers import in_words


def amount(explored: Sequence[Explored], switches: int | None) -> str:
    """How much was run of some calls, such as "all 8 classes of 70 interleavings".

    Args:
        explored: what came of them.
        switches: the most context switches that were asked for; None: any number.
    """
    return ", ".join(_parts(explored, switches)) if any(each.has_begun for each in explored) else "not begun"


def up_to(switches: int) -> str:
    """Such as "up to 2 switches"."""
    return "up to 1 switch" if switches == 1 else f"up to {switches} switches"


def saved(explored: Sequence[Explored], switches: int | None) -> str:
    """How many interleavings the runs stand for; "" where nothing was explored to its end."""
    whole = [each for each in explored if each.is_whole]
    if not whole:
        return ""
    runs, covered = sum(each.runs for each in whole), sum(each.covered for each in whole)
    bounded = f" of {up_to(switches)}" if switches is not None and all(each.beyond for each in whole) else ""
    return (
        f"where all was run, {_counted(runs, 'run')} stand for {in_words(covered)} interleavings{bounded}: "
        f"one in {in_words((covered + runs // 2) // max(runs, 1))}"
    )


def _parts(explored: Sequence[Explored], switches: int | None) -> Iterator[str]:
    begun = [each for each in explored if each.has_begun]
    classes, left, beyond = (sum(getattr(each, name) for each in begun) for name in ("classes", "left", "beyond"))
    all_, covered = sum(each.interleavings for each in begun), sum(each.covered for each in begun)
    counted = _counted(classes, "class", "classes")
    if not left and len(begun) == len(explored):
        counted = "the only class" if classes == 1 else f"all {counted}"
    if switches is not None and beyond:
        counted = f"{counted} of {up_to(switches)}"
    yield f"{counted} of {'' if covered == all_ else f'{in_words(covered)} of '}{_counted(all_, 'interleaving')}"
    if left:
        yield f"at least {_counted(left, 'beginning')} left"
    if beyond:
        yield f"at least {_counted(beyond, 'beginning')} of more switches left out"
    if len(begun) < len(explored):
        yield f"{len(explored) - len(begun)} of {len(explored)} pairs of calls not begun"


def _counted(number: int, one: str, more: str = "") -> str:
    return f"{in_words(number)} {one if number == 1 else more or f'{one}s'}"
