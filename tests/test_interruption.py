from __future__ import annotations

import gc
import os
import signal
import threading
from typing import Any

import pytest

from fuzz.campaign.interruption import interruptions


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_ends_what_is_done_and_is_python_s_again_afterwards() -> None:
    with pytest.raises(KeyboardInterrupt), interruptions():
        press()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_in_a_collection_s_callback_is_remembered_and_raises_nothing_there() -> None:
    pressed: list[str] = []

    def callback(phase: str, _details: dict[str, Any]) -> None:
        if phase == "stop" and not pressed:
            pressed.append(phase)
            press()

    gc.callbacks.append(callback)
    try:
        with interruptions() as interruption:
            interruption.check()
            gc.collect()
            with pytest.raises(KeyboardInterrupt):
                interruption.check()
    finally:
        gc.callbacks.remove(callback)
    assert pressed


def test_outside_of_the_main_thread_nothing_is_touched() -> None:
    seen: list[object] = []

    def look() -> None:
        with interruptions() as interruption:
            interruption.check()
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]


def test_ctrl_c_while_an_event_is_heard_is_raised_once_it_has_been() -> None:
    heard: list[str] = []

    def hear() -> None:
        with interruptions() as interruption:
            for event in interruption.told(["one", "two"]):
                press()
                heard.append(event)

    with pytest.raises(KeyboardInterrupt):
        hear()
    assert heard == ["one"]
