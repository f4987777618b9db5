"""Ctrl-C raises where nothing can be lost."""

import signal
import threading

import pytest

from gradlab.sweeps.interrupts import put_off, welcome


def press():
    signal.raise_signal(signal.SIGINT)


def test_it_waits_until_it_is_heeded():
    done = []
    with pytest.raises(KeyboardInterrupt), put_off() as ctrl_c:
        press()
        done.append("to the end")
        ctrl_c.heed()
        done.append("no further")
    assert done == ["to the end"]


def test_it_is_not_forgotten():
    with pytest.raises(KeyboardInterrupt), put_off():
        press()
    with welcome():
        pass  # that was another one


def test_whoever_waits_hears_it_at_once_and_late():
    with pytest.raises(KeyboardInterrupt), put_off(), welcome():
        press()
        pytest.fail("it did not raise")
    with put_off() as ctrl_c:
        press()
        with pytest.raises(KeyboardInterrupt), welcome():
            pytest.fail("it did not raise")
        ctrl_c.pressed = False


def test_a_second_one_means_it():
    with put_off() as ctrl_c:
        press()
        with pytest.raises(KeyboardInterrupt):
            press()
        ctrl_c.pressed = False


def test_the_handler_is_as_it_was():
    with pytest.raises(ValueError), put_off():
        raise ValueError
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with pytest.raises(KeyboardInterrupt):
        press()


def test_what_others_do_with_it_is_let_be():
    heard = []
    before = signal.signal(signal.SIGINT, lambda *_: heard.append("theirs"))
    try:
        with put_off():
            press()
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == ["theirs"]


def test_another_thread_neither_hears_it_nor_lets_it_in():
    worked = []

    def work():
        with put_off() as theirs, welcome():
            theirs.heed()
            worked.append(ctrl_c.welcome)

    with put_off() as ctrl_c:
        press()
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        ctrl_c.pressed = False
    assert worked == [False]
