"""What a new name could be mistaken for: squats of every kind are found, and honest neighbours are left alone."""

from __future__ import annotations

import random
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from packyard.edges.workfolder import DiskSource
from packyard.errors import FormatError
from packyard.formats.fields import errors_of
from packyard.formats.names import parse_name
from packyard.gate import likeness as module
from packyard.gate.likeness import alike, candidates, likeness
from packyard.gate.naming import (
    FAMOUS,
    RESERVED,
    Names,
    check_handle,
    check_name,
    check_org,
    parse_reserved,
    read_names,
)
from packyard.gate.values import Candidate
from packyard.model import Entry
from packyard.rules.table import rule
from tests.gate.examples_naming import EXAMPLES, check

#: A new name, the known one that it could be mistaken for, and the kind.
SQUATS = [
    tuple(line.split())
    for line in """
    mypack                my-pack               hyphens
    my--pack              my-pack               hyphens
    my-pack               mypack                hyphens
    git-hy-giene          git-hygiene           hyphens
    rustlings             rust-lings            hyphens
    he11o                 hello                 digits
    hell0                 hello                 digits
    h3llo                 hello                 digits
    postgre5-migrations   postgres-migrations   digits
    g1t-hyg1ene           git-hygiene           digits
    r3l3ase-n0tes         release-notes         digits
    5ecure-review         secure-review         digits
    p0stgresmigrations    postgres-migrations   digits
    review-code           code-review           order
    hygiene-git           git-hygiene           order
    reviewcode            code-review           order
    rules-python-typing   python-typing-rules   order
    typing-python-rules   python-typing-rules   order
    python-rules-typing   python-typing-rules   order
    hello-js              hello                 additions
    py-hello              hello                 additions
    hello-official        hello                 additions
    official-hello        hello                 additions
    the-hello             hello                 additions
    my-hello              hello                 additions
    hello2                hello                 additions
    hello-2               hello                 additions
    hello-v2              hello                 additions
    hello-2026            hello                 additions
    hello-pro             hello                 additions
    hellopro              hello                 additions
    hellojs               hello                 additions
    real-hello            hello                 additions
    hello-fork            hello                 additions
    the-official-hello    hello                 additions
    hello-pack-official   hello                 additions
    git-hygiene-pack      git-hygiene           additions
    git-hygiene-rules     git-hygiene           additions
    claude-git-hygiene    git-hygiene           additions
    git-hygiene-ai        git-hygiene           additions
    githygiene-js         git-hygiene           additions
    python-typing         python-typing-rules   additions
    hello                 hello-official        additions
    hellos                hello                 spelling
    code-reviews          code-review           spelling
    queries-tool          query-tool            spelling
    batches               batche                spelling
    helo                  hello                 spelling
    helllo                hello                 spelling
    hlelo                 hello                 spelling
    hallo                 hello                 spelling
    jello                 hello                 spelling
    hwllo                 hello                 spelling
    ello                  hello                 spelling
    git-hygene            git-hygiene           spelling
    git-hygeine           git-hygiene           spelling
    git-hygienne          git-hygiene           spelling
    gti-hygiene           git-hygiene           spelling
    gut-hygiene           git-hygiene           spelling
    gitt-hygiene          git-hygiene           spelling
    githygene             git-hygiene           spelling
    pyhton-typing-rules   python-typing-rules   spelling
    pyhton-typnig-rules   python-typing-rules   spelling
    pytho-typing-rules    python-typing-rules   spelling
    python-typong-rules   python-typing-rules   spelling
    typescrpit            typescript            spelling
    typscrpt-rules        typescript-rules      spelling
    postgras-migrations   postgres-migrations   spelling
    postgres-migratoins   postgres-migrations   spelling
    terrafrom-guard       terraform-guard       spelling
    terraforrn-guard      terraform-guard       spelling
    rnodel-profiles       model-profiles        spelling
    model-profi1es        model-profiles        digits
    modei-profiies        model-profiles        spelling
    vvorklog              worklog               spelling
    opencode-vvorklog     opencode-worklog      spelling
    doudformation         cloudformation        spelling
    changeiog-drafts      changelog-drafts      spelling
    acessible-web         accessible-web        spelling
    dockerfi1e-reveiw     dockerfile-review     spelling
    gti                   git                   spelling
    """.strip().split("\n")
]

_NEIGHBOURS = """
    react-rules redact-rules code-review core-review test-runner text-runner api-design app-design ui-design
    ux-design go-services js-services ts-rules js-rules sql-reader ssl-reader aws-deploy gcp-deploy
    vue2-components vue3-components python2-rules python3-rules es5-target es6-target i18n-strings l10n-strings
    form-helper from-helper node-patterns mode-patterns cache-warmer cache-farmer data-loader date-loader
    chart-maker chat-maker stack-notes slack-notes patch-notes path-notes task-board mask-board context-window
    content-window lint-rules link-rules trail-guide trial-guide log-viewer lot-viewer render-hints reader-hints
    table-talk stable-talk server-rules serve-rules remote-work remove-work audit-trail audio-trail
    modal-testing model-testing modern-css modem-css clone-wars done-wars next-guide nest-guide jest-rules
    test-rules rust-errors dust-errors preact react redis redist-notes trace-reader track-reader batch-jobs
    patch-jobs plan-first plane-first sync-guard async-guard state-machine static-machine import-order
    export-order cloud-cost cloud-coast price-check prime-check shell-style shelf-style prompt-tuning
    prompt-turning graph-queries grape-queries query-planner queue-planner access-rules accent-rules
    branch-names brand-names commit-style comment-style merge-guard merger-notes issue-triage issue-tracing
    release-notes release-votes-log vector-search sector-search token-budget taken-budget postgres-migrations
    mysql-migrations docker-compose-review docker-review terraform-guard terraform-modules python-typing-rules
    python-testing-rules go-errors rust-errors github-issues gitlab-issues java-style kava-bar
    accessibility-audit security-audit frontend-developer backend-developer startup-analyst startup-pitch
    prompt-engineer platform-engineer django-pro julia-pro bash-pro python-pro debugger debunker load-testing
    unit-testing load-test road-test error-trace error-space smart-fix smart-debug pr-review ux-review api-docs
    app-docs cli-tools ci-tools css-grid csv-grid dns-notes dev-notes env-files end-files git-flow gif-flow
    hub-rules bun-rules ios-style vue-style job-queue log-queue key-rotation kit-rotation map-tiles tap-tiles
    mcp-servers mvp-servers pdf-export pdf-import qa-notes qr-notes rag-eval tag-eval seo-audit sec-audit
    sse-events ssr-events tdd-coach tdd-loop tls-guide tui-guide url-checks uri-checks web-vitals wms-vitals
    xml-style yml-style zig-style zod-style web2-guide web3-guide phase-1 phase-2 step-one step-two week-10
    week-11 gpt-4-prompts gpt-5-prompts http2-notes http3-notes s3-sync s3-async small-steps smart-steps
    short-names sharp-names light-mode right-mode dark-mode bark-mode-audio fast-tests last-tests-run clean-code
    clear-code black-style block-style green-builds great-builds happy-path harpy hotfix hot-path house-style
    horse-style idea-board idle-board japanese-commits javanese-commits kernel-hints colonel-hints label-maker
    table-maker local-first locale-first lunch-menu launch-menu major-minor mayor-minor market-notes
    marker-notes media-player medic-player memory-leaks memo-leaks metric-names metrics-server micro-frontends
    macro-frontends minor-fixes mirror-fixes mobile-first module-first money-math monkey-math mouse-traps
    house-traps music-box magic-box night-shift light-shift offset-paging onset-paging order-book older-book
    owner-files other-files paint-shop point-shop panel-layout panic-layout parse-logs sparse-logs pixel-art
    pivot-art plant-care plate-care poetry-rules pottery-rules power-users tower-users print-css sprint-css
    proof-read proofs-of-work quick-start quiet-start quote-style quota-style radio-buttons ratio-buttons
    range-checks rank-checks rate-limits date-limits ready-checks reply-checks refactor-guide reactor-guide
    reset-css rest-css retry-rules entry-rules river-maps driver-maps robot-tests robust-tests scale-up scala-up
    scope-notes score-notes screen-reader scream-reader script-kit strict-kit search-index research-index
    seed-data feed-data sense-check sensor-check shape-up sharp-up short-id sort-id sight-words light-words
    simple-cases sample-cases skill-notes spill-notes sleep-well sheep-well smoke-tests spoke-tests socket-tips
    rocket-tips sound-check round-check source-maps resource-maps space-rules spice-rules spell-check
    shell-check split-files spilt-files stage-gates storage-gates stream-tests steam-tests string-theory
    spring-theory table-tests tablet-tests theme-colors theory-colors ticket-notes picket-notes timer-tests
    tiger-tests topic-maps tonic-maps train-loops brain-loops tunnel-vision funnel-vision unit-rules unity-rules
    user-tests use-tests value-types valve-types visual-edits virtual-edits watch-mode match-mode water-marks
    waterfalls wheel-notes while-notes wise-words wide-words world-clock word-clock worker-pool work-pool
    write-ups white-ups yarn-rules yard-rules zone-files zero-files
"""
#: Pairs of neighbours that mean two things.
HONEST = list(zip(_NEIGHBOURS.split()[::2], _NEIGHBOURS.split()[1::2], strict=True))

SETTINGS = settings(max_examples=60, phases=[Phase.generate], deadline=None)
NAMES = st.from_regex(r"\A[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,3}\Z")


def codes(found: object) -> list[str]:
    return [problem.code for problem in found]  # type: ignore[attr-defined]


# --- likeness ---


@pytest.mark.parametrize(("new", "known", "kind"), SQUATS, ids=lambda text: text)
def test_squats_are_found(new: str, known: str, kind: str) -> None:
    noise = ["unrelated", "another-one", "hygiene", "z9", *(f"pack-number-{number}" for number in range(50))]
    found = alike(new, [*noise, known, new])
    assert [(each.name, each.kind) for each in found] == [(known, kind)]
    assert found[0].same == (kind in ("hyphens", "digits"))
    assert found[0].how.startswith(("the same ", "`", "letters of `"))


def test_there_are_enough_squats_of_every_kind() -> None:
    kinds = [kind for _, _, kind in SQUATS]
    assert len(kinds) >= 60
    assert {kind: kinds.count(kind) >= 5 for kind in kinds} == dict.fromkeys(
        ("hyphens", "digits", "order", "additions", "spelling"), True
    )


@pytest.mark.parametrize(("name", "other"), HONEST, ids=lambda text: text)
def test_honest_neighbours_are_left_alone(name: str, other: str) -> None:
    assert parse_name(name) != parse_name(other)
    assert likeness(name, other) is likeness(other, name) is None


def test_honest_names_among_each_other() -> None:
    names = [name for pair in HONEST for name in pair]
    assert len(names) >= 300
    alarms = {frozenset((name, found.name)) for name in names for found in alike(name, names)}
    assert len(alarms) <= 3, alarms


def test_the_closest_come_first() -> None:
    known = ["hello-official", "hel-lo", "helo", "hell0"]
    assert [each.name for each in alike("hello", known)] == ["hell0", "hel-lo", "helo", "hello-official"]


@SETTINGS
@given(NAMES, NAMES, st.lists(NAMES, max_size=20))
def test_a_likeness_goes_both_ways_and_is_found_among_others(name: str, other: str, more: list[str]) -> None:
    for known in (other, f"{name}-js", name[::-1], name.replace("-", ""), f"{name}s", name[1:] or "x", *permuted(name)):
        there, back = likeness(name, known), likeness(known, name)
        assert (there is None) == (back is None)
        if there:
            assert known in candidates(name, [*more, known])


def permuted(name: str) -> list[str]:
    return ["-".join(words) for words in permutations(name.split("-"))]


@SETTINGS
@given(st.text(max_size=80), st.lists(st.text(st.characters(exclude_characters="\n"), max_size=20), max_size=5))
def test_no_text_breaks_it(name: str, names: list[str]) -> None:
    alike(name.replace("\n", ""), names)
    list(check_name(name.replace("\n", ""), "place", Names(names, names, names, frozenset(names))))


@pytest.mark.parametrize("name", ["a" * 64, "a-" * 31 + "a", "-".join(["rn"] * 21), "1l" * 32, "hello", "ab", "code"])
def test_only_few_of_very_many_names_are_compared(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(7)
    syllables = [a + b for a in "bcdfghklmnprstvw" for b in "aeiou"]
    word = ["".join(rng.choices(syllables, k=rng.choice((1, 2, 2, 3)))) for _ in range(3000)]
    names = ["-".join(rng.choices(word, k=rng.choice((1, 2, 2, 3)))) for _ in range(100_000)]
    compared = []
    monkeypatch.setattr(module, "likeness", lambda name, other: compared.append(other))
    alike(name, names)
    assert len(compared) <= 1500


# --- the checks ---


@pytest.mark.parametrize("code", EXAMPLES)
def test_examples(code: str) -> None:
    passes, fails = EXAMPLES[code]
    assert list(check(passes)) == []
    found = list(check(fails))
    assert codes(found) == [code]
    assert all(problem.path == "pack" and problem.message and problem.help for problem in found)


def test_every_rule_of_names_has_its_example() -> None:
    from packyard.rules.texts import naming

    assert {each.code for each in naming.RULES if each.adjustable} == set(EXAMPLES)
    assert isinstance(EXAMPLES["name-same"][0], Candidate)
    outcomes = {code: rule(code).outcome for code in EXAMPLES}
    assert outcomes == {
        "name-reserved": "block",
        "name-device": "block",
        "name-same": "block",
        "name-similar": "review",
        "name-scope": "review",
    }


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_reserved_words(name: str) -> None:
    assert len(RESERVED) == 52 + 9
    assert codes(check_name(name, "", Names())) == ["name-reserved"]
    assert codes(check_handle(name, "", Names())) == ["name-reserved"]
    assert codes(check_org(name, "", Names())) == ["name-reserved"]
    assert list(check_name(f"@acme/{name}", "", Names(orgs=["acme"]))) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("stdlib", "name-reserved"),
        ("std-tools", "name-reserved"),
        ("standard-tools", ""),
        ("0penai", "name-reserved"),
        ("open-ai", "name-reserved"),
        ("anthr0pic", "name-reserved"),
        ("antropic", "name-similar"),
        ("cladue", "name-similar"),
        ("githubb", "name-similar"),
        ("claude-official", "name-similar"),
        ("github-team", "name-similar"),
        ("claude-memory", ""),
        ("cursor-rules", ""),
        ("github-actions", ""),
        ("initech", "name-reserved"),
        ("in1tech", "name-reserved"),
        ("inittech", "name-similar"),
        ("simple", ""),
        ("research", ""),
        ("con", "name-device"),
        ("lpt1", "name-device"),
        ("@acme/nul", "name-device"),
        ("@aux/hello", "name-device"),
        ("@0penai/hello", "name-reserved"),
        ("@openai/hello", "name-reserved"),
        ("console", ""),
        ("com10", ""),
    ],
)
def test_reserved_names_and_what_is_like_them(name: str, code: str) -> None:
    known = Names(orgs=["acme"], reserved=frozenset(["initech"]))
    assert codes(check_name(name, "", known)) == ([code] if code else [])


def test_ones_own_names_are_no_obstacle() -> None:
    known = Names(packs=["hello", "mypack"], orgs=["acme"], handles=["alice"])
    assert codes(check_name("helo", "", known)) == ["name-similar"]
    own = known._replace(same_owner=lambda name: name in ("hello", "mypack"), same_party=lambda _name: True)
    for name in ("helo", "my-pack", "acme-tools"):
        assert list(check_name(name, "", own)) == []
    assert list(check_org("alice", "", own)) == []
    assert list(check_handle("acme", "", own)) == []


def test_owners_are_asked_about_what_is_alike_only() -> None:
    asked: list[str] = []

    def ask(name: str) -> bool:
        asked.append(name)
        return False

    packs = ["hello", "other", "@acme/helo", *(f"pack-number-{number}" for number in range(99))]
    known = Names(packs, orgs=["acme", "northquay"], same_owner=ask, same_party=ask)
    list(check_name("helo", "", known))
    list(check_name("acme-things", "", known))
    assert asked == ["hello", "@acme"]


def test_many_look_alikes_are_told_by_the_closest() -> None:
    packs = [f"hell{letter}" for letter in "abcdefghij"]
    assert codes(check_name("hello", "", Names(packs))) == ["name-similar"] * 5


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("northquay", ["name-scope"]),
        ("n0rthquay", ["name-scope"]),
        ("north-quay", ["name-scope"]),
        ("northquay-on-call", ["name-scope"]),
        ("n0rthquay-on-call", ["name-scope"]),
        ("north-quay-on-call", ["name-scope"]),
        ("nortquay-on-call", ["name-scope"]),
        ("northquaytools", ["name-scope"]),
        ("northquays", ["name-scope"]),
        ("reactive-forms", []),
        ("react-forms", ["name-scope"]),
        ("south-bank", []),
        ("on-call", []),
        ("on-call-northern", []),
        ("@northquay/anything", []),
        ("@northquay/hello", []),
        ("@n0rthquay/anything", ["name-same"]),
        ("@north-quay/on-call", ["name-same"]),
        ("@nortquay/on-call", ["name-similar"]),
        ("@alicce/hello", ["name-scope"]),
        ("@southquai/on-call", ["name-scope"]),
        ("@southquai/oncall", ["name-scope"]),
        ("@southquai/something-else", []),
    ],
)
def test_whose_a_name_seems_to_be(name: str, expected: list[str]) -> None:
    known = Names(
        packs=["hello", "@northquay/on-call", "@southquay/on-call"],
        handles=["alice"],
        orgs=["northquay", "react", "southquay", "southquai", "alicce"],
    )
    assert codes(check_name(name, "", known))[:1] == expected


def test_publishers_and_organisations() -> None:
    known = Names(packs=["hello", "@acme/hello"], handles=["alice", "robert"], orgs=["acme", "northquay"])
    assert codes(check_handle("al1ce", "", known)) == ["name-same"]
    assert codes(check_handle("robbert", "", known)) == ["name-similar"]
    assert codes(check_handle("northquay", "", known)) == ["name-scope"]
    assert codes(check_handle("north-quay", "", known)) == ["name-scope"]
    assert codes(check_handle("carol", "", known)) == []
    assert codes(check_org("north-quay", "", known)) == ["name-same"]
    assert codes(check_org("nortquay", "", known)) == ["name-similar"]
    assert codes(check_org("alice", "", known)) == ["name-scope"]
    assert codes(check_org("hello", "", known)) == ["name-scope"]
    assert codes(check_org("con", "", known)) == ["name-device"]
    assert codes(check_org("initrode", "", known)) == []


def test_the_sample_packs_stand_beside_each_other() -> None:
    source = Path(__file__).resolve().parents[2] / "registry-src"
    known = read_names(DiskSource(source), "")
    assert len(known.packs) > 20
    for name in known.packs:
        assert list(check_name(name, "", known)) == []
    for handle in known.handles:
        assert list(check_handle(handle, "", known)) == []
    for org in known.orgs:
        assert list(check_org(org, "", known)) == []


# --- reading ---


def test_parse_reserved() -> None:
    assert parse_reserved(b"") == frozenset()
    assert parse_reserved(b"# ours\n\n initech \ninitrode # a brand\r\n") == {"initech", "initrode"}
    with pytest.raises(FormatError) as caught:
        parse_reserved(b"initech\nNot One\nok-one\n\xff\n")
    assert [(each.code, each.line) for each in errors_of(caught.value)] == [("name-invalid", 2), ("name-invalid", 4)]
    with pytest.raises(FormatError) as caught:
        parse_reserved(b"\n" * 1_000_001)
    assert caught.value.code == "too-large"


def test_famous_names_are_reserved() -> None:
    assert FAMOUS < RESERVED
    assert all(parse_name(name) for name in RESERVED)


class Trees:
    """A source of folders in memory."""

    def __init__(self, paths: dict[str, bytes]) -> None:
        self.paths = paths

    def tree(self, oid: str) -> tuple[Entry, ...]:
        inside = [
            path.removeprefix(f"{oid}/" if oid else "")
            for path in self.paths
            if path.startswith(f"{oid}/" if oid else "")
        ]
        names = {path.partition("/")[0]: "/" in path for path in sorted(inside)}
        return tuple(
            Entry(name, 0o040000 if folder else 0o100644, f"{oid}/{name}" if oid else name)
            for name, folder in names.items()
        )

    def blob(self, oid: str, limit: int) -> bytes:
        return self.paths[oid][: limit + 1]


def test_read_names() -> None:
    paths = [
        "packs/he/hello/1.0.0/pack.json",
        "packs/@acme/tools/1.0.0/pack.json",
        "packs/he/Bad_Name/1.0.0/pack.json",
        "packs/stray",
        "publishers/alice.yaml",
        "publishers/alice.yaml.minisig",
        "orgs/acme.yaml",
        "orgs/acme.yaml.alice.minisig",
    ]
    known = read_names(Trees({**dict.fromkeys(paths, b""), "reserved-names.txt": b"initech\n"}), "")
    assert known[:4] == (("@acme/tools", "hello"), ("alice",), ("acme",), frozenset(["initech"]))
    assert read_names(Trees({"registry.yaml": b""}), "")[:4] == ((), (), (), frozenset())
