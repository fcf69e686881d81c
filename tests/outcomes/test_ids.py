"""Generated ids are recognised in whatever form they turn up."""

from __future__ import annotations

import base64
import os
import secrets
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from fuzz.history import Minted
from fuzz.outcomes.ids import Ids
from fuzz.outcomes.masks import masked

Draw = Callable[[int], bytes]
"""In place of os.urandom."""


def thrown(monkeypatch: pytest.MonkeyPatch, make: Callable[[], Any]) -> tuple[Any, bytes]:
    """What code makes of the dice, and what they threw."""
    draws: list[bytes] = []

    def urandom(size: int) -> bytes:
        draws.append(bytes((size * 7 + 201 * place) % 256 for place in range(size)))
        return draws[-1]

    with monkeypatch.context() as patch:
        patch.setattr(os, "urandom", urandom)
        patch.setattr("random._urandom", urandom)
        made = make()
    return made, draws[0]


@pytest.mark.parametrize(
    "make",
    [
        uuid.uuid4,
        lambda: str(uuid.uuid4()),
        lambda: uuid.uuid4().hex,
        lambda: uuid.uuid4().hex[:8],
        lambda: uuid.uuid4().int,
        lambda: uuid.uuid4().bytes,
        lambda: uuid.uuid4().urn,
        lambda: f"node{uuid.uuid4()}",
        lambda: f"device{uuid.uuid4().hex}.example",
        lambda: base64.urlsafe_b64encode(uuid.uuid4().bytes).decode(),
        secrets.token_hex,
        lambda: secrets.token_hex(4),
        secrets.token_bytes,
        secrets.token_urlsafe,
        lambda: f"https://x.example/reset?token={secrets.token_urlsafe(9)}&then=a",
        lambda: base64.b64encode(secrets.token_bytes(20)).decode(),
        lambda: "\\x" + secrets.token_bytes(12).hex(),
    ],
)
def test_what_the_dice_threw_is_an_id(monkeypatch: pytest.MonkeyPatch, make: Callable[[], Any]) -> None:
    made, draw = thrown(monkeypatch, make)
    found = Ids(Minted((), (b"another draw's bytes", draw))).blank(made)
    assert found is not None
    assert [id_.name for id_ in found.ids] == [draw]
    assert Ids(Minted((), (b"another draw's bytes",))).blank(made) is None


IDS = Ids(Minted(((1_618_000, 1_638_000), (2_618_000, 2_638_000)), ()), frozenset({1_618_500}))


@pytest.mark.parametrize(
    ("value", "numbers"),
    [
        (1_618_000, [1_618_000]),
        (2_637_999, [2_637_999]),
        (Decimal(1_618_001), [1_618_001]),
        ("port-1618001", [1_618_001]),
        ("1618001/2618002", [1_618_001, 2_618_002]),
        ("A0001618001", [1_618_001]),
        ("http://x.example/ports/1618001?page=3", [1_618_001]),
        ((b"1618001").hex(), []),
        (1_617_999, []),
        (1_638_000, []),
        (1_618_500, []),
        ("11618001", []),
        ("16180010", []),
        ("99999999999999999991618001", []),
        (Decimal("1618001.5"), []),
        (Decimal("Infinity"), []),
        ("", []),
        (None, []),
    ],
)
def test_what_a_sequence_handed_out_is_an_id(value: Any, numbers: list[int]) -> None:
    found = IDS.blank(value)
    assert [id_.name for id_ in (found.ids if found else ())] == numbers


def test_what_surrounds_an_id_is_kept() -> None:
    texts = [
        "port 1618001 of 2618001",
        "port 1618002 of 2618002",
        "port 1618001 on 2618001",
        "ports 1618001 of 2618001",
    ]
    holes = [found.hole for text in texts if (found := IDS.blank(text))]
    assert len(holes) == 4
    assert holes[0] == holes[1]
    assert len(set(holes)) == 3


@pytest.mark.parametrize(
    ("message", "plain"),
    [
        ("Key (id)=(1618001) already exists.", "Key (id)=(#) already exists."),
        ("account 1 has 2.50, not -3", "account # has #, not #"),
        ("0e8e3b61-71F3-4be1-b2a1-5e0f1a4f2f00 is gone", "# is gone"),
        ("digest 0a1b2c3d4e5f of a facade", "digest # of a facade"),
        ("at 12:30:01.5 no such port", "at # no such port"),
    ],
)
def test_digits_and_ids_in_messages_are_masked(message: str, plain: str) -> None:
    assert masked(message) == plain


def test_ids_that_do_not_look_like_any_are_masked_where_they_are_known() -> None:
    assert masked("no token aBc_x-Yz here", ["aBc_x-Yz"]) == "no token # here"
