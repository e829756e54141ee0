"""Words that say somebody may be in danger: suicide, self-harm, violence; and the fixed notice that answers them.

Patterns, no model: what is noticed can be read here. They are made to miss little and to leave out what is said every
day ("this traffic is killing me"), in English, German, French, Spanish and Chinese. A pattern understands nothing:
silence of this module is no sign that somebody is safe. Which patterns and which notices are our own.

>>> from sentio.conversation import Conversation, Utterance
>>> said = (Utterance(id="0", speaker="Ada", text="I don't want to live any more."),)
>>> notice(Conversation(id="c", utterances=said), "Bo") == NOTICES["en"]
True
>>> noticed("This traffic is killing me.") is None
True
"""

import re
from re import Pattern

from sentio.conversation import Conversation

RECENT = 5
"""So many of the last utterances of the one who is answered are read: who has said it three turns ago may only say
"yes" since. Our choice."""

NOTICES = {
    "en": (
        "If you or someone near you may be in danger, please do not stay alone with it: call your local emergency "
        "services now, or a crisis line in your country, or go to somebody you trust. This program is no help in an "
        "emergency, and nobody may be reading along."
    ),
    "de": (
        "Wenn du oder jemand in deiner Nähe in Gefahr sein könnte, bleib bitte nicht allein damit: Ruf jetzt den "
        "örtlichen Notruf oder ein Krisentelefon in deinem Land an, oder geh zu jemandem, dem du vertraust. Dieses "
        "Programm kann in einem Notfall nicht helfen, und vielleicht liest niemand mit."
    ),
    "fr": (
        "Si toi ou un proche êtes peut-être en danger, ne reste pas seul avec cela : appelle maintenant les services "
        "d'urgence de ton pays ou une ligne d'écoute, ou va voir quelqu'un en qui tu as confiance. Ce programme ne "
        "peut pas aider en cas d'urgence, et personne ne lit peut-être ces lignes."
    ),
    "es": (
        "Si tú o alguien cercano podéis estar en peligro, no te quedes a solas con ello: llama ahora a los servicios "
        "de emergencia de tu zona o a una línea de crisis de tu país, o acude a alguien de confianza. Este programa "
        "no sirve de ayuda en una emergencia, y quizá nadie esté leyendo."
    ),
    "zh": (
        "如果你或你身边的人可能有危险，请不要独自承受：请立即联系当地的紧急救助部门，或你所在国家的危机热线，"
        "或找一位你信任的人。本程序无法在紧急情况下提供帮助，也可能没有人在阅读这些内容。"
    ),
}
"""What is shown, by language. No number and no address: one that is wrong for a country, or out of date, does harm."""

_SELF = r"(?:my ?self|me self)"
_HARM = r"(?:kill|hurt|harm|cut|hang|shoot|drown|poison|starve)"
_ONE = r"(?:he|she|they|(?:my|her|his) (?:\w+ )?(?:husband|wife|partner|boyfriend|girlfriend|father|mother|dad|mom|mum|ex|stepdad|stepfather|uncle|brother|son))"  # noqa: E501
_NOT = r"(?:(?<!why )(?:not|never|no|without|dont|wont)|(?<!why do)(?<!why )\w+n't)"
_MILD = r"(?:want|wanna|wanting|going|gonna|planning|thinking|think|plan|to|about|of|would|ever|feeling|feel|really|actually|having|have|had|any|thoughts?|be|do|try|trying|a)"  # noqa: E501

PATTERNS = {
    "en": (
        r"suicid(?:e|al)",
        rf"(?:{_HARM}|{_HARM[:-1]}|killing|hurting|harming|cutting|hanging|shooting|drowning|starving)) {_SELF}",
        r"self[- ]?harm(?:ing|ed)?",
        r"(?:end|ending|take|taking) (?:my|his|her|their)(?: own)? li(?:fe|ves)",
        r"end(?:ing)? it all",
        r"(?:want(?:s|ed)?|wanna|going|ready|wish(?:es)?|like) (?:to (?:just )?)?die",
        r"(?:wish|wished|want|rather) (?:that )?(?:i (?:was|were) |to be |be )?dead",
        r"wish(?:ed)? (?:that )?i(?: ha)?(?:d|'d)? ?(?:was|were)? ?never (?:been )?born",
        r"better off (?:dead|without me|if i)",
        rf"{_NOT} (?:really )?(?:want|wanna) (?:to )?(?:live|be alive|exist|wake up|be here)"
        r"(?! (?:in|at|with|there|by|near|like|off|under|for|on|next|together)\b)",
        r"no (?:reason|point|will|point in) (?:to |in |of )?(?:live|living|go on|going on)",
        r"(?:nothing|not) (?:left )?(?:worth|to) liv(?:e|ing) for|not worth living",
        r"(?:happier|better|easier) (?:off )?if i (?:was|were|am) (?:gone|dead|not here)",
        r"(?:nobody|no one) would (?:\w+ )?(?:notice|care) if i (?:died|were dead|was dead|were gone|was gone)",
        r"point (?:of|in) (?:living|being alive)",
        r"(?:cutting|burning|hurting|harming|starving) (?:himself|herself|themselves)",
        r"(?:can't|cannot|can not|cant) (?:go on|live)(?: like this| any ?more| living)",
        r"(?:jump|throw my ?self) (?:off|from|in front of) (?:a|the|my) (?:bridge|roof|building|train|balcony|window)",
        r"(?:took|take|taken|swallow(?:ed)?) (?:all (?:of )?(?:my|the|those)|a (?:whole )?bottle of|too many) "
        r"(?:\w+ )?pills",
        r"overdos(?:e|ed|ing)",
        rf"{_ONE} (?:hits?|beats?|chokes?|strangles?|rapes?|stabs?|abuses?|molests?) me",
        rf"{_ONE} (?:(?:has|have|had|is|'s|are|was|were|just|always|keeps?) )*"
        r"(?:hit|hitting|beaten|beating|choked|raped|stabbed|abused|abusing) me",
        rf"(?:threaten(?:s|ed|ing)?|tried|{_ONE}(?: is|'s| was| are| were| keeps?) trying) to "
        r"(?:kill|hurt|shoot|stab) (?:me|us|him|her|them)",
        rf"{_ONE}(?:'d| would| will|'ll) (?:kill|shoot|stab) me if i (?:left|leave|told|tell|called|call)",
        rf"{_ONE} (?:has|had|'s got|got) (?:a|his|the) gun",
        rf"(?:afraid|scared|fear|terrified) (?:that )?{_ONE} (?:will|is going to|might|may|'ll|would) "
        r"(?:kill|hurt|hit|shoot) (?:me|us)",
        rf"{_NOT} (?:feel )?safe (?:at home|in my (?:own )?home|with (?:him|her)|here)",
    ),
    "de": (
        r"selbstmord|suizid\w*|lebensmüde",
        r"(?:ich (?:\w+ )?bring(?:e)? mich (?:\w+ )?um|mich (?:selbst )?umbringen|mich umzubringen)",
        r"(?:mir|sich) das leben (?:zu )?nehmen|mein(?:em)? leben (?:ein ende (?:zu )?\w+|(?:zu )?beenden)",
        r"(?:will|möchte|wollte) (?:einfach )?(?:nur noch )?(?:sterben|tot sein)",
        r"(?:will|möchte|mag|kann) (?:so )?nicht (?:mehr|länger) (?:leben|weiterleben|aufwachen|da sein)",
        r"(?:keinen|kein) (?:grund|sinn)(?: mehr)?,? (?:mehr )?zu leben|nicht mehr leben wollen",
        r"(?:mich|sich) (?:wieder )?(?:selbst (?:zu )?verletz\w+|ritzen)|ritze mich|selbstverletz\w+",
        r"(?:er|sie|mein (?:mann|freund|vater|ex|partner)) (?:\w+ )?"
        r"(?:schlägt|verprügelt|würgt|missbraucht|bedroht) mich",
        r"(?:droht|gedroht),? (?:er |sie )?mich umzubringen",
    ),
    "fr": (
        r"suicider|(?:me|au|le|du) suicide|suicidaires?",
        r"(?:vais|veux|voudrais|envie de|pense à) me tuer|me pendre|m'ouvrir les veines",
        r"mettre fin à (?:mes|ses) jours|en finir avec (?:la|ma) vie|envie d'en finir",
        r"(?:veux|voudrais|envie de|préfère) mourir|(?:voudrais|aimerais) être morte?",
        r"(?:veux|peux|ai) (?:plus|pas) (?:envie de |continuer à )?vivre|plus envie de vivre|plus de raison de vivre",
        r"(?:me|envie de me) (?:faire du mal|mutiler|scarifier?)|automutil\w+|me scarifie",
        r"(?:il|elle|mon (?:mari|copain|père|ex|compagnon)) me (?:frappe|bat|étrangle|viole|menace)",
        r"menac\w* de me tuer",
    ),
    "es": (
        r"suicid(?:io|ios|arme|arse|as|é|o)|me suicid\w+",
        r"(?:quiero|voy a|pienso en|ganas de|pensado en) (?:matarme|ahorcarme|cortarme las venas)",
        r"quitarme la vida|acabar con mi vida|terminar con mi vida",
        r"(?:quiero|quisiera|ganas de|prefiero) (?:morir(?:me)?|estar muert[oa])",
        r"no quiero (?:seguir viviendo|vivir(?: más)?|despertar(?:me)?)|(?:no tengo|sin) (?:razón|motivos?) para vivir",
        r"hacerme daño|me autolesion\w+|autolesion\w+|me corto (?:los brazos|las venas|las muñecas)",
        r"(?:él|ella|mi (?:marido|novio|padre|ex|pareja)) me (?:pega|golpea|maltrata|viola|amenaza)",
        r"amenaz\w+ con matarme",
    ),
    "zh": (
        r"自杀|轻生|寻死|割腕|自残|自伤|跳楼",
        r"想死|去死了算了|不想活|活不下去|不如死了|死了算了|生不如死",
        r"结束(?:我|自己|我自己)?的?(?:生命|一切)|伤害(?:我)?自己|了结自己",
        r"(?:他|她|我?爸|我?妈|老公|丈夫|男朋友|前夫)(?:又|总是|一直|经常|老是)?(?:打我|家暴|掐我|强奸)",
        r"家暴|(?:威胁|扬言)(?:说)?要?杀(?:了)?我|要杀(?:了)?我",
    ),
}
"""What is noticed, by language, as regular expressions over lower-cased text."""

UNLESS = {
    "en": (
        rf"{_NOT}(?: {_MILD}){{0,4}} (?:suicid(?:e|al)|die|(?:{_HARM}|killing|hurting|harming|cutting) {_SELF})",
        r"(?:dying|die) (?:to|of (?:laughter|laughing|boredom|embarrassment|curiosity|hunger|thirst)|for)\b",
        r"(?:want|wanted|going) to die (?:of|from|laughing)",
        rf"(?:cut|cutting|hurt) {_SELF} (?:some slack|a |shaving|while|loose|off|short|at|playing|on (?:a|the|my))",
        r"suicide (?:squad|bomb\w*|mission|prevention|doors?|hotline|awareness|king|run)",
        r"(?:social|career|political|commercial|professional) suicide",
        r"beats? me (?:at (?!home|night)\w+|to (?:it|the)|in (?:chess|tennis|the (?:race|game|quiz))|by a)",
        r"(?:hit|beat) me (?:up|first)",
        r"(?:died|death|dies|lost [\w ]{1,30}) (?:by|of|from|to) suicide",
        rf"{_HARM} {_SELF} (?:laughing|for forgetting)|could (?:just )?(?:kill|kick) {_SELF} for\b",
    ),
    "de": (
        r"(?:keine|nie|niemals|nicht) (?:an )?(?:selbstmord\w*|suizid\w*)|nicht (?:sterben|umbringen|lebensmüde)",
        r"schlägt mich (?:\w+ )?(?:beim \w+|im (?:tennis|schach|spiel|quiz|rennen|tischtennis))",
        r"suizidprävention|(?:selbstmord|suizid)(?:attentä\w*|kommando)",
    ),
    "fr": (
        r"(?:pas|jamais|aucune?) (?:veux |vais |voulu |pensé |envie |idée |au |de |à |le |me ){0,3}"
        r"(?:suicid\w*|me tuer|mourir)",
        r"mourir de (?:rire|faim|soif|froid|chaud|honte|sommeil)",
        r"(?:attentat|prévention du|escadron)[- ]suicide|(?:bat|frappe) (?:aux|au|à)\b",
    ),
    "es": (
        r"(?:no|nunca|jamás) (?:quiero |voy a |pienso en |he pensado en )?(?:suicid\w+|matarme|morir(?:me)?)",
        r"morir(?:me)? de (?:risa|hambre|sed|sueño|vergüenza|frío|calor|ganas)",
        r"(?:escuadrón|prevención del|atentado) suicid\w+|me (?:pega|golpea) (?:el|la|en) (?:sol|bola|pelota)",
    ),
    "zh": (
        r"(?:没有?|不会|从没|从来没有?|不是|不)(?:想过?|打算|要|考虑过?)?(?:去)?自杀|(?<!活得)不想死",
        r"想死(?:你|您|他|她|妈|爸|我了)|自杀式|自杀小队",
        r"打我(?:的)?(?:电话|手机)",
    ),
}
"""What is said every day, or said not to be so, by language: taken out before the patterns are looked for."""


def _any(language: str, patterns: tuple[str, ...]) -> Pattern[str]:
    joined = "|".join(f"(?:{pattern})" for pattern in patterns)
    return re.compile(joined if language == "zh" else rf"(?<!\w)(?:{joined})(?!\w)")


# English last: "suicide" is French, too.
_ORDER = sorted(PATTERNS, key=lambda language: language == "en")
_SEEN = {language: (_any(language, PATTERNS[language]), _any(language, UNLESS[language])) for language in _ORDER}
_MARKS = str.maketrans({"’": "'", "‘": "'", "`": "'"})


def noticed(text: str) -> str | None:
    """The language in which a text speaks of danger, None where it does not.

    >>> noticed("Ich will nicht mehr leben."), noticed("I'm not suicidal, just tired.")
    ('de', None)
    """
    plain = " ".join(text.translate(_MARKS).casefold().split()).replace(
        " n't", "n't"
    )  # "do n't", as tokenizers have it
    return next((name for name, (seen, unless) in _SEEN.items() if seen.search(unless.sub(" … ", plain))), None)


def notice(conversation: Conversation, speaker: str) -> str | None:
    """What is to be shown before the reply of `speaker`: the notice in the language of the last words of danger among
    the `RECENT` utterances of the one who is answered; None where there are none."""
    others = [utterance for utterance in conversation.utterances if utterance.speaker != speaker]
    own = [utterance.text for utterance in others if utterance.speaker == others[-1].speaker]
    return next((NOTICES[name] for name in map(noticed, reversed(own[-RECENT:])) if name), None)
