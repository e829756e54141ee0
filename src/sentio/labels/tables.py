"""The mapping tables: who decided that gratitude counts as joy.

Written target label first, with the source labels that go to it, because that is how one checks
them. A source label in several lists shares its probability between them; one in no list has no
counterpart and is dropped.
"""


def _table(**groups: str) -> dict[str, dict[str, float]]:
    """`target="source source"` groups turned into source → {target: weight}.

    Python names stand for labels with a hyphen: `positive_other` is `positive-other`.
    """
    table: dict[str, dict[str, float]] = {}
    for target, sources in groups.items():
        for source in sources.split():
            table.setdefault(source, {})[target.replace("_", "-")] = 1.0
    return table


def _with_less(table: dict[str, dict[str, float]], **groups: str) -> dict[str, dict[str, float]]:
    """The table, and groups that get half as much from each of their sources."""
    for source, row in _table(**groups).items():
        table[source] = dict.fromkeys(row, 0.5) | table.get(source, {})
    return table


def _same(*labels: str) -> dict[str, dict[str, float]]:
    return {label: {label: 1.0} for label in labels}


def _without(target: str, table: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """The table without what goes to that label alone."""
    return {source: row for source, row in table.items() if set(row) != {target}}


# Grouping of the GoEmotions release (Demszky et al. 2020, file ekman_mapping), neutral added.
_GOEMOTIONS_EKMAN = _table(
    anger="anger annoyance disapproval",
    disgust="disgust",
    fear="fear nervousness",
    joy="admiration amusement approval caring desire excitement gratitude joy love optimism pride relief",
    sadness="disappointment embarrassment grief remorse sadness",
    surprise="confusion curiosity realization surprise",
    neutral="neutral",
)

# Ours. The Ekman grouping, except that labels which are conversation rather than emotion in spoken
# dialogue (agreeing, asking, noticing) count as neutral; docs/label-spaces.md has the figures.
_GOEMOTIONS_MELD = _table(
    neutral="neutral approval realization curiosity caring desire",
    surprise="surprise confusion",
    fear="fear nervousness",
    sadness="disappointment embarrassment grief remorse sadness",
    joy="admiration amusement excitement gratitude joy love optimism pride relief",
    disgust="disgust",
    anger="anger annoyance disapproval",
)

# Ours. Fear, nervousness and surprise have no class in the subsets and are dropped.
_GOEMOTIONS_IEMOCAP6 = _table(
    happy="admiration amusement gratitude joy love pride relief",
    sad="disappointment embarrassment grief remorse sadness",
    neutral="neutral approval realization curiosity caring desire confusion optimism",
    angry="anger disgust",
    excited="excitement",
    frustrated="annoyance disapproval",
)

# Ours. Peaceful and powerful follow the feeling wheel of Willcox (1982) that EmoryNLP annotates by.
_GOEMOTIONS_EMORYNLP = _table(
    joyful="amusement excitement joy optimism desire surprise",
    mad="anger annoyance disapproval disgust",
    peaceful="caring gratitude love relief",
    neutral="neutral approval realization curiosity",
    sad="disappointment embarrassment grief remorse sadness",
    powerful="admiration pride",
    scared="fear nervousness confusion",
)

# Ours, by meaning; neutral has no situation. What is meant first weighs twice as much as what may be meant besides, so
# that the plainer of two situations comes first (sad before lonely) and every one of them can be reached.
_GOEMOTIONS_EMPATHETIC32 = _with_less(
    _table(
        afraid="fear",
        angry="anger",
        annoyed="annoyance disapproval",
        anticipating="curiosity desire",
        anxious="nervousness",
        apprehensive="nervousness confusion",
        ashamed="embarrassment remorse",
        caring="caring",
        confident="approval pride",
        content="relief joy",
        devastated="grief",
        disappointed="disappointment",
        disgusted="disgust",
        embarrassed="embarrassment",
        excited="excitement",
        furious="anger",
        grateful="gratitude",
        guilty="remorse",
        hopeful="optimism",
        impressed="admiration",
        joyful="joy amusement",
        proud="pride",
        sad="sadness",
        sentimental="love",
        surprised="surprise realization",
        terrified="fear",
        trusting="love approval",
    ),
    anticipating="excitement optimism",
    devastated="sadness",
    faithful="love caring",
    jealous="desire annoyance",
    lonely="sadness",
    nostalgic="love sadness",
    prepared="approval optimism",
    sad="grief",
)

# The GoEmotions release groups labels as positive, negative and ambiguous; ambiguous is neutral here.
_GOEMOTIONS_SENTIMENT3 = _table(
    positive="admiration amusement approval caring desire excitement gratitude joy love optimism pride relief",
    neutral="neutral confusion curiosity realization surprise",
    negative="anger annoyance disappointment disapproval disgust embarrassment fear grief nervousness remorse sadness",
)

_GOEMOTIONS_SENTIMENT2 = _without("neutral", _GOEMOTIONS_SENTIMENT3)

# Ours. CPED's astonished is always a negative emotion (counted on its validation split).
_GOEMOTIONS_CPED13 = _table(
    happy="amusement excitement joy",
    grateful="gratitude",
    relaxed="relief",
    positive_other="admiration approval caring desire love optimism pride",
    neutral="neutral realization curiosity",
    anger="anger annoyance",
    sadness="grief sadness",
    fear="fear",
    depress="disappointment",
    disgust="disgust",
    astonished="surprise",
    worried="nervousness confusion",
    negative_other="disapproval embarrassment remorse",
)

TABLES: dict[tuple[str, str], dict[str, dict[str, float]]] = {
    ("goemotions", "ekman"): _GOEMOTIONS_EKMAN,
    ("goemotions", "meld"): _GOEMOTIONS_MELD,
    ("goemotions", "iemocap6"): _GOEMOTIONS_IEMOCAP6,
    ("goemotions", "emorynlp"): _GOEMOTIONS_EMORYNLP,
    ("goemotions", "empathetic32"): _GOEMOTIONS_EMPATHETIC32,
    ("goemotions", "sentiment3"): _GOEMOTIONS_SENTIMENT3,
    ("goemotions", "sentiment2"): _GOEMOTIONS_SENTIMENT2,
    ("goemotions", "cped13"): _GOEMOTIONS_CPED13,
    ("meld", "ekman"): _same("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral"),
    ("meld", "dailydialog"): _same("anger", "disgust", "fear", "sadness", "surprise", "neutral")
    | _table(happiness="joy"),
    ("ekman", "meld"): _same("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral"),
    ("ekman", "iemocap6"): _table(happy="joy", sad="sadness", neutral="neutral", angry="anger disgust"),
    ("ekman", "emorynlp"): _table(
        joyful="joy surprise", mad="anger disgust", neutral="neutral", sad="sadness", scared="fear"
    ),
    ("ekman", "sentiment3"): _table(positive="joy", neutral="neutral surprise", negative="anger disgust fear sadness"),
    ("ekman", "sentiment2"): _table(positive="joy", negative="anger disgust fear sadness"),
    ("iemocap6", "iemocap4"): _table(happy="happy excited", sad="sad", neutral="neutral", angry="angry"),
    ("iemocap6", "ekman"): _table(joy="happy excited", sadness="sad", neutral="neutral", anger="angry frustrated"),
    ("iemocap4", "ekman"): _table(joy="happy", sadness="sad", neutral="neutral", anger="angry"),
    ("emorynlp", "ekman"): _table(
        joy="joyful peaceful powerful", anger="mad", neutral="neutral", sadness="sad", fear="scared"
    ),
    ("dailydialog", "ekman"): _same("anger", "disgust", "fear", "sadness", "surprise", "neutral")
    | _table(joy="happiness"),
    ("empathetic32", "ekman"): _table(
        anger="angry annoyed furious jealous",
        disgust="disgusted",
        fear="afraid anxious apprehensive terrified",
        joy="caring confident content excited faithful grateful hopeful impressed joyful prepared proud trusting",
        sadness="ashamed devastated disappointed embarrassed guilty lonely nostalgic sad sentimental",
        surprise="surprised anticipating",
    ),
    ("cped13", "ekman"): _table(
        joy="happy grateful relaxed positive-other",
        neutral="neutral",
        anger="anger",
        sadness="sadness depress negative-other",
        fear="fear worried",
        disgust="disgust",
        surprise="astonished",
    ),
    # CPED assigns each emotion one sentiment (counted on its validation split).
    ("cped13", "sentiment3"): _table(
        positive="happy grateful relaxed positive-other",
        neutral="neutral",
        negative="anger sadness fear depress disgust astonished worried negative-other",
    ),
}
