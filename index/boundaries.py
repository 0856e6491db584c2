"""Where a sentence ends: a newspaper's rules around nupunkt's verdict.

nupunkt (Punkt, trained on American law and news) is right nearly everywhere, but its list of
abbreviations holds words that end sentences ('tax.', 'month.', 'south.', 'Park.') and lacks some
of a newsroom's ('pct.'). Each rule here is one such cause; where no rule speaks, nupunkt does.
Source: Kiss and Strunk, 'Unsupervised Multilingual Sentence Boundary Detection', CL 2006.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RULES_VERSION = "1"
"""Counted up when a rule changes where sentences end: it is part of an index's manifest."""

_OPENERS = "\"'“‘„«‹([{¿¡*_"
_CLOSERS = "\"'”’“»›)]}*_"
_EMOJI = "\u2600-\u27bf\u2b50\ufe0f\u200d\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff"
_CANDIDATE = re.compile(
    rf"(?<![.!?…؟।])(?P<mark>\.(?:\s\.){1, 5}+|[.!?…؟।]++)"
    rf"(?P<closers>(?:[{re.escape(_CLOSERS)}]|[ \xa0\u202f]»)*+)"
    rf"(?P<emoji>(?:\s?[{_EMOJI}]++)*+)\s++(?=\S)"
    r"|(?P<wide>[。！？]+[」』”’）]*)\s*(?=\S)"
)
_BULLET = re.compile(r"(?<=\S)\s+(?=[•‣▪◦]\s)")
_TOKEN_BREAK = re.compile(r"[—–/(\[“‘\"«„]")
_WORD = re.compile(rf"[{re.escape(_OPENERS)}]*(\S+)")
_OPENING_QUOTES = "\"'“‘„«‹"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TITLES = _words(
    "Mr Mrs Ms Mx Dr Drs Prof Gen Lt Col Maj Capt Cpl Sgt Sgts Adm Cmdr Cmdrs Gov Govs Sen Sens "
    "Rep Reps Rev Revs Hon Pres Supt Det Insp Msgr Fr Rt Brig Pvt Pte Amb Atty Asst Const Cllr Cr "
    "Cdr Ens Messrs Mme Mlle Sra Srta Ste Mt Mts Spc Dep Vice Ald Lic Ing Wm Chas Geo Thos Sgt-Maj"
)
_HEADING_TITLES = _TITLES | {"St", "Ft", "Pt"}
_NAME_ENDS = _words(  # end a name, a place or a firm; the next word may belong to it
    "Jr Sr Inc Corp Co Cos Ltd Bros LLC PLC plc Pty Assn Dept Univ St Sts Ave Blvd Rd Dr Sq Hwy Pl "
    "Esq Ph.D Ft Pt Ala Ariz Ark Calif Colo Conn Del Fla Ga Ill Ind Kan Ky La Md Mass Mich Minn "
    "Miss Mo Mont Neb Nev Okla Ore Pa Tenn Tex Va Vt Wash Wis Wyo Ont Que Alta Man Sask Mon Tue "
    "Tues Wed Thu Thur Thurs Fri Sat Sun al Int'l Nat'l Ass'n Mfg Bhd Cie Aktienges"
)
_MONTHS = _words("Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec")
_BEFORE_NUMBERS = _words(
    "No Nos Nr Art Arts Sec Secs Sect Fig Figs Vol Vols Ch Rs Tk Para Ref Ex Bk Op Pp Rte Apt Ste "
    "no nos nr art sec fig figs vol vols ch rs p pp para paras op c ca approx est ver sq tel ext pt"
)
_NEVER_LAST = _words("v vs cf viz e.g i.e ca approx incl esp resp bzw z.B d.h vgl")
_LOWER_ENDS = _words("pct etc usw ff")
_GERMAN_MONTHS = _words(
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember Jänner"
)
_AFTER_CLOCK = (
    _words(
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday Mon Tues Wed Thurs Fri Sat Sun "
        "January February March April May June July August September October November December "
        "Eastern Central Mountain Pacific Atlantic Greenwich Moscow GMT UTC ET CT PT MT EST EDT "
        "CST CDT MST MDT PST PDT BST CET CEST MSK IST JST"
    )
    | _MONTHS
)
_STARTERS = _words(
    "The A An I It He She They We You This That These Those There Here In On At To Of But And Or "
    "Nor So Yet If When While As After Before Since Because Although Though However For From By "
    "With Without Under Over During Until Once Now Then Both Some Many Most Several Few All Its "
    "His Her Their Our My Your One Another Each Every Any Not Nobody None Nothing Everyone Who "
    "What Why How Where Which Whether Among Between Despite According Meanwhile Earlier Later Also "
    "Instead Still Even Only Just Such Other Others Yes Is Are Was Were Do Does Did Has Have Had "
    "Can Could Will Would Should May Might Asked Following Unlike Like Across Around About "
    "Against Along Amid Apart Within Through Throughout Toward Towards Upon Thus Therefore "
    "Moreover Furthermore Nevertheless Nonetheless Otherwise Perhaps Maybe Indeed "
    "Der Die Das Ein Eine Er Sie Es Wir Im Am Le La Les Un Une Il Elle Ils Elles El Los Las"
)
_BANG_NAMES = _words("Yahoo! Jeopardy! Oklahoma! Wham! Hoopla! Panic!")
_SPEECH = (
    r"(?:said|says|asked|asks|added|wrote|told|cried|shouted|yelled|replied|answered|wondered|"
    r"joked|recalled|exclaimed|demanded|quipped|tweeted|posted|continued|explained|insisted|"
    r"called|screamed|inquired|mused|laughed)\b"
)
_ATTRIBUTION = re.compile(rf"(?:[A-ZÀ-Þ][\w’'.-]*\s+){{1,4}}{_SPEECH}")
_AGENCY_DASH = re.compile(r"\([A-Z][\w/&. -]{1,30}\)\s*(?:[—–-]|--)")
_ENUMERATOR = re.compile(r"[(\[]?(?:\d{1,2}|[A-Za-z]|[ivxIVX]{1,4})[)\]]?\.")
_LISTED = re.compile(r"[:;]\s[(\[]?(?:\d{1,2}|[a-z])[)\]]?\.$")
_PRONOUN = re.compile(r"[a-z] I\.$")
_TEMPERATURE = re.compile(r"\d[°º]?\s?[CF]\.$")
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+-?[^\W\d_]")
_INITIAL = re.compile(r"(?:[A-ZÀ-Þ][\w.]*-)?[A-ZÀ-Þ]|Yu|Th")
_LOOK_BACK_CHARS = 2000  # so that text without sentence ends takes no quadratic time
_CLOCK = _words("a.m p.m A.M P.M am pm")


class _Site(NamedTuple):
    """A place where a sentence may end, with what the rules look at."""

    text: str
    start: int  # of the sentence so far
    mark: str  # the punctuation
    closers: str  # quotes and brackets behind it
    core: str  # the token before it
    cut: int  # where the sentence would end
    at: int  # where the next would start
    follower: str  # the next word without opening quotes, as it stands
    is_quoted: bool  # an opening quote stands before the follower


def sentence_cuts(text: str, propose: Callable[[], frozenset[int]]) -> list[tuple[int, int]]:
    """Return (end, start of the next) for every boundary inside one paragraph, in order.

    Args:
        text: One paragraph without surrounding whitespace.
        propose: Gives the ends of its sentences by nupunkt, whitespace stripped. Called only
            when the rules leave a place open, which they do in one paragraph of many.
    """
    cuts: list[tuple[int, int]] = []
    proposed: frozenset[int] | None = None
    start = 0
    for match in _candidates(text):
        if match.re is _BULLET or match["mark"] is None:
            cut = match.start() if match.re is _BULLET else match.end("wide")
            is_boundary: bool | None = True
        else:
            cut = match.end("emoji")
            is_boundary = _verdict(_site(text, start, match))
        if is_boundary is None:
            proposed = propose() if proposed is None else proposed
            is_boundary = cut in proposed
        if is_boundary and cut > start:
            cuts.append((cut, match.end()))
            start = match.end()
    return cuts


def _candidates(text: str) -> Iterator[re.Match[str]]:
    found = _CANDIDATE.finditer(text)
    if _BULLET.search(text):
        return iter(sorted([*found, *_BULLET.finditer(text)], key=lambda match: match.end()))
    return found


def _site(text: str, start: int, match: re.Match[str]) -> _Site:
    before = text[max(start, match.start() - 40) : match.start()]
    word = _WORD.match(text, match.end())
    return _Site(
        text=text,
        start=start,
        mark=match["mark"],
        closers=match["closers"],
        core=_last_token(before),
        cut=match.end("emoji"),
        at=match.end(),
        follower=word[1] if word else "",
        is_quoted=word is not None
        and any(q in _OPENING_QUOTES for q in word[0][: word.start(1) - match.end()]),
    )


def _last_token(before: str) -> str:
    if not before or before[-1].isspace():
        return ""
    return _TOKEN_BREAK.split(before.rsplit(None, 1)[-1])[-1].strip(_OPENERS)


def _verdict(site: _Site) -> bool | None:
    """Return whether a sentence ends here; None leaves it to nupunkt."""
    if site.follower[:1] in {"—", "–", "-"} or _AGENCY_DASH.match(site.text, site.at):
        return False
    if _is_lower(site.follower):
        return False
    if not any(map(str.isalnum, site.follower)):
        return None
    if site.mark[-1] in "!?؟":
        return not (_is_attributed(site) or _is_bang_name(site))
    if site.mark[-1] == "।":
        return True
    if site.mark != ".":
        return _after_ellipsis(site)
    return _after_period(site)


def _is_lower(word: str) -> bool:
    """Tell whether a word cannot start a sentence: lower case, and no 'iPhone' or 'al-Qaida'."""
    return word[:1].islower() and not any(map(str.isupper, word))


def _is_starter(site: _Site) -> bool:
    """Tell whether the next word starts sentences and is no part of a name."""
    if re.match(r"[A-Z]\.", site.follower):
        return False
    return re.split(r"['’,.:;!?—–]", site.follower, maxsplit=1)[0] in _STARTERS


def _is_attributed(site: _Site) -> bool:
    """Tell whether '"Are you ready?" Ann Lee asked' goes on: its quote opened the sentence."""
    if not any(quote in site.closers for quote in "\"”»'’"):
        return False
    if _is_starter(site) or not _ATTRIBUTION.match(site.text, site.at):
        return False
    if site.text[site.start] in _OPENING_QUOTES:
        return True
    sentence = site.text[max(site.start, site.cut - _LOOK_BACK_CHARS) : site.cut]
    return sentence.count('"') % 2 == 1 or sentence.count("”") > sentence.count("“")


def _is_bang_name(site: _Site) -> bool:
    return f"{site.core}!" in _BANG_NAMES and not site.closers and not _is_starter(site)


def _after_ellipsis(site: _Site) -> bool | None:
    """Decide after '...' and '…': only a full stop of its own, or a clear start, ends it."""
    if site.closers:
        return not _is_attributed(site)
    if len(site.mark.replace(" ", "")) > 3 or site.mark in {".…", "…."}:
        return True
    if site.follower.startswith(("I ", "I'", "I’")) or site.follower == "I":
        return False
    return True if _is_starter(site) else None


def _after_period(site: _Site) -> bool | None:
    core = site.core
    if not core:
        return True if site.closers else None
    if not site.closers:
        before = site.text[max(site.start, site.cut - 12) : site.cut]
        if (site.cut - site.start < 12 and _ENUMERATOR.fullmatch(before)) or _LISTED.search(before):
            return False
        if core.isupper() and site.follower.isupper() and core.title() in _HEADING_TITLES:
            return False  # 'ST. LOUIS (AP) —'
        if core in _TITLES and not (core == "Dr" and _is_starter(site)):
            return False
    if core in _NEVER_LAST:
        return False
    if core in _CLOCK:
        return site.follower.strip(".,;") not in _AFTER_CLOCK and not site.follower[0].isdigit()
    if core in _MONTHS or core in _NAME_ENDS:
        return _is_starter(site) or (site.is_quoted and not site.follower[0].isdigit())
    if core in _BEFORE_NUMBERS:
        return not re.match(r"[A-Z]?-?\d|[IVXLC]+\b(?!['’])", site.follower)
    if _DOTTED.fullmatch(core) or _INITIAL.fullmatch(core):
        return _after_letters(site)
    return _after_word(site)


def _after_letters(site: _Site) -> bool:
    """Decide after 'U.S.', 'J. R. R.' and 'Plan B.': they end a sentence before a clear start."""
    if _PRONOUN.search(site.text, max(site.start, site.cut - 12), site.cut):
        return True
    if site.closers or _TEMPERATURE.search(site.text, max(site.start, site.cut - 12), site.cut):
        return True
    if site.is_quoted:
        return "." in site.core
    return _is_starter(site)


def _after_word(site: _Site) -> bool | None:
    """Decide after a word: an abbreviation we do not know is short and capitalised."""
    core = site.core
    if re.fullmatch(r"\d{1,2}", core) and site.follower.strip(",.") in _GERMAN_MONTHS:
        return False
    if core[0].isupper() and len(core) <= 4 and core.isalpha() and not core.isupper():
        return True if site.closers or _is_starter(site) else None
    return True
