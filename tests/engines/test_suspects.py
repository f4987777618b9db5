"""A Dask cluster gives up a task for what another one did: here its client is a fake.

Dask blames every task that was assigned to a worker when it died.
"""

import pytest
from distributed import KilledWorker

from gradlab.engines.cluster import Cluster


class Future:
    """Done at once; fails where the call, or one that ran beside it, is ``evil``."""

    def __init__(self, key, tag, beside):
        self.key, self.tag, self.beside = key, tag, {tag, *beside}

    @property
    def status(self):
        return "error" if "evil" in self.beside else "finished"

    def add_done_callback(self, function):
        function(self)

    def result(self, timeout):
        return "value", self.tag

    def exception(self, timeout):
        return KilledWorker(self.key, None, 3)


class Client:
    status = "running"

    def __init__(self, cluster, threads, future=Future):
        self.cluster, self.threads, self.future = cluster, threads, future
        self.tags, self.payloads = [], 0

    def nthreads(self):
        return {"there": self.threads}

    def submit(self, function, *arguments, key, pure):
        if len(arguments) == 1:
            self.payloads += 1
            return Future(key, "payload", ())
        _, _, (tag,), _ = arguments
        running = self.cluster._submitted.values()
        for future, _ in running:
            future.beside.add(tag)
        self.tags.append(tag)
        return self.future(key, tag, {call.tag for _, call in running})


def answered(tags, threads, future=Future):
    """Return the answers of calls by tag, and the client that carried them out."""
    cluster = Cluster("tcp://there:1", (), {})
    cluster._client = client = Client(cluster, threads, future)
    cluster._upload_payload()
    for tag in tags:
        cluster.add(tag, "module:function", tag)
    return {answer.tag: answer for answer in cluster.answers()}, client


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_what_ran_beside_a_call_that_kills_is_tried_alone(threads, place):
    tags = ["a", "b", "c"]
    tags.insert(place, "evil")
    answers, client = answered(tags, threads)
    assert answers.keys() == set(tags)
    assert [answers[tag].value for tag in "abc"] == ["a", "b", "c"]
    evil = answers["evil"]
    assert evil.certain
    assert evil.death_cause == "its worker died each of the 4 times it was tried"
    assert client.tags.count("evil") <= 2
    assert threads > 1 or client.tags == tags


def test_an_error_that_cannot_be_had_in_time_is_asked_for_again():
    class Slow(Future):
        asked = 0

        @property
        def status(self):
            return "finished" if Slow.asked > 1 else "error"

        def exception(self, timeout):
            Slow.asked += 1
            raise TimeoutError

    answers, client = answered(["a"], 1, Slow)
    assert answers["a"].value == "a"
    assert client.tags == ["a"] * 3


def test_a_payload_whose_workers_died_is_uploaded_again():
    class Orphan(Future):
        orphans = 1

        @property
        def status(self):
            return "error" if Orphan.orphans else "finished"

        def exception(self, timeout):
            Orphan.orphans -= 1
            return KilledWorker("gradlab-files-0", None, 3)

    answers, client = answered(["a"], 1, Orphan)
    assert answers["a"].value == "a"
    assert client.payloads == 2 and client.tags == ["a", "a"]
