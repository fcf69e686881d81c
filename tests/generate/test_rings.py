from __future__ import annotations

from fuzz.case import Call
from fuzz.generate.rings import rings

ROUND = {"a": "bcd", "b": "acd", "c": "abe", "d": "abd", "e": "c"}
"""A call -> those that it meets: a with b, b with c, c with a; a with b, b with d, d with a, and with itself."""


def found(size: int, *pairs: str) -> list[str]:
    beside = {f"{name}()": [Call(each) for each in others] for name, others in ROUND.items()}
    begun = [(Call(pair[0]), Call(pair[1])) for pair in pairs]
    return ["".join(call.operation for call in ring) for ring in rings(begun, beside, size)]


def test_each_call_of_a_ring_meets_the_next_and_the_last_meets_the_first() -> None:
    assert found(3, "ab") == ["abc", "abd"]
    assert found(3, "ce") == []
    assert found(3, "ad") == ["adb", "add"]


def test_no_ring_is_found_twice_whatever_its_order() -> None:
    assert found(3, "ab", "bc", "ca") == ["abc", "abd"]


def test_a_ring_of_four_need_not_meet_across() -> None:
    assert "acbd" in found(4, "ac")


def test_every_pair_has_a_ring_before_any_has_its_second_and_every_operation_a_call() -> None:
    beside = {
        "x()": [Call("y"), Call("z", {"n": 1}), Call("z", {"n": 2}), Call("w")],
        "y()": [Call("x"), Call("z", {"n": 1}), Call("z", {"n": 2}), Call("w")],
    }
    made = list(rings([(Call("x"), Call("y"))], beside, 3))
    assert [str(ring[-1]) for ring in made] == ["z(n=1)", "w()", "z(n=2)"]
