"""Object storage: what each object says of itself, conditions, two deployments at once, answers that get lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from packyard.deploying.planning import HEADS, stage_of
from packyard.edges.deploying import CLAIM
from packyard.errors import ProblemsFound, UsageError, WorldError
from packyard.formats import layout
from tests.deploying.conftest import Deploy, Sites, files
from tests.deploying.places import Bucket, Cut
from tests.tools import sampled

pytestmark = pytest.mark.interop

NEW_TARBALL = layout.tarball("hello", "1.2.0")


def once(when: Callable[[str, str], bool], act: Callable[[], object]) -> Callable[[str, str], None]:
    """A hook that acts before the first request of which `when` is true."""
    waiting = [act]

    def hook(method: str, key: str) -> None:
        if waiting and when(method, key):
            waiting.pop()()

    return hook


def test_every_object_has_its_type_its_caching_and_its_hash(sites: Sites, bucket: Bucket, send: Deploy) -> None:
    bucket.seed(sites.old)
    put = [path for stage in send(sites.new, bucket).plan.stages for path in stage.paths]
    assert NEW_TARBALL in put
    for path in put:
        found, kind = bucket.object(path), layout.kind(path)
        assert (found.metadata["Content-Type"], found.metadata["Cache-Control"]) == (
            kind.content_type,
            kind.cache_control,
        )
        assert len(found.metadata["x-amz-meta-sha256"]) == 64


def test_the_order_is_that_of_the_plan(sites: Sites, bucket: Bucket, send: Deploy) -> None:
    bucket.seed(sites.old)
    plan = send(sites.new, bucket).plan
    done = [(method, key.removeprefix(bucket.prefix)) for method, key in bucket.server.writes]
    body = [(method, path) for method, path in done if path != CLAIM]
    assert sorted(body[-len(plan.removals) :]) == sorted(("DELETE", path) for path in plan.removals)
    put = [path for method, path in body if method == "PUT"]
    assert [stage_of(path) for path in put] == sorted(map(stage_of, put))
    assert put[-len(plan.heads.paths) :] == [path for path in HEADS if path in plan.heads.paths]
    assert done[0] == ("PUT", CLAIM)
    assert done[-1] == ("DELETE", CLAIM)


def test_an_etag_that_is_no_hash_is_made_up_for_by_the_metadata(sites: Sites, bucket: Bucket, send: Deploy) -> None:
    bucket.seed(sites.old)
    send(sites.new, bucket)
    bucket.object(NEW_TARBALL)._etag = "0123456789abcdef0123456789abcdef-2"
    assert send(sites.new, bucket, check=True).plan.empty
    bucket.object(layout.tarball("hello", "1.1.0"))._etag = "0123456789abcdef0123456789abcdef-2"
    with pytest.raises(ProblemsFound):
        send(sites.new, bucket, check=True)


def test_whoever_comes_later_takes_over(sites: Sites, bucket: Bucket, send: Deploy) -> None:
    """The first has put half of its lists when the second begins, and ends."""
    bucket.seed(sites.old)
    bucket.server.before = once(
        lambda _, key: stage_of(key.removeprefix(bucket.prefix)) == 2, lambda: taken(bucket, bucket.prefix)
    )
    with pytest.raises(WorldError) as stopped:
        send(sites.new, bucket)
    assert stopped.value.problem.code == "deploy-overtaken"
    there = bucket.files()
    assert {path: there[path] for path in HEADS} == {path: files(sites.old)[path] for path in HEADS}
    send(sites.new, bucket)
    assert bucket.files() == files(sites.new)


def taken(bucket: Bucket, prefix: str) -> None:
    """What the beginning of another deployment leaves."""
    assert prefix == bucket.prefix
    bucket.write(CLAIM, b"another")


def test_a_mark_that_somebody_left_is_taken_over(sites: Sites, bucket: Bucket, send: Deploy) -> None:
    bucket.seed(sites.old)
    bucket.write(CLAIM, b"killed long ago")
    send(sites.new, bucket)
    assert bucket.files() == files(sites.new)


def test_of_two_that_begin_at_once_one_stops_before_it_writes(sites: Sites, bucket: Bucket, send: Deploy) -> None:
    bucket.seed(sites.old)
    before = bucket.files()
    bucket.server.before = once(lambda _, key: key.endswith(CLAIM), lambda: bucket.write(CLAIM, b"the other"))
    with pytest.raises(WorldError) as stopped:
        send(sites.new, bucket)
    assert stopped.value.problem.code == "deploy-overtaken"
    assert bucket.files() == before | {CLAIM: b"the other"}


@pytest.mark.parametrize("head", HEADS)
def test_a_head_that_another_has_put_meanwhile_is_left(sites: Sites, bucket: Bucket, send: Deploy, head: str) -> None:
    """Between the last look and the write itself: the storage decides."""
    bucket.seed(sites.old)
    if files(sites.old)[head] == files(sites.new)[head]:
        return
    bucket.server.before = once(lambda _, key: key == bucket.prefix + head, lambda: bucket.write(head, b"of another"))
    with pytest.raises(WorldError) as stopped:
        send(sites.new, bucket)
    assert stopped.value.problem.code == "deploy-overtaken"
    assert bucket.files()[head] == b"of another"


def test_an_immutable_file_that_another_has_put_meanwhile_is_left(sites: Sites, bucket: Bucket, send: Deploy) -> None:
    def at(_: str, key: str) -> bool:
        return key == bucket.prefix + NEW_TARBALL

    bucket.seed(sites.old)
    bucket.server.before = once(at, lambda: bucket.write(NEW_TARBALL, b"another"))
    with pytest.raises(ProblemsFound) as stopped:
        send(sites.new, bucket)
    assert [problem.code for problem in stopped.value.problems] == ["deploy-immutable"]
    assert bucket.files()[NEW_TARBALL] == b"another"
    assert bucket.files()[layout.SNAPSHOT] == files(sites.old)[layout.SNAPSHOT]
    bucket.remove(NEW_TARBALL)
    bucket.server.before = once(at, lambda: bucket.write(NEW_TARBALL, files(sites.new)[NEW_TARBALL]))
    send(sites.new, bucket)
    assert bucket.files() == files(sites.new)


@pytest.mark.parametrize("path", [NEW_TARBALL, layout.SNAPSHOT, layout.INDEX, CLAIM])
def test_a_write_whose_answer_is_lost_has_been_done(sites: Sites, bucket: Bucket, send: Deploy, path: str) -> None:
    bucket.seed(sites.old)
    bucket.server.lost = {bucket.prefix + path}
    send(sites.new, bucket)
    assert bucket.files() == files(sites.new)


@pytest.mark.parametrize("at", sampled(range(0, 30, 3), str, 5))
def test_cut_at_any_write_it_is_taken_up_again(sites: Sites, bucket: Bucket, send: Deploy, at: int) -> None:
    def die(_method: str, _key: str) -> None:
        if len(bucket.server.writes) >= at:
            raise Cut

    bucket.seed(sites.old)
    bucket.server.before = die
    with pytest.raises(WorldError):
        send(sites.new, bucket)
    there = bucket.files()
    assert there[layout.SNAPSHOT] in (files(sites.old)[layout.SNAPSHOT], files(sites.new)[layout.SNAPSHOT])
    bucket.server.reset()
    send(sites.new, bucket)
    assert bucket.files() == files(sites.new)


def test_a_storage_without_conditions_is_told(sites: Sites, bucket: Bucket, send: Deploy) -> None:
    bucket.seed(sites.old)
    bucket.server.unconditional = True
    assert [note.code for note in send(sites.new, bucket).notes] == ["deploy-unconditional"]
    assert bucket.files() == files(sites.new)


def test_the_root_of_a_bucket_is_a_place(sites: Sites, bucket: Bucket, send: Deploy) -> None:
    bucket.target, bucket.prefix = f"s3://{bucket.name}", ""
    bucket.seed(sites.old)
    assert send(sites.old, bucket).plan.empty


@pytest.mark.parametrize("target", ["s3://", "s3:///prefix", "s3://bucket/a?b", "ftp://host/x", "http://host/"])
def test_what_is_no_place_is_said_to_be_none(sites: Sites, bucket: Bucket, send: Deploy, target: str) -> None:
    bucket.target = target
    with pytest.raises(UsageError):
        send(sites.old, bucket)


def test_a_bucket_that_is_not_there_is_a_failure_of_the_world(sites: Sites, bucket: Bucket, send: Deploy) -> None:
    bucket.target = "s3://nobody-has-this-bucket/x"
    with pytest.raises(WorldError) as failed:
        send(sites.old, bucket)
    assert failed.value.problem.code == "deploy-failed"
