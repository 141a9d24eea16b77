"""The vocabulary of synthetic registries: words roughly by how often English technical prose uses them, tags, names.

The order of `WORDS` matters: the sampler gives each word a weight by its rank (Zipf's law). No word here is one that a
secret scanner looks for.
"""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.split()))


_FUNCTION = """
the of to and a in for is that with as on be are this it or by not when from each should use an if at all can
only one any you must before no what your after which has every more into than its they have new but will how
their do other so them was where then there between first same without may still while most both also out does
about up two never always see keep make run read write add check such these those over under until because once
per own just since like through per-file very against less even here been who would could were another next
last either instead during enough almost often rather already together above below within around across
"""

_COMMON = """
code file files test tests change changes function review error errors type data name names value values version
project example module service user system time rule rules line lines branch commit request response state build
result results path paths list query table field fields message case cases default option command commands agent
tool tools model team work behaviour input output call calls return returns class method interface package
dependency pattern structure step steps process release update section document documents documentation comment
comments style format page pages script config setting settings environment variable object array string number
index row rows column columns record records schema database server client endpoint session cache queue worker
job jobs event events handler handlers stream batch task tasks plan plans goal reason cause effect risk limit
limits size memory performance latency throughput load request-path cost budget metric metrics log logs trace
traces alert alerts monitor dashboard report reports summary detail details question answer answers issue issues
problem problems fix fixes bug bugs failure failures retry timeout fallback recovery migration rollback deployment
pipeline stage stages container image cluster node nodes network host region zone gateway proxy route routes
header headers body payload parameter parameters argument arguments flag flags context scope feature features
contract boundary layer layers domain entity repository adapter factory component components view views render
layout theme colour font icon button form modal menu link links label labels prompt prompts instruction
instructions guideline guidelines checklist convention conventions practice principle principles standard quality
coverage mock fixture assertion snapshot benchmark profile profiles trade-off decision decisions owner reviewer
author maintainer contributor customer product backlog sprint milestone roadmap estimate scenario workflow
"""

_VERBS = """
write run read check prefer avoid ensure explain describe define include exclude create delete remove replace rename
move copy split merge join group sort filter map reduce collect count compare match find search select pick choose
decide ask answer tell show print emit log record store load save fetch send receive accept reject refuse allow
deny require expect assume assert verify validate confirm prove measure profile tune optimise improve simplify
refactor extract inline wrap unwrap parse format encode decode compress expand hash sign open close start stop
pause resume retry skip continue break fail pass raise catch handle ignore report warn notify escalate document
annotate mention quote cite link reference follow lead own assign schedule plan estimate design sketch draft review
approve publish ship deploy release upgrade downgrade pin lock unlock migrate backfill restore recover rebuild
reset revert apply commit push pull clone fork tag branch rebase squash inspect trace debug reproduce isolate
bisect narrow widen limit bound cap throttle batch stream buffer flush drain poll subscribe listen watch observe
monitor sample aggregate summarise highlight rank score weigh balance distribute partition shard replicate sync
normalise denormalise serialise configure enable disable toggle inject register resolve bind mount unmount attach
detach expose hide protect guard restrict grant revoke rotate audit clean prune archive expire evict warm cool
scale shrink grow adapt extend override inherit compose delegate dispatch route forward redirect rewrite translate
convert cast coerce round truncate pad align indent wrap-up capitalise escape sanitise strip trim append prepend
insert update upsert patch mutate freeze thaw clone-and-edit visit walk traverse descend climb iterate recurse
"""

_ADJECTIVES = """
small large simple complex clear short long good better best bad worse common rare public private internal external
local remote global shared single double empty full complete partial valid invalid correct wrong explicit implicit
strict loose strong weak safe unsafe stable unstable fast slow cheap expensive early late old recent current
previous final optional required mandatory manual automatic static dynamic mutable immutable pure idempotent
atomic concurrent parallel sequential synchronous asynchronous blocking nested flat deep shallow sparse dense
unique duplicate missing unknown known expected unexpected actual possible impossible likely unlikely critical
severe minor major medium high low normal typical special generic specific concrete abstract legacy modern
portable readable writable testable maintainable reliable robust brittle fragile flaky deterministic random
consistent inconsistent coherent separate independent dependent related similar different identical equal
relative absolute logical physical virtual native foreign primary secondary temporary permanent persistent
transient ephemeral durable available reachable responsive accessible visible hidden active inactive idle busy
stale fresh cached raw plain rich structured unstructured typed untyped signed unsigned named anonymous ordered
unordered sorted linear quadratic constant bounded unbounded finite lazy eager greedy minimal maximal useful
useless obvious subtle noisy quiet verbose terse precise vague accurate approximate rough exact whole entire
"""

_NOUNS = """
abstraction access account action activity actor address administrator aggregate agreement algorithm alias
allocation analysis analyst anchor anomaly appendix application approach approval archive area artifact aspect
asset attempt attribute audience audit authority backend backoff background backup bandwidth bar base baseline
basis batch-size bean bench binary bit block board body-text boolean bottleneck box breakpoint bridge browser bucket
buffer bulk bundle bus business byte callback campaign candidate capability capacity card caret carrier catalogue
category chain channel chapter character chart child choice chunk circle circuit clause cleanup clock clone closure
cloud cohort collection collision combination compiler compliance composition concept concern concurrency condition
conflict connection connector consensus consequence consistency console constraint consumer content controller
conversion cookie core corner correctness counter country coupling course crash criterion cron culture currency
cursor curve cycle daemon datum date deadline deadlock debt declaration decorator default-value defect definition
degree delay delivery delta demand density department deployment-unit depth derivation description descriptor
destination developer deviation device diagram dialect dictionary diff difference digest dimension direction
directive directory discipline discount discovery discussion disk distance distribution division document-root
downtime draft driver drift duplication duration edge edition editor effort element embedding emphasis encoder
encoding engine engineer entry enum epoch equality evidence examination exception exchange execution executor
exercise existence exit expansion experiment expert explanation export exposure expression extension extent facet
fact factor family fault feedback fence figure finding fingerprint firewall fixture-set flow focus folder
footprint force forecast form-field foundation fraction fragment frame framework frequency friction front frontend
fuzzing gain gap gate generator glossary grammar granularity graph grid ground growth guarantee guard guest guide
habit half handle handshake harness hazard heading heap height helper heuristic hierarchy hint history hook
horizon hour hypothesis idea identifier identity idiom impact implementation import improvement incident increment
indentation independence indicator inference information infrastructure ingress inheritance initiative input-set
inspection installation instance integer integration integrity intent interaction interval introduction invariant
inventory inversion invocation isolation item iteration iterator join-point journal journey judgement junction
kernel keyboard keyword kind kit knowledge lag lambda landmark language lapse latch launch ledger lesson letter
level leverage library licence lifecycle lifetime limitation linter listener listing literal load-test locale
location locking locking-order logic loop machine macro mailbox maintenance majority manager manifest manner margin
mark market markup marker mask master-plan material matrix maturity maximum meaning measure measurement mechanism
medium-term meeting member mesh metadata middleware minimum minute mirror mistake mode moment month motion motive
mutation namespace navigation need neighbour nesting notation note notebook notice notion null object-graph objection
observation observer obstacle occurrence offset omission operation operator opinion opportunity orchestration order
ordering organisation origin outage outcome outline overhead overlap overview owner-file pace pair panel paragraph
parent parity parser part participant partition party patch peak peer penalty percentile perimeter period
permission person persona phase phrase picture piece pipe pitfall pixel place placeholder placement platform plugin
point pointer policy pool port portion position postcondition postmortem precedence precision precondition predicate
preference prefix premise preparation presence presentation pressure price priority privilege probability probe
procedure producer production profession profiler program progress projection promise promotion proof property
proposal protocol prototype provenance provider provision purpose quantity quarter quota race radius range rate
ratio reader readiness reality reasoning receipt recipe recipient recommendation reconciliation redundancy
reference refinement regime register registry regression relation relationship relevance reliability remainder
remark reminder renderer replacement replica replication reply representation reproduction requirement research
reservation resilience resolution resolver resource respect responsibility rest retention retrieval retrospective
return-type revenue revision reward role root round-trip routine runbook runtime safety sample sandbox saving
scaffold scale schedule scheduler scope-creep score screen seam search second segment segmentation selection
selector semantics sender sense sentence separation sequence serialisation series shape shard share shell shift
shortcut side signal signature significance silence similarity site situation sketch skill slice slot smoke
snippet socket solution sort-order source space span spec specification speed spike spot spread stack staff
stakeholder stand-up statement station statistic status storage store story strategy strength stress stride strip
stub subject subscriber subset substitute success suffix suggestion suite supervisor supply support surface surplus
survey switch symbol symptom syntax synthesis tail target taxonomy technique technology template tenant term
terminal terminology text thread threshold threat ticket tier timeline timer timestamp title tooling topic topology
total track traffic training transaction transfer transform transformation transition translation transport trap
treatment tree trend trial trigger triple truth tuple turn tutorial unit universe upgrade upload uptime usage
utility vacuum validation validator variance variant vendor verdict version-bump vertex view-model viewport
violation visibility vision visitor vocabulary volume warning waste watch watcher wave week weight wiring window
word workaround workload workspace wrapper writer year yield
"""

_EXTRA = """
accounting billing booking cart checkout courier delivery-note depot email fleet forum gallery garden grocery
harbour hospital hotel invoice kitchen laboratory lecture lending library-card loan lodging loyalty mail-room
mortgage museum music newsletter nursery office orchard parcel patient payroll pharmacy photo playlist podcast
postage pricing pupil purchase railway rainfall receipt-line recipe-book refund rental restaurant roster sales
satellite school sensor shipment shop shopping sports stock-room student subscription supplier surgery tariff tax
teacher thermostat ticketing timetable tournament trading train transcript travel treasury tuition turbine vehicle
venue voucher warehouse weather workshop yard
"""

#: Every word once, the commonest first.
WORDS = _words(_FUNCTION + _COMMON + _VERBS + _ADJECTIVES + _NOUNS + _EXTRA)

#: First parts of pack names.
STEMS = tuple(word for word in _words(_COMMON + _NOUNS + _EXTRA) if word.isalpha() and 3 <= len(word) <= 10)

#: Last parts of pack names.
ENDINGS = _words(
    """
    rules guide review helper kit craft tools style checks flow notes agent coach lint guard pilot recipes basics
    patterns prompts commands skills setup audit tests docs starter toolbox companion standards playbook assistant
    """
)

#: Middle parts, for registries with more packs than stems and endings can name.
MIDDLES = _words("team web cloud data fast plain strict daily open deep light solid home field north south east west")

TAGS = _words(
    """
    python typescript javascript react testing security rust go java docker kubernetes git database sql frontend
    backend api documentation code-review refactoring performance nodejs nextjs vue svelte angular css tailwind
    html accessibility ci-cd devops terraform aws azure gcp linux bash powershell ruby rails php laravel django
    flask fastapi spring kotlin swift ios android mobile flutter dart csharp dotnet cpp c-language zig elixir
    erlang haskell ocaml scala clojure lua perl r-language julia matlab data-science machine-learning llm agents
    prompts rag embeddings mlops etl spark airflow dbt kafka rabbitmq redis postgres mysql sqlite mongodb graphql
    rest grpc websocket oauth observability logging tracing metrics monitoring incident-response architecture
    microservices monorepo bazel cmake makefile packaging release changelog localization seo analytics ux design
    figma game-dev unity unreal embedded arduino robotics blockchain finance legal marketing writing productivity
    """
)

TARGETS = _words(
    """
    cursor claudecode codexcli opencode copilot geminicli cline windsurf kilo roo qwencode kiro factorydroid
    antigravity junie augmentcode warp replit zed mistralvibe
    """
)

LICENSES: tuple[str, ...] = ("MIT", "MIT", "MIT", "Apache-2.0", "Apache-2.0", "BSD-3-Clause", "ISC", "CC0-1.0")

FIRST_NAMES = _words(
    """
    ada alan amina anders anna aroha bela bo carla chen chidi dana diego edda elif emil esra fatima felix freya
    goran hana hiro ida igor ines ivan jana jonas jun kai karim lars leila lena lin luca maja marek maya mei mila
    nadia nils nora oki olga omar otto petra priya rafa rania remy rosa sami sana sofia sven tarik theo tomas uma
    vera viktor wanda yara yusuf zoe
    """
)

SURNAMES = _words(
    """
    abe adler alvarez amsel bach baker banerjee berg bianchi blum castro cohen costa dahl dias duarte eder evans
    falk farah fischer fonseca garcia gruber haas hansen hara hoffman ito jansen jensen kaya keller khan kim
    klein kovacs lang larsen lee lindt lopez maier marino mbeki moreno mori nagy nakamura novak okafor olsen
    park patel pereira peters popov quist rao reyes ricci rossi roth sato schmidt silva singh sokolov sorensen
    tanaka torres ueda varga vogel wagner walker weber winter wolf wong yilmaz young zhang ziegler
    """
)
