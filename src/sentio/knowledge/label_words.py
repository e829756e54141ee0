"""Words that give a label away: a text written about an utterance must not hold them."""

import re
from collections.abc import Iterable
from functools import cache

FAMILIES: tuple[tuple[str, ...], ...] = (
    ("joy", "joys", "joyful", "joyfully", "joyous", "joyously", "joyfulness", "overjoyed"),
    ("happy", "happier", "happiest", "happily", "happiness", "unhappy", "unhappily", "unhappiness"),
    ("sad", "sadder", "saddest", "sadly", "sadness", "sadden", "saddens", "saddened", "saddening"),
    ("anger", "angers", "angered", "angering", "angry", "angrier", "angriest", "angrily"),
    ("mad", "madder", "maddest", "madly", "madness", "madden", "maddened", "maddening"),
    ("fear", "fears", "feared", "fearing", "fearful", "fearfully", "fearsome", "fearfulness"),
    ("scared", "scare", "scares", "scaring", "scary", "scarier", "scariest"),
    ("surprise", "surprises", "surprised", "surprising", "surprisingly"),
    ("disgust", "disgusts", "disgusted", "disgusting", "disgustingly", "disgustedly"),
    ("excited", "excite", "excites", "exciting", "excitedly", "excitement", "excitements", "excitingly"),
    ("frustrated", "frustrate", "frustrates", "frustrating", "frustratingly", "frustration", "frustrations"),
    ("neutral", "neutrally", "neutrality"),
    ("peaceful", "peacefully", "peacefulness", "peace"),
    ("powerful", "powerfully", "powerfulness"),
    ("afraid", "unafraid"),
    (
        "admiration",
        "admire",
        "admires",
        "admired",
        "admiring",
        "admiringly",
        "admirer",
        "admirers",
        "admirable",
        "admirably",
    ),
    ("amusement", "amusements", "amuse", "amuses", "amused", "amusing", "amusingly", "amusedly"),
    ("annoyance", "annoyances", "annoy", "annoys", "annoyed", "annoying", "annoyingly"),
    ("anticipating", "anticipate", "anticipates", "anticipated", "anticipation", "anticipations", "anticipatory"),
    ("anxious", "anxiously", "anxiousness", "anxiety", "anxieties"),
    ("apprehensive", "apprehensively", "apprehensiveness", "apprehension", "apprehensions"),
    ("approval", "approvals", "approve", "approves", "approved", "approving", "approvingly"),
    ("ashamed", "ashamedly", "unashamed", "shame", "shames", "shamed", "shaming", "shameful", "shamefully"),
    ("astonished", "astonish", "astonishes", "astonishing", "astonishingly", "astonishment"),
    ("caring", "care", "cares", "cared", "caringly", "uncaring"),
    ("confident", "confidently", "confidence"),
    ("confusion", "confusions", "confuse", "confuses", "confused", "confusing", "confusingly", "confusedly"),
    ("content", "contented", "contentedly", "contentment", "discontent", "discontented"),
    ("curiosity", "curiosities", "curious", "curiously", "curiousness"),
    ("depress", "depresses", "depressed", "depressing", "depressingly", "depression", "depressive"),
    ("desire", "desires", "desired", "desiring", "desirous", "desirable"),
    ("devastated", "devastate", "devastates", "devastating", "devastatingly", "devastation"),
    (
        "disappointment",
        "disappointments",
        "disappoint",
        "disappoints",
        "disappointed",
        "disappointing",
        "disappointingly",
        "disappointedly",
    ),
    ("disapproval", "disapprove", "disapproves", "disapproved", "disapproving", "disapprovingly"),
    (
        "embarrassment",
        "embarrassments",
        "embarrass",
        "embarrasses",
        "embarrassed",
        "embarrassing",
        "embarrassingly",
        "embarrassedly",
    ),
    ("faithful", "faithfully", "faithfulness", "faith", "unfaithful", "unfaithfully"),
    ("furious", "furiously", "furiousness", "fury"),
    ("gratitude", "grateful", "gratefully", "gratefulness", "ungrateful"),
    ("grief", "griefs", "grieve", "grieves", "grieved", "grieving", "grievingly"),
    ("guilty", "guiltier", "guiltiest", "guiltily", "guiltiness", "guilt"),
    ("hopeful", "hopefully", "hopefulness", "hope", "hopes", "hoped", "hoping"),
    ("impressed", "impress", "impresses", "impressing", "impressive", "impressively"),
    ("jealous", "jealously", "jealousy", "jealousies"),
    ("lonely", "lonelier", "loneliest", "loneliness"),
    ("love", "loves", "loved", "loving", "lovingly", "lovely", "lover", "lovers", "beloved"),
    ("negative", "negatively", "negativeness", "negativity"),
    ("negative-other", "negative", "negatively", "negativity"),
    ("nervousness", "nervous", "nervously"),
    ("nostalgic", "nostalgically", "nostalgia"),
    ("optimism", "optimist", "optimists", "optimistic", "optimistically"),
    ("positive", "positively", "positiveness", "positivity"),
    ("positive-other", "positive", "positively", "positivity"),
    ("prepared", "prepare", "prepares", "preparing", "preparedness", "preparation", "preparations", "unprepared"),
    ("pride", "prides", "prided", "priding", "proud", "prouder", "proudest", "proudly"),
    (
        "realization",
        "realizations",
        "realize",
        "realizes",
        "realized",
        "realizing",
        "realisation",
        "realisations",
        "realise",
        "realises",
        "realised",
        "realising",
    ),
    ("relaxed", "relaxedly", "relax", "relaxes", "relaxing", "relaxation"),
    ("relief", "reliefs", "relieve", "relieves", "relieved", "relieving", "relievedly"),
    ("remorse", "remorseful", "remorsefully"),
    ("sentimental", "sentimentally", "sentimentality", "sentiment", "sentiments"),
    ("terrified", "terrify", "terrifies", "terrifying", "terrifyingly", "terror"),
    ("trusting", "trustingly", "trust", "trusts", "trusted", "trustful", "distrust"),
    ("worried", "worriedly", "worry", "worries", "worrying", "worryingly", "worrisome"),
)
"""The labels of all label spaces with their forms; those of a label of your own are made by its endings."""

ENDINGS = ("", "s", "d", "ed", "ing", "ly", "ness", "ful", "fully")


def label_words(text: str, labels: Iterable[str]) -> tuple[str, ...]:
    """The words of a text that are forms of a label, lower-cased, in their order.

    >>> label_words("Sadly, he sees no joy in Joyce's saddle.", ("sadness", "joy"))
    ('sadly', 'joy')
    """
    forms = _forms(tuple(labels))
    return tuple(found.lower() for found in forms.findall(text)) if forms else ()


def forms(label: str) -> tuple[str, ...]:
    """The words that give one label away.

    >>> forms("pride")[:5], forms("calm")[:4]
    (('pride', 'prides', 'prided', 'priding', 'proud'), ('calm', 'calms', 'calmd', 'calmed'))
    """
    word = label.casefold()
    families = [form for family in FAMILIES if word in family for form in family]
    return tuple(families) or tuple(word + ending for ending in ENDINGS)


@cache
def _forms(labels: tuple[str, ...]) -> re.Pattern[str] | None:
    found = sorted({form for label in labels if label for form in forms(label)}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, found))})(?!\w)", re.IGNORECASE) if found else None
