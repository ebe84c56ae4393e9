"""Faults that no emulator produces: lost answers, cut connections, refusals."""

import gc
import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from contract.ports.backends import PROJECT
from contract.ports.real import GcsBucket
from csvgate.ports import ObjectInfo
from csvgate.runtime.errors import Failure, Permanent, Transient

Send = Callable[..., requests.Response]
MIB = 1024 * 1024


@pytest.fixture
def bucket(gcs: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> GcsBucket:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", gcs)
    return GcsBucket("faults-" + str(abs(hash(request.node.nodeid))))


def intercept(bucket: GcsBucket, around: Callable[[Send, str, str], Any]) -> list[str]:
    """Intercept requests with `around(send, method, url)`; return the list of methods sent."""
    session = bucket.store._client._http
    original, sent = session.request, []

    def request(method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        sent.append(method)
        return around(lambda: original(method, url, *args, **kwargs), method, url)

    session.request = request
    return sent


def stream(bucket: GcsBucket, info: ObjectInfo) -> Iterator[bytes]:
    return bucket.store.stream(bucket.name, info.name, info.generation, info.size)


def once(fault: Callable[[Send], Any], method: str) -> Callable[[Send, str, str], Any]:
    left = [fault]

    def around(send: Send, used: str, _: str) -> Any:
        return left.pop()(send) if used == method and left else send()

    return around


def lost(send: Send) -> None:
    """The request took effect, but its answer was lost."""
    send()
    raise requests.ConnectionError("Connection reset by peer")


def refused(_: Send) -> None:
    raise requests.ConnectionError("url: /upload/storage?upload_id=SECRET refused")


def test_a_create_whose_answer_was_lost_has_won(bucket: GcsBucket) -> None:
    sent = intercept(bucket, once(lost, "POST"))
    assert bucket.store.create(bucket.name, "claim", b"ours", "text/plain")
    assert sent.count("POST") == 2
    assert not bucket.store.create(bucket.name, "claim", b"ours", "text/plain")


def test_a_create_that_did_not_get_through_is_repeated(bucket: GcsBucket) -> None:
    intercept(bucket, once(refused, "POST"))
    assert bucket.store.create(bucket.name, "claim", b"ours", "text/plain")


def answered(status: int, words: str = "because") -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response._content = json.dumps({"error": {"message": words}}).encode()
    response.headers["content-type"] = "application/json"
    response.request = requests.Request("POST", "http://x/upload?upload_id=SECRET").prepare()
    return response


def forbidden(_: Send) -> requests.Response:
    return answered(403, "storage.objects.delete")


def test_who_may_create_and_not_delete_may_be_forbidden_what_is_there(bucket: GcsBucket) -> None:
    assert bucket.store.create(bucket.name, "claim", b"first", "text/plain")
    intercept(bucket, once(forbidden, "POST"))
    assert not bucket.store.create(bucket.name, "claim", b"second", "text/plain")


def test_who_may_not_create_at_all_has_not_lost_a_race(bucket: GcsBucket) -> None:
    intercept(bucket, once(forbidden, "POST"))
    with pytest.raises(Failure, match=r"storage\.objects\.delete"):
        bucket.store.create(bucket.name, "claim", b"first", "text/plain")


def test_a_stream_goes_on_after_a_cut(bucket: GcsBucket) -> None:
    data = bytes(range(256)) * 4 * 1024 * 12
    info = bucket.put("x", data)

    def cut(send: Send) -> requests.Response:
        response = send()
        whole = response.raw.stream

        def part(*args: Any, **kwargs: Any) -> Any:
            yield next(whole(*args, **kwargs))
            raise requests.exceptions.ChunkedEncodingError("cut")

        response.raw.stream = part
        return response

    downloads = iter([cut])

    def around(send: Send, _: str, url: str) -> Any:
        return next(downloads, lambda s: s())(send) if "alt=media" in url else send()

    intercept(bucket, around)
    assert b"".join(stream(bucket, info)) == data


def damaged(received: bytes) -> Callable[[Send, str, str], Any]:
    def around(send: Send, _: str, url: str) -> Any:
        response = send()
        if "alt=media" in url:
            response.raw.stream = lambda *a, **k: iter([received])
        return response

    return around


def test_damaged_bytes_are_yielded_for_the_caller_to_compare(bucket: GcsBucket) -> None:
    info = bucket.put("x", b"right")
    intercept(bucket, damaged(b"wrong"))
    assert list(stream(bucket, info)) == [b"wrong"]


def test_missing_bytes_are_noticed(bucket: GcsBucket) -> None:
    info = bucket.put("x", b"right")
    intercept(bucket, damaged(b"righ"))
    with pytest.raises(Transient, match=r"storage\.short.*received 4 of 5 bytes"):
        list(stream(bucket, info))


def test_an_object_shorter_than_its_size_says_is_noticed(bucket: GcsBucket) -> None:
    info = bucket.put("x", b"")
    with pytest.raises(Transient, match=r"storage\.short"):
        list(bucket.store.stream(bucket.name, "x", info.generation, 10))


@pytest.mark.parametrize(
    ("size", "requests"), [(0, 1), (1, 1), (8 * MIB, 1), (8 * MIB + 1, 2), (17 * MIB, 3)]
)
def test_each_range_of_a_stream_is_one_request(bucket: GcsBucket, size: int, requests: int) -> None:
    info = bucket.put("x", bytes(size))
    sent = intercept(bucket, lambda send, _, __: send())
    assert sum(map(len, stream(bucket, info))) == size
    assert sent == ["GET"] * requests


def test_a_small_object_is_written_in_one_request(bucket: GcsBucket) -> None:
    sent = intercept(bucket, lambda send, _, __: send())
    bucket.store.create(bucket.name, "a", bytes(8 * MIB), "text/plain")
    assert sent == ["POST"]
    sent.clear()
    with bucket.store.writer(bucket.name, "b", "text/csv") as file:
        file.write(bytes(8 * MIB))
        assert file.finish()
    assert sent == ["POST"]


def test_noncurrent_generations_are_asked_for(bucket: GcsBucket) -> None:
    """fake-gcs-server has none, so only the request shows it."""
    urls: list[str] = []

    def around(send: Send, _: str, url: str) -> requests.Response:
        urls.append(url)
        return send()

    bucket.put("x", b"1")
    intercept(bucket, around)
    assert [info.name for info in bucket.store.generations(bucket.name, "x")] == ["x"]
    (url,) = urls
    assert "versions=True" in url or "versions=true" in url


def test_a_limited_read_stops_at_its_limit(bucket: GcsBucket) -> None:
    bucket.put("x", bytes(9 * MIB))
    received = 0

    def around(send: Send, _: str, __: str) -> requests.Response:
        response = send()
        whole = response.raw.stream

        def counted(*args: Any, **kwargs: Any) -> Any:
            nonlocal received
            for piece in whole(*args, **kwargs):
                received += len(piece)
                yield piece

        response.raw.stream = counted
        return response

    sent = intercept(bucket, around)
    with pytest.raises(Permanent, match=r"storage\.too_large"):
        bucket.store.read(bucket.name, "x", max_bytes=MIB)
    assert received < 2 * MIB
    assert sent == ["GET"]


def test_a_rate_limit_is_waited_out(bucket: GcsBucket) -> None:
    intercept(bucket, once(lambda _: answered(429), "POST"))
    assert bucket.store.create(bucket.name, "claim", b"ours", "text/plain")


def test_a_finish_whose_answer_was_lost_has_won(bucket: GcsBucket) -> None:
    intercept(bucket, once(lost, "POST"))
    with bucket.store.writer(bucket.name, "x", "text/csv") as file:
        file.write(b"ours")
        info = file.finish()
    assert info is not None
    assert info == bucket.store.stat(bucket.name, "x")


@pytest.mark.parametrize("refused_request", ["POST", "PUT 2"])
def test_the_precondition_of_a_resumable_upload(bucket: GcsBucket, refused_request: str) -> None:
    """The service refuses its first or its last request; the emulator ignores the precondition."""
    methods: Counter[str] = Counter()

    def around(send: Send, method: str, _: str) -> requests.Response:
        methods[method] += 1
        refuse = refused_request in (method, f"{method} {methods[method]}")
        return answered(412) if refuse else send()

    intercept(bucket, around)
    with bucket.store.writer(bucket.name, "x", "text/csv") as file:
        file.write(bytes(9 * MIB))
        assert file.finish() is None
    assert bucket.store.stat(bucket.name, "x") is None


@pytest.mark.parametrize("size", [3, 9 * MIB])
def test_an_abandoned_upload_stays_so(bucket: GcsBucket, size: int) -> None:
    """Even if the session cannot be ended, and if the garbage collector runs."""

    def fail(size: int) -> None:
        with bucket.store.writer(bucket.name, "x", "text/csv") as file:
            file.write(b"x" * size)
            raise KeyError

    intercept(bucket, lambda send, method, _: refused(send) if method == "DELETE" else send())
    with pytest.raises(KeyError):
        fail(size)
    gc.collect()
    assert bucket.store.stat(bucket.name, "x") is None


def test_a_writer_nobody_ended_leaves_nothing(bucket: GcsBucket) -> None:
    context = bucket.store.writer(bucket.name, "x", "text/csv")
    context.__enter__().write(b"half")
    del context
    gc.collect()
    assert bucket.store.stat(bucket.name, "x") is None


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, Permanent, "storage.refused"),
        (401, Transient, "storage.unauthenticated"),
        (403, Transient, "storage.forbidden"),
        (404, Transient, "storage.missing"),
        (429, Transient, "storage.throttled"),
        (500, Transient, "storage.unavailable"),
        (503, Transient, "storage.unavailable"),
    ],
)
def test_every_refusal_has_a_code(
    bucket: GcsBucket, status: int, kind: type[Failure], code: str
) -> None:
    intercept(bucket, lambda _, __, ___: answered(status))

    def write(size: int) -> None:
        with bucket.store.writer(bucket.name, "x", "text/csv") as file:
            file.write(b"x" * size)
            file.finish()

    store = bucket.store
    for call in (
        lambda: store.create(bucket.name, "x", b"", "text/plain"),
        lambda: list(store.names(bucket.name, "x")),
        lambda: list(store.generations(bucket.name, "x")),
        lambda: write(3),
        lambda: write(9 * MIB),
    ):
        with pytest.raises(Failure) as caught:
            call()
        assert (type(caught.value), caught.value.code) == (kind, code)
        assert f"gs://{bucket.name}/x" in caught.value.message
        assert "because" in caught.value.message or str(status) in caught.value.message
        assert "SECRET" not in caught.value.message
        assert caught.value.__cause__ is not None


def test_no_answer_at_all(bucket: GcsBucket) -> None:
    intercept(bucket, lambda send, method, url: refused(send))
    with pytest.raises(Transient, match=r"storage\.unavailable") as caught:
        bucket.store.stat(bucket.name, "x")
    assert "SECRET" not in caught.value.message
    assert PROJECT not in caught.value.code
