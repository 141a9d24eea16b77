"""What holds wherever a site is deployed to: the folder, the rsync daemon and the S3 server are real."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from packyard.edges.deploying import Outcome
from packyard.errors import BadSignature, PackyardError, ProblemsFound, Stale, UsageError, WorldError
from packyard.formats import layout
from tests.deploying.conftest import Deploy, Sites, files
from tests.deploying.places import Place

pytestmark = pytest.mark.interop

TARBALL = layout.tarball("hello", "1.1.0")
PAGE = "packs/hello/index.html"


def refused(send: Callable[[], Outcome], place: Place, kind: type[PackyardError], code: str) -> None:
    """Asserts that it is refused for this reason, and that nothing was written."""
    before = place.files()
    with pytest.raises(kind) as error:
        send()
    found = error.value.problems if isinstance(error.value, ProblemsFound) else [error.value.problem]
    assert {problem.code for problem in found} == {code}
    assert place.files() == before


def test_all_of_it_comes_and_nothing_comes_twice(sites: Sites, place: Place, send: Deploy) -> None:
    first = send(sites.old, place)
    assert place.files() == files(sites.old)
    assert (first.before, first.plan.files, first.plan.unchanged) == (None, len(files(sites.old)), 0)
    again = send(sites.old, place, check=True)
    assert (again.plan.empty, again.plan.unchanged, again.before) == (True, first.plan.files, first.snapshot)


def test_what_changed_is_put_and_what_is_gone_is_removed(sites: Sites, any_place: Place, send: Deploy) -> None:
    any_place.seed(sites.old)
    old, new = files(sites.old), files(sites.new)
    plan = send(sites.new, any_place).plan
    assert any_place.files() == new
    put = {path for stage in plan.stages for path in stage.paths}
    assert put == {path for path in new if old.get(path) != new[path]}
    assert plan.removals == tuple(sorted(old.keys() - new.keys()))
    assert layout.tarball("hello", "1.0.0") in plan.removals


def test_without_deleting_what_is_gone_stays(sites: Sites, place: Place, send: Deploy) -> None:
    place.seed(sites.old)
    send(sites.new, place, delete=False)
    assert place.files() == files(sites.old) | files(sites.new)


def test_a_dry_run_writes_nothing_and_says_what_would_be_done(sites: Sites, any_place: Place, send: Deploy) -> None:
    planned = send(sites.old, any_place, dry_run=True)
    assert any_place.files() == {}
    assert planned.plan.files == len(files(sites.old))
    any_place.seed(sites.old)
    before = any_place.files()
    planned = send(sites.new, any_place, dry_run=True)
    assert any_place.files() == before
    assert send(sites.new, any_place).plan == planned.plan


def test_nothing_goes_back(sites: Sites, place: Place, send: Deploy) -> None:
    place.seed(sites.new)
    refused(lambda: send(sites.old, place), place, Stale, "deploy-older")


def test_another_registry_is_not_written_over(sites: Sites, place: Place, send: Deploy) -> None:
    place.seed(sites.other)
    refused(lambda: send(sites.new, place), place, UsageError, "deploy-origin")


@pytest.mark.parametrize("path", [TARBALL, pytest.param("trust/1.json", marks=pytest.mark.slow)])
def test_another_immutable_file_there_stops_everything(sites: Sites, any_place: Place, send: Deploy, path: str) -> None:
    any_place.seed(sites.old)
    if path != "trust/1.json":
        any_place.write(path, b"x" * len(files(sites.old)[path]))
        refused(lambda: send(sites.new, any_place), any_place, ProblemsFound, "deploy-immutable")
    else:
        any_place.write(path, b"{}")
        refused(lambda: send(sites.new, any_place), any_place, BadSignature, "deploy-target")


@pytest.mark.parametrize("path", [PAGE, layout.INDEX, layout.SITE_SUMS])
def test_a_damaged_file_that_is_replaced_anyhow_is_mended(sites: Sites, place: Place, send: Deploy, path: str) -> None:
    place.seed(sites.old)
    place.write(path, b"x" * len(files(sites.old)[path]))
    assert [stage.paths for stage in send(sites.old, place).plan.stages] == [(path,)]
    assert place.files() == files(sites.old)


@pytest.mark.parametrize("damage", [b"", b"nothing of the kind\n", b"flip"])
def test_a_head_that_does_not_verify_is_not_judged(sites: Sites, place: Place, send: Deploy, damage: bytes) -> None:
    place.seed(sites.old)
    text = files(sites.old)[layout.SNAPSHOT]
    place.write(layout.SNAPSHOT, text.replace(b"# number 1\n", b"# number 2\n") if damage == b"flip" else damage)
    place.remove(layout.SNAPSHOT_BUNDLE)
    refused(lambda: send(sites.new, place), place, BadSignature, "deploy-target")
    place.remove(layout.SNAPSHOT)
    send(sites.new, place, delete=False)
    send(sites.new, place)
    assert place.files() == files(sites.new)


def test_a_place_with_other_things_in_it_is_refused(sites: Sites, place: Place, send: Deploy) -> None:
    place.write("thesis/chapter.txt", b"the only copy")
    refused(lambda: send(sites.old, place), place, ProblemsFound, "deploy-strangers")
    send(sites.old, place, delete=False)
    assert place.files() == files(sites.old) | {"thesis/chapter.txt": b"the only copy"}


def test_what_is_the_hosts_own_is_left_alone(sites: Sites, place: Place, send: Deploy) -> None:
    own = {".well-known/acme-challenge/token": b"token", "_headers": b"/*\n"}
    for path, data in own.items():
        place.write(path, data)
    place.seed(sites.old)
    send(sites.new, place)
    assert place.files() == files(sites.new) | own


def test_a_site_that_has_lost_what_may_never_go_is_refused(
    sites: Sites, place: Place, send: Deploy, tmp_path: Path
) -> None:
    place.seed(sites.old)
    lame = shutil.copytree(sites.new, tmp_path / "lame")
    (lame / "packs/hello/1.1.0/SHA256SUMS").unlink()
    refused(lambda: send(lame, place), place, ProblemsFound, "deploy-lost")


@pytest.mark.parametrize("done", range(4))
def test_cut_short_between_two_heads_it_is_taken_up_again(sites: Sites, place: Place, send: Deploy, done: int) -> None:
    """And by a site that is newer still, all the same."""
    heads = (layout.CHECKPOINT, layout.SNAPSHOT_SIGNATURE, layout.SNAPSHOT_BUNDLE, layout.SNAPSHOT)
    place.seed(sites.old)
    new = files(sites.new)
    for path, data in new.items():
        if path not in heads[done:]:
            place.write(path, data)
    plan = send(sites.new, place).plan
    assert place.files() == new
    assert (plan.body, plan.heads.paths) == ((), heads[done:])


def test_the_new_head_goes_nowhere_before_what_it_names(
    sites: Sites, place: Place, send: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was put vanishes again: it is put again, and given up in the end; the heads stay as they were."""
    place.seed(sites.old)
    module = {"s3": "deploy_s3.BucketTarget", "rsync": "deploy_rsync.RsyncTarget"}
    name = module.get(place.target.partition(":")[0], "deploy_folder.FolderTarget")
    monkeypatch.setattr(f"packyard.edges.{name}.put", lambda self, site, stage: iter(()))
    before = place.files()
    with pytest.raises(WorldError) as error:
        send(sites.new, place)
    assert error.value.problem.code == "deploy-unsettled"
    assert place.files() == before


PROGRAM = """\
import sys
from pathlib import Path
from packyard.edges.deploying import Wish, deploy
from packyard.edges.progress import Progress
from packyard.errors import PackyardError, ProblemsFound
try:
    deploy(Wish(Path(sys.argv[1]), sys.argv[2], sys.argv[3], development=True), Progress(True))
except ProblemsFound as error:
    sys.exit(error.problems[0].code)
except PackyardError as error:
    sys.exit(error.problem.code)
"""
#: How one of two may end: it was stopped, found what only the other has, or came when the other had ended.
STOPPED = {"deploy-overtaken", "deploy-lost", "deploy-immutable", "deploy-older", "deploy-unsettled", "deploy-target"}


@pytest.mark.parametrize("pause", [0, *(pytest.param(pause, marks=pytest.mark.slow) for pause in (0.2, 0.5))])
def test_of_two_at_once_one_is_there_in_the_end(sites: Sites, place: Place, send: Deploy, pause: float) -> None:
    """Real processes with two states of the registry: what SNAPSHOT names is there, whole and of one state."""
    place.seed(sites.old)
    running = []
    for site in (sites.new, sites.newest):
        command = [sys.executable, "-c", PROGRAM, str(site), place.target, place.endpoint]
        running.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
        time.sleep(pause)
    ends = [process.communicate()[1].strip().rpartition("\n")[2] for process in running]
    assert set(ends) <= {"", *STOPPED}
    there = place.files()
    states = {(site / layout.SNAPSHOT).read_bytes(): site for site in (sites.old, sites.new, sites.newest)}
    shown = states[there[layout.SNAPSHOT]]
    if shown != sites.old:
        assert {path: there.get(path) for path in files(shown)} == files(shown)
    send(sites.newest, place)
    assert place.files() == files(sites.newest)
