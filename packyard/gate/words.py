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
    access accent adapt adept adopt agent alert alter analyses analysis android angle angel apache apply apple arch
    archive area arena arg args array asset asserts assert async atom audio audit auth author auto back bank bar bare
    base based bash basic basis batch bazel beam bean bear beat benchmark bert best beta bind bing black blank blend
    blind block blog blob blue board boat book boot bot both bound box brace brain branch brand break bread brick
    bridge brief bright bring browse browser build built bulk bump bun bundle burn bus bytes cache call calls camera
    card care cart case cases cash cast cell change chain chair channel char chart charts chat check chef child chip
    choose chore chrome circle clean clear click client climb clone close cloud club clue coast coat code codec coder
    codes coin cold collect color comma command comment commit common compact company compare compile compiler
    complex compose composer compute computer concept conda condo conf config connect consent consist console
    constant content contact contest context contract contrast control convert cook cookie cool copy core corn cors
    cost count counter court cover craft crate create creates cron crop cross crowd crypto cube curl cursor custom
    customer cut cycle dark dash dask data date dates datum dead deal debt deck decode decoder deep defer define
    delta demo dense deploy depth derive desert design desk detect detector device devise dial dice dict diff direct
    dirt disk dispatch dist dive dock docker docs docx dog door dose dot double down draft drag draw dream drift drive
    driver drop drug dry dual dump dust duty early easy edge edit editor effect affect elect element email embed ember
    emit emotion empty encode encoder end engine engines ensure entity entry enum epic epoch equal error errors erase
    eslint tslint estate event events every exact exam excel except expect expert export explore explorer exporter
    extend extent extern fable fabric face fact factor factory fail fair fake fall false farm fast fault feather
    feature feed feel fetch fence field file files fill film filter final find fine fire firm fish fit five fix fixed
    fixture flag flash flask flat fleet flex flight flip float flood floor flow fluent fluid flux fold folder font
    food foot force forge fork form format former forum found frame free freeze fresh from front fuel full fun fund
    funnel fuse fuzz game games gate gear general generate genetic ghost gift git give glass glob global globe glue
    gmail goal goat gold golden good grade gradle graph graphs grasp grass gray great green grid grep grind grip group
    grow guard guide guild gulp habit hand handle hapi hard hash hatch hate head header heading health heap hear heart
    heat heavy help hero hide high hint history hive hold hole home hook hooks hope host hot hotel hour house html
    htmx http https hub huge human hunt hybrid hyper icon idea image impact import importer impose include index infer
    info inform ingest init inline inner input insert inspect instance instant integration intel intent inter
    interactive intern internal interval invoke iron island issue item jest jinja join joint journal journey judge
    jump junit just kafka karma keep kernel key kind king kit know kube lab label labs lack lake lamp land lane lark
    large last latex later launch layer layout lazy lead leaf lean learn lease least leave legacy legal lens less
    letter level lever lib libs license life lift light like limit line liner lines link linker links lint linter
    lion list lists lite literal live liver load loader local locale lock locker log logger logic login logo logs
    long look loom loop lose loss lost love lower luck lunch macro magic mail main maintain make maker male mall
    manage manager manual many map maps march mark marker market mask mass massage master match matcher material math
    mats matter mean means meat media medical meet melt memo memory mental menu mercy merge merger mesh mess message
    messaging meta metal meter method metric metrics micro microservices middle midi might mile milk mime mind mine
    mini minor mint mirror miss mission mist mobile mock modal mode model models modem modern modes module monad money
    mongo monitor monk monkey mono month mood moon more most motion motor mount mouse move movie mutation music must
    mute mysql mssql nail name named names napi native nature navigate near neck need nest nested nestjs net network
    neural never new news next nextjs nice night nine node nodes noise normal nose note notes notice notion novel null
    numb number nurse nuxt oauth object observe office offset ollama llama online only opera operate operation opt
    option options orange order ordinal organ organic original outer output over owner pace pack package packages
    packer packet pact page pager paint pair pale pane panel panic paper parent park parquet parrot parse parser part
    partial parts party pass past paste patch patent path patient pattern patterns pause pay peak pear peer pen people
    perl permit person pest phase phone photo photon phrase pick picker picket pilot pin ping pipe pipeline pitch pivot
    pixel place plain plan plane planet plans plant plate play player plot plug plum plus pocket poem poet point
    points poll polar polo pool poor pop port portal pose post postal pot pound power preact predict prefix prepare
    present preserve preset press pretty prevent preview price pride primary prime primer print prior prism prisma
    privacy private prize pro probe process processor product production profile profiler profit program progress
    project projects products prompt prompts proof prop proper property proposal prose protect protocol proto prove
    provide provider proxy prune public publish pull pulp pulse pump punch pure purge push python pytorch quality
    query queue quick quiet quilt quit quite quote quota race rack radar radio rails rain raise range rank rapid rate
    rates ratio raw ray reach react reactive reactor read reader readers ready real reality realm rear reason rebase
    receipt recipe recipes record recover recorder red redact redis reduce refer refactor reference refine region
    regex register registry regular reject relate relation relax relay release relevant relief reload remote remove
    render rent reply repair repeat replay replace repo report reporter request require reserve reset reside resolve
    resort resource rest restore result resume retail retain retry return reuse reveal reverse review revise reward
    rice rich ride right ring rise risk river road robot robust rock rocket role roll rolls roof room root rope rose
    rotate rough round route router routes row rows rude rule rules run rural rush rust ruby rusty safe safety sage
    sail sake sale sales salt same saml sample sand sanity sass save scala scale scan scene schema scheme science
    scope score scrape scraper scratch screen script scroll scrub seal search season seat second secret secrets
    section sector secure see seed seek select selector self sell send sender sense sensor sentry series serial serve
    server service services session set setup setting settle shade shadow shallow shape shard share shared sharp sheet
    shelf shell shift shim ship shoe shop shore short shot show side sign signal silent simple since single sink site
    sites size skeleton sketch skill skin skip slack slate sleep slice slick slide slider slim slip slot slow small
    smart smell smoke smooth snack snake snap soap social sock socket soft solar sole solid solo solve song sonar soon
    sort soul sound soup source sources space spacy spam span spark sparse spawn speak spec speech speed spell spend
    spider spike spin spine spirit split sport spot spread spring sprint square stack staff stage stake stale stamp
    stand standard star start state states static station stats statsd status stay steal steam steel stem step steps
    stereo stick still stock stone stop store stories storm story strange strap strategy stream street stress strict
    string strip stripe strong struct structure studio study style styled styles suit suite sum summary super supply
    support sure surface survey swap sweep sweet swift switch sync syntax synthesis system systems table tables tabs
    tag tags tail tailor tale talk tall tank tape target task tasks taste tax teach team tech tell template temporal
    ten tenant tensor term terms terse test tester testing texting tests text thank theme then theory there thing
    think thread three threat throw ticket tide tier tight tile time timer times tiny tip title token tokens toml tool
    tools toolset tooltip top topic torch total touch tour tower town trace tracer traces tracing track tracker trade
    trader trading traffic trail train trainer training trait transcript transfer transform transit translate
    transport trap travel treat tree trees trend trial tribe trick trie trigger trim trip triple trust truth tube
    tuning tunnel turn tutor twin twist two type typed types typo ultra under undo union unique unit units unity update
    updates upgrade upload upper usage use user users utils utility valid validate value values vapor variable vault
    vector verify version vendor vertical vertex vibe video view viewer views virtual virus visible vision visit
    visual vite vitest voice volt volume vote wait wake walk wall want ware warm warn warp wash waste watch watcher
    water wave way weak wear weather web weight well west wheel where while white whole wide width wiki wild win wind
    window wine wing wire wise wish with wizard woman wonder wood word words work worker works world worth wrap write
    writer writing wrong xarray yard yarn year yellow yield zero zone zoom

    abi ace acl act ad adb add admin ads ai aks all alt amd an and any aof api app apps apt ar arc arm art as asp ast
    at aws az bar be bin bit blob bot box bsd bt bun bus by ca cap car cat cd cdk cdn ce cfg ci cl cli cm cms cmd co
    con cpp cpu cra crm cs csp css csv cut dag db dbt dc de dev dir django dl dns do doc dom dot dp dry ds dsl eks ec
    eda edi elk elm em en end env era erd erp es esm et etl eth ev ex fax fe fp fs ftp fun gas gcc gcp gem gin gis
    git gif gke go gpg gps gpt gpu grpc gui gwt gym had has hex hip hot hr hub ide id ids if ie im in ink io ios iot
    ip is iso it its ja jar jax jit job jpg js jsp jsx jwt key kit ko kpi kr lab law lb lib lit llm lm log lot low
    lru lsp lua mac man map max mcp md mdx med men met mid min mix ml mlx mnt mod mq ms mui mvc mvp my nav net new nft
    nix nlp no node not now npm nx oci ocr odd of off oft old on one op ops opt or org orm os out own pay pc pdf pen
    per pg php pin pip pkg pl png pod pop pr pre pro ps psd pub put pwa py qa qr rag ram raw ray rb re rds red ref rem
    rep res rf rfc rl rn rna dna ros row rpc rpm rs rsa rss run rx sam sap sas say sbt sdk sea sec see seo set sh sim
    sip sir six sms sns so soc sop sow spa sql sqs sre ssd sse ssg ssh ssl sso ssr st std sub sum sun sup svg svn tab
    tag tap tar tax tcp tdd tex tf the tip tls to toc too top tor toy trx ts tsx ttl tui tv two txt ui uk ulid un up
    uri url us usb use utf ux var vat vba vim vm vpc vpn vps vr vs vue wan war was way we web who why wms wp ws xls
    xml xss xtc yes yml you zen zig zip zod zoo zsh
    """
)
