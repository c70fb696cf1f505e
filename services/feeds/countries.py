"""Names as files write them → ISO 3166-1 alpha-3: the built-in table `countries` of manifests."""

from babel import Locale
from babel.core import get_global

# Unicode CLDR keeps the codes of states that are no more; they never name a partner of today.
_WITHDRAWN = frozenset(
    {"ANT", "BUR", "CSK", "DDR", "FXX", "NTZ", "ROM", "SCG", "SUN", "TMP", "VDR", "YMD", "YUG", "ZAR"}
)

# What trade files write and CLDR does not: UN Comtrade, USGS and common short forms.
_ALSO_WRITTEN = {
    "bolivia (plurinational state of)": "BOL",
    "brunei darussalam": "BRN",
    "burma": "MMR",
    "china, hong kong sar": "HKG",
    "china, macao sar": "MAC",
    "congo (kinshasa)": "COD",
    "congo, dem. rep.": "COD",
    "czech republic": "CZE",
    "dem. people's rep. of korea": "PRK",
    "dem. rep. of the congo": "COD",
    "great britain": "GBR",
    "hong kong": "HKG",
    "iran (islamic republic of)": "IRN",
    "iran, islamic rep.": "IRN",
    "ivory coast": "CIV",
    "korea, north": "PRK",
    "korea, rep.": "KOR",
    "korea, republic of": "KOR",
    "korea, south": "KOR",
    "lao people's dem. rep.": "LAO",
    "macau": "MAC",
    "mainland china": "CHN",
    "myanmar": "MMR",
    "other asia, nes": "TWN",  # UN Comtrade
    "rep. of korea": "KOR",
    "rep. of moldova": "MDA",
    "republic of korea": "KOR",
    "russian federation": "RUS",
    "syrian arab republic": "SYR",
    "taiwan, china": "TWN",
    "turkey": "TUR",
    "u.s.": "USA",
    "uae": "ARE",
    "uk": "GBR",
    "united rep. of tanzania": "TZA",
    "united states of america": "USA",
    "usa": "USA",
    "viet nam": "VNM",
    "world": "WLD",
    "wld": "WLD",
}


def english_name(alpha3: str) -> str:
    """The English short name of a country by its ISO alpha-3 code; a code that CLDR does not know is left as it is."""
    territories: list[str] = get_global("territory_aliases").get(alpha3, [])
    return str(Locale("en").territories.get(territories[0], alpha3)) if territories else alpha3


def alpha3_by_name() -> dict[str, str]:
    """English names, ISO alpha-2 and alpha-3 codes, in lower case, → alpha-3 (`WLD` for the world)."""
    alpha3: dict[str, str] = {}
    for code, replaced_by in sorted(get_global("territory_aliases").items()):
        if len(code) == 3 and code.isalpha() and len(replaced_by) == 1 and code not in _WITHDRAWN:
            alpha3.setdefault(replaced_by[0], code)
    names: dict[str, str] = {}
    for code, name in Locale("en").territories.items():
        if code in alpha3:
            names[str(name).lower()] = alpha3[code]
    names.update({code2.lower(): code3 for code2, code3 in alpha3.items()})
    names.update({code3.lower(): code3 for code3 in alpha3.values()})
    names.update(_ALSO_WRITTEN)
    return names
