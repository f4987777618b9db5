"""Ctrl-C raises where nothing can be lost."""

import signal
import threading

import pytest

from gradlab.engines.interrupts import allow, defer_sigint


def press():
    signal.raise_signal(signal.SIGINT)


def test_it_waits_until_it_is_checked():
    done = []
    with pytest.raises(KeyboardInterrupt), defer_sigint() as ctrl_c:
        press()
        done.append("to the end")
        ctrl_c.check()
        done.append("no further")
    assert done == ["to the end"]


def test_it_is_not_forgotten():
    with pytest.raises(KeyboardInterrupt), defer_sigint():
        press()
    with allow():
        pass  # that was another one


def test_whoever_waits_hears_it_at_once_and_late():
    with pytest.raises(KeyboardInterrupt), defer_sigint(), allow():
        press()
        pytest.fail("it did not raise")
    with defer_sigint() as ctrl_c:
        press()
        with pytest.raises(KeyboardInterrupt), allow():
            pytest.fail("it did not raise")
        ctrl_c.received = False


def test_a_second_one_means_it():
    with defer_sigint() as ctrl_c:
        press()
        with pytest.raises(KeyboardInterrupt):
            press()
        ctrl_c.received = False


def test_the_handler_is_as_it_was():
    with pytest.raises(ValueError), defer_sigint():
        raise ValueError
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with pytest.raises(KeyboardInterrupt):
        press()


def test_what_others_do_with_it_is_let_be():
    heard = []
    before = signal.signal(signal.SIGINT, lambda *_: heard.append("theirs"))
    try:
        with defer_sigint():
            press()
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == ["theirs"]


def test_another_thread_neither_hears_it_nor_lets_it_in():
    worked = []

    def work():
        with defer_sigint() as theirs, allow():
            theirs.check()
            worked.append(ctrl_c.allowed)

    with defer_sigint() as ctrl_c:
        press()
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        ctrl_c.received = False
    assert worked == [False]
