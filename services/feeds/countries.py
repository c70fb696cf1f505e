"""Names as files write them → ISO 3166-1 alpha-3: the built-in table `countries` of manifests."""

from babel import Locale
from babel.core import get_global

# Unicode CLDR keeps the codes of states that are no more; they never name a partner of today.
_WITHDRAWN = frozenset(
    {"ANT", "BUR", "CSK", "DDR", "FXX", "NTZ", "ROM", "SCG", "SUN", "TMP", "VDR", "YMD", "YUG", "ZAR"}
)

# What trade files write and CLDR does not: UN Comtrade, USGS and common short forms.
_ALSO_WRITTEN = {
    "areas, nes": "ZZZ",  # UN Comtrade: partners that it does not name; CLDR's unknown region
    "bolivia (plurinational state of)": "BOL",
    "bosnia herzegovina": "BIH",
    "br. indian ocean terr.": "IOT",
    "br. virgin islands": "VGB",
    "brunei darussalam": "BRN",
    "burma": "MMR",
    "cabo verde": "CPV",
    "central african rep.": "CAF",
    "china, hong kong sar": "HKG",
    "china, macao sar": "MAC",
    "chinese taipei": "TWN",
    "christmas islands": "CXR",
    "cocos islands": "CCK",
    "congo (kinshasa)": "COD",
    "congo": "COG",
    "congo, dem. rep.": "COD",
    "congo, rep.": "COG",
    "czech republic": "CZE",
    "côte d'ivoire": "CIV",
    "dem. people's rep. of korea": "PRK",
    "dem. rep. of the congo": "COD",
    "democratic republic of the congo": "COD",
    "dominican rep.": "DOM",
    "dr congo": "COD",
    "east timor": "TLS",
    "egypt, arab rep.": "EGY",
    "faeroe islands": "FRO",
    "falkland islands (malvinas)": "FLK",
    "france, monaco": "FRA",
    "fs micronesia": "FSM",
    "great britain": "GBR",
    "holy see (vatican city state)": "VAT",
    "hong kong sar": "HKG",
    "hong kong": "HKG",
    "hong kong, china": "HKG",
    "iran (islamic republic of)": "IRN",
    "iran, islamic rep.": "IRN",
    "iran, islamic republic of": "IRN",
    "ivory coast": "CIV",
    "korea": "KOR",
    "korea, north": "PRK",
    "korea, rep.": "KOR",
    "korea, republic of": "KOR",
    "korea, south": "KOR",
    "kyrgyz republic": "KGZ",
    "lao pdr": "LAO",
    "lao people's dem. rep.": "LAO",
    "macau": "MAC",
    "macedonia": "MKD",
    "mainland china": "CHN",
    "myanmar": "MMR",
    "n. mariana islands": "MNP",
    "norfolk islands": "NFK",
    "norway, svalbard and jan mayen": "NOR",
    "other asia, nes": "TWN",  # UN Comtrade
    "pitcairn": "PCN",
    "rep. of korea": "KOR",
    "rep. of moldova": "MDA",
    "republic of korea": "KOR",
    "republic of the congo": "COG",
    "russian federation": "RUS",
    "saint maarten": "SXM",
    "slovak republic": "SVK",
    "state of palestine": "PSE",
    "swaziland": "SWZ",
    "switzerland, liechtenstein": "CHE",
    "syrian arab rep.": "SYR",
    "syrian arab republic": "SYR",
    "taiwan province of china": "TWN",
    "taiwan, china": "TWN",
    "tfyr of macedonia": "MKD",
    "the netherlands": "NLD",
    "turkey": "TUR",
    "u.s.": "USA",
    "uae": "ARE",
    "uk": "GBR",
    "united rep. of tanzania": "TZA",
    "united states of america": "USA",
    "usa": "USA",
    "usa, puerto rico and us virgin islands": "USA",
    "venezuela (bolivarian republic of)": "VEN",
    "viet nam": "VNM",
    "wallis and futuna islands": "WLF",
    "wld": "WLD",
    "world": "WLD",
}


def english_name(alpha3: str) -> str:
    """The English short name of a country by its ISO alpha-3 code; a code that CLDR does not know is left as it is."""
    territories: list[str] = get_global("territory_aliases").get(alpha3, [])
    return str(Locale("en").territories.get(territories[0], alpha3)) if territories else alpha3


def folded(name: str) -> str:
    """A name as `alpha3_by_name` has it: lower case, with the abbreviations of trade files written out."""
    text = f" {name.strip().lower()} ".replace("’", "'").replace("&", "and")
    for short, long in ((" st. ", " saint "), (" isds ", " islands "), (" terr ", " territory ")):
        text = text.replace(short, long)
    return text.strip()


def alpha3_by_name() -> dict[str, str]:
    """English names, ISO alpha-2 and alpha-3 codes, folded, → alpha-3 (`WLD` for the world)."""
    alpha3: dict[str, str] = {}
    for code, replaced_by in sorted(get_global("territory_aliases").items()):
        if len(code) == 3 and code.isalpha() and len(replaced_by) == 1 and code not in _WITHDRAWN:
            alpha3.setdefault(replaced_by[0], code)
    names: dict[str, str] = {}
    for code, name in Locale("en").territories.items():
        if code in alpha3:
            names[folded(str(name))] = alpha3[code]
    names.update({code2.lower(): code3 for code2, code3 in alpha3.items()})
    names.update({code3.lower(): code3 for code3 in alpha3.values()})
    names.update(_ALSO_WRITTEN)
    return names
