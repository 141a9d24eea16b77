"""Words that honest names are made of although they look like other words: `text` beside `test`, `redact` beside
`react`.

Where two names differ in one word, and both words stand here, they mean two things and are no slip of the other. The
list holds everyday words of programming that are one edit away from another one, and the short ones, where every edit
gives another.
"""

from __future__ import annotations


def split_words(text: str) -> frozenset[str]:
    """The words of a text, such as a table of this package."""
    return frozenset(text.split())


WORDS = split_words(
    """
    accent access adapt adept adopt affect agent alert alter analyses analysis android angel angle apache apple apply
    arch archive area arena arg args array assert asserts asset async atom audio audit auth author auto back bank bar
    bare base based bash basic basis batch bazel beam bean bear beat benchmark bert best beta bind bing black blank
    blend blind blob block blog blue board boat book boot bot both bound box brace brain branch brand bread break brick
    bridge brief bright bring browse browser build built bulk bump bun bundle burn bus bytes cache call calls camera
    card care cart case cases cash cast cell chain chair change channel char chart charts chat check chef child chip
    choose chore chrome circle clean clear click client climb clone close cloud club clue coast coat code codec coder
    codes coin cold collect color comma command comment commit common compact company compare compile compiler complex
    compose composer compute computer concept conda condo conf config connect consent consist console constant contact
    content contest context contract contrast control convert cook cookie cool copy core corn cors cost count counter
    court cover craft crate create creates cron crop cross crowd crypto cube curl cursor custom customer cut cycle dark
    dash dask data date dates datum dead deal debt deck decode decoder deep defer define delta demo dense deploy depth
    derive desert design desk detect detector device devise dial dice dict diff direct dirt disk dispatch dist dive dock
    docker docs docx dog done door dose dot double down draft drag draw dream drift drive driver drop drug dry dual dump
    dust duty early easy edge edit editor effect elect element email embed ember emit emotion empty encode encoder end
    engine engines ensure entity entry enum epic epoch equal erase error errors eslint estate event events every exact
    exam excel except expect expert explore explorer export exporter extend extent extern fable fabric face fact factor
    factory fail fair fake fall false farm farmer fast fault feather feature feed feel fence fetch field file files fill
    film filter final find fine fire firm fish fit five fix fixed fixture flag flash flask flat fleet flex flight flip
    float flood floor flow fluent fluid flux fold folder font food foot force forge fork form format former forum found
    frame free freeze fresh from front fuel full fun fund funnel fuse fuzz game games gate gear general generate genetic
    ghost gift git give glass glob global globe glue gmail goal goat gold golden good grade gradle grape graph graphs
    grasp grass gray great green grep grid grind grip group grow guard guide guild gulp habit hand handle hapi hard hash
    hatch hate head header heading health heap hear heart heat heavy help hero hide high hint history hive hold hole
    home hook hooks hope horse host hot hotel hour house html htmx http https hub huge human hunt hybrid hyper icon idea
    image impact import importer impose include index infer info inform ingest init inline inner input insert inspect
    instance instant integration intel intent inter interactive intern internal interval invoke iron island issue item
    japanese javanese jest jinja join joint journal journey judge jump junit just kafka karma keep kernel key kind king
    kit know kube lab label labs lack lake lamp land lane large lark last later latex launch layer layout lazy lead leaf
    lean learn lease least leave legacy legal lens less letter level lever lib libs license life lift light like limit
    line liner lines link linker links lint linter lion list lists lite literal live liver llama load loader local
    locale lock locker log logger logic login logo logs long look loom loop lose loss lost love lower luck lunch macro
    magic mail main maintain major make maker male mall manage manager manual many map maps march mark marker market
    mask mass massage master match matcher material math mats matter mayor mean means meat media medic medical meet melt
    memo memory mental menu mercy merge merger mesh mess message messaging meta metal meter method metric metrics micro
    microservices middle midi might mile milk mime mind mine mini minor mint mirror miss mission mist mobile mock modal
    mode model models modem modern modes module monad money mongo monitor monk monkey mono month mood moon more most
    motion motor mount mouse move movie mssql music must mutation mute mysql nail name named names napi native nature
    navigate near neck need nest nested nestjs net network neural never new news next nextjs nice night nine node nodes
    noise normal nose note notes notice notion novel null numb number nurse nuxt oauth object observe office offset
    older ollama online only opera operate operation opt option options orange order ordinal organ organic original
    outer output over owner pace pack package packages packer packet pact page pager paint pair pale pane panel panic
    paper parent park parquet parrot parse parser part partial parts party pass past paste patch patent path patient
    pattern patterns pause pay peak pear peer pen people perl permit person pest phase phone photo photon phrase pick
    picker picket pilot pin ping pipe pipeline pitch pivot pixel place plain plan plane planet plans plant plate play
    player plot plug plum plus pocket poem poet point points polar poll polo pool poor pop port portal pose post postal
    pot pound power preact predict prefix prepare present preserve preset press pretty prevent preview price pride
    primary prime primer print prior prism prisma privacy private prize pro probe process processor product production
    products profile profiler profit program progress project projects prompt prompts proof prop proper property
    proposal prose protect proto protocol prove provide provider proxy prune public publish pull pulp pulse pump punch
    pure purge push python pytorch quality query queue quick quiet quilt quit quite quota quote race rack radar radio
    rails rain raise range rank rapid rate rates ratio raw ray reach react reactive reactor read reader readers ready
    real reality realm rear reason rebase receipt recipe recipes record recorder recover red redact redis reduce
    refactor refer reference refine regex region register registry regular reject relate relation relax relay release
    relevant relief reload remote remove render rent repair repeat replace replay reply repo report reporter request
    require reserve reset reside resolve resort resource rest restore result resume retail retain retry return reuse
    reveal reverse review revise reward rice rich ride right ring rise risk river road robot robust rock rocket role
    roll rolls roof room root rope rose rotate rough round route router routes row rows ruby rude rule rules run rural
    rush rust rusty safe safety sage sail sake sale sales salt same saml sample sand sanity sass save scala scale scan
    scene schema scheme science scope score scrape scraper scratch screen script scroll scrub seal search season seat
    second secret secrets section sector secure see seed seek select selector self sell send sender sense sensor sentry
    serial series serve server service services session set setting settle setup shade shadow shallow shape shard share
    shared sharp sheep sheet shelf shell shift shim ship shoe shop shore short shot show side sight sign signal silent
    simple since single sink site sites size skeleton sketch skill skin skip slack slate sleep slice slick slide slider
    slim slip slot slow small smart smell smoke smooth snack snake snap soap social sock socket soft solar sole solid
    solo solve sonar song soon sort soul sound soup source sources space spacy spam span spark sparse spawn speak spec
    speech speed spell spend spice spider spike spill spilt spin spine spirit split spoke sport spot spread spring
    sprint square stable stack staff stage stake stale stamp stand standard star start state states static station stats
    statsd status stay steal steam steel stem step steps stereo stick still stock stone stop store stories storm story
    strange strap strategy stream street stress strict string strip stripe strong struct structure studio study style
    styled styles suit suite sum summary super supply support sure surface survey swap sweep sweet swift switch sync
    syntax synthesis system systems table tables tablet tabs tag tags tail tailor taken tale talk tall tank tape target
    task tasks taste tax teach team tech tell template temporal ten tenant tensor term terms terse test tester testing
    tests text texting thank theme then theory there thing think thread threat three throw ticket tide tier tiger tight
    tile time timer times tiny tip title token tokens toml tonic tool tools toolset tooltip top topic torch total touch
    tour tower town trace tracer traces tracing track tracker trade trader trading traffic trail train trainer training
    trait transcript transfer transform transit translate transport trap travel treat tree trees trend trial tribe trick
    trie trigger trim trip triple trust truth tslint tube tuning tunnel turn turning tutor twin twist two type typed
    types typo ultra under undo union unique unit units unity update updates upgrade upload upper usage use user users
    utility utils valid validate value values valve vapor variable vault vector vendor verify version vertex vertical
    vibe video view viewer views virtual virus visible vision visit visual vite vitest voice volt volume vote wait wake
    walk wall want ware warm warmer warn warp wash waste watch watcher water wave way weak wear weather web weight well
    west wheel where while white whole wide width wiki wild win wind window wine wing wire wise wish with wizard woman
    wonder wood word words work worker works world worth wrap write writer writing wrong xarray yard yarn year yellow
    yield zero zone zoom

    abi ace acl act ad adb add admin ads ai aks all alt amd an and any aof api app apps apt ar arc arm art as asp ast at
    aws az be bin bit bsd bt by ca cap car cat cd cdk cdn ce cfg ci cl cli cm cmd cms co con cpp cpu cra crm cs csp css
    csv dag db dbt dc de dev dir django dl dna dns do doc dom dp ds dsl ec eda edi eks elk elm em en env era erd erp es
    esm et eth etl ev ex fax fe fp fs ftp gas gcc gcp gem gif gin gis gke go gpg gps gpt gpu grpc gui gwt gym had has
    hex hip hr id ide ids ie if im in ink io ios iot ip is iso it its ja jar jax jit job jpg js jsp jsx jwt ko kpi kr
    law lb lit llm lm lot low lru lsp lua mac man max mcp md mdx med men met mid min mix ml mlx mnt mod mq ms mui mvc
    mvp my nav nft nix nlp no not now npm nx oci ocr odd of off oft old on one op ops or org orm os out own pc pdf per
    pg php pip pkg pl png pod pr pre ps psd pub put pwa py qa qr rag ram rb rds re ref rem rep res rf rfc rl rn rna ros
    rpc rpm rs rsa rss rx sam sap sas say sbt sdk sea sec seo sh sim sip sir six sms sns so soc sop sow spa sql sqs sre
    ssd sse ssg ssh ssl sso ssr st std sub sun sup svg svn tab tap tar tcp tdd tex tf the tls to toc too tor toy trx ts
    tsx ttl tui tv txt ui uk ulid un up uri url us usb utf ux var vat vba vim vm vpc vpn vps vr vs vue wan war was we
    who why wms wp ws xls xml xss xtc yes yml you zen zig zip zod zoo zsh
    """
)
