"""Invented names: companies, people in several scripts, departments."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

COMPANIES = tuple(
    """Alderbrook Mills|Anselm & Roe|Arcwell Foods|Ashgrove Dental|Auberon Travel|Balmoor Freight
Bexley Tiles|Birchmere Bank|Blauwerk Optik|Boreal Kitchens|Bramhollow Legal|Brightfen Energy
Brookhaven Seeds|Calder & Finch|Camberline|Candlewick Toys|Caspian Ferries|Cedarpoint Clinics
Cinderford Steel|Clearmarsh Water|Cobalt Orchard|Copperdale Homes|Corvane Robotics|Crestwick
Dalmara Fashion|Deepholm Salvage|Dornfeld Maschinen|Dovetail Joinery|Driftmoor|Dunmere Insurance
Eastlock Security|Eberstadt Papier|Elmsgate Schools|Emberly Ceramics|Fallowfield Farms
Farrowgate|Fenwick Harbour|Fernhollow Spa|Fjordlys Audio|Flintmoor Quarries|Foxbarrow Press
Gablewood Doors|Galenport Pharma|Garnet & Slate|Gildersham|Glasswater Labs|Goldenreed Rice
Granholm Bikes|Greyfriar Books|Hallowell Pumps|Harrowdene|Hawkspur Aviation|Hazelrigg Dairy
Heronsgate|Hillcote Cheese|Hollowbrook Cider|Hortensia Blumen|Ibexhaus Outdoor|Inverlay Textiles
Ironmarsh Tools|Ivoryfield|Jadewharf Shipping|Juniper & Vale|Kaltensee Brauerei|Kestrelway
Kingsfold Media|Kirkmoor Cement|Kobaltwind|Lacewing Studios|Lanternhill Games|Larkmead Vets
Laurelstone Hotels|Leafcroft Paper|Lindenhof Pflege|Longreach Solar|Lumenfjord|Lydgate Motors
Maplecroft Homes|Marigold Transit|Marlowe Bay Fisheries|Meadowhurst|Merrowsea Marine|Millgarth
Mistral & Fils|Monteluna Vini|Moorlark Cycles|Nachtigall Musik|Netherby Glass|Nightjar Cameras
Norrskog Timber|Northquay Logistics|Oakhanger Trust|Ochre Valley Wines|Olmsted Gears|Orchidea Bio
Otterburn Knitwear|Pallister Group|Pebblecross|Pellinore Games|Pinecastle Water|Plumwater Inks
Polarstern Kühlung|Quarrybank|Quillfeather|Ravensholm|Redhythe Bakeries|Ridgemont Wealth
Rookwood Theatres|Rosendal Möbler|Rushmere Plastics|Saffronwell|Saltmarsh Chemicals|Sandpiper Air
Seagrove Cruises|Silberbach Uhren|Skarholt Wind|Slatewing|Sorrelfield|Southlea Rail|Sparrowgate
Stellamar Resorts|Stonebeck|Sunderholm|Tamarisk Events|Tannhof Holz|Teasel & Thread|Thistlecombe
Thornbury Lifts|Tidewell Swim|Torvald Ski|Umberfield|Valdoro Coffee|Verdigris Metals|Vexholm
Wagtail Parcels|Waldeck Apotheken|Weatherby Sails|Wexmoor|Whitestrand|Willowbank Care|Winterley
Wrenfield Labs|Yarrowdale|Yewtree Finance|Zelkova Gardens|Zephyrine Fans""".replace(
        "\n", "|"
    ).split("|")
)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_FIRST = _words(
    """Ald Ash Bar Bel Birch Black Bram Bray Calder Carn Cold Crag Dal Dray East Elder Fal Fen
Fern Glen Gold Grey Hal Hart Hazel Helm Holt Iron Kel Lang Lark Lin Mar Mere Moss Nether Oak Orm
Pell Quarn Raven Red Rook Salt Sel Stan Thorn Ulver Vard Wes Wether Wyn Yar"""
)
_SECOND = _words(
    """barrow beck bourne bridge cote croft dale fell ford garth gate grove ham holt hurst
leigh mere moor more ness shaw stead stone thorpe ton wick"""
)
_TRADES = _words(
    """Analytics Bakeries Clinics Components Consulting Energy Foods Foundry Freight Glass
Homes Hotels Instruments Insurance Kitchens Labs Legal Logistics Media Motors Optics Packaging
Pharma Robotics Schools Software Studios Textiles Tools Travel"""
)


def company(index: int) -> str:
    """The name of the company at `index`; distinct for the first 40,000."""
    if index < len(COMPANIES):
        # a stride without a common factor: the portfolio is not in alphabetical order
        return COMPANIES[index * 61 % len(COMPANIES)]
    combined = len(_FIRST) * len(_SECOND) * len(_TRADES)
    stem, trade = divmod((index - len(COMPANIES)) * 7919 % combined, len(_TRADES))
    first, second = divmod(stem, len(_SECOND))
    return f"{_FIRST[first]}{_SECOND[second]} {_TRADES[trade]}"


@dataclass(frozen=True, kw_only=True)
class Script:
    """Given and family names that go together; `family_first` as in Japanese."""

    language: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    family_first: bool = False

    def all_names(self) -> tuple[str, ...]:
        pairs = product(self.given, self.family)
        if self.family_first:
            return tuple(f"{family} {given}" for given, family in pairs)
        return tuple(f"{given} {family}" for given, family in pairs)


def _script(language: str, given: str, family: str, *, family_first: bool = False) -> Script:
    return Script(
        language=language,
        given=_words(given),
        family=_words(family),
        family_first=family_first,
    )


SCRIPTS = (
    _script(
        "en",
        "Amelia Ben Charlotte Daniel Esme Freya George Hannah Isla Jack Kate Leo Maya Noah Olivia"
        " Poppy Ruth Samuel Tessa William",
        "Abbott Baxter Carver Dalton Ellery Fletcher Grant Harding Ingram Keane Lowell Marsh Nash"
        " Osborne Pryce Quinn Rowe Sutton Thorne Webb",
    ),
    _script(
        "de",
        "Anke Björn Claudia Dieter Elke Frank Gisela Holger Inge Jürgen Katrin Lars Monika Nils"
        " Petra Rainer Sabine Uwe",
        "Bäcker Dietrich Ebert Fuchs Großmann Hübner Jäger Köhler Lindner Möller Neumann Pohl"
        " Richter Schäfer Thiele Vogt Weiß Zöllner",
    ),
    _script(
        "fr",
        "Amélie Benoît Chloé Didier Élodie François Gaëlle Hugo Inès Jérôme Léa Mathieu Noémie"
        " Océane Rémi Sophie",
        "Beaumont Chevalier Dufour Fournier Girard Lacroix Lefèvre Marchand Noël Perrin Renaud"
        " Rousseau Vasseur",
    ),
    _script(
        "es",
        "Álvaro Begoña Carmen Diego Elena Fernando Inés Íñigo Lucía Marta Nicolás Pilar Raúl Sofía",
        "Aguilar Benítez Castaño Domínguez Fuentes Ibáñez Luján Márquez Núñez Ortega Peña Rincón",
    ),
    _script(
        "pl",
        "Agnieszka Bartosz Grażyna Jakub Kasia Łukasz Małgorzata Paweł Stanisław Wojciech Zofia",
        "Baran Dąbrowska Głowacki Jabłońska Krawczyk Mazur Pawłowska Sikora Wróbel Zając",
    ),
    _script(
        "ja",
        "葵 大翔 花子 健太 美咲 陽子 翔 結衣",
        "石井 小川 佐藤 高橋 中村 森 山口 渡辺",
        family_first=True,
    ),
    _script(
        "ar", "أمينة خالد سارة عمر ليلى يوسف مريم طارق", "الحداد النجار العلي منصور خوري حمدان"
    ),
    _script("he", "נועה איתן מאיה יואב תמר דניאל", "כהן לוי ברק אלון שפירא פרידמן"),
    _script("el", "Ελένη Γιώργος Μαρία Νίκος Σοφία", "Παππάς Νικολάου Δήμου Ιωάννου"),
    _script("uk", "Олена Андрій Оксана Тарас Ірина", "Коваль Бондар Шевчук Мельник"),
    _script("hi", "आरती विक्रम नेहा राहुल मीरा", "शर्मा वर्मा गुप्ता नायर"),
)
# how often a company's people are of each script; most companies are mixed
SCRIPT_SHARES = (0.42, 0.14, 0.1, 0.08, 0.06, 0.05, 0.05, 0.03, 0.02, 0.03, 0.02)

GROUPS = ("Operations", "Finance", "Sales", "Marketing", "Engineering", "Quality", "Logistics")
INDUSTRIES = (
    "Manufacturing",
    "Retail",
    "Health care",
    "Logistics",
    "Finance",
    "Education",
    "Energy",
    "Hospitality",
    "Media",
    "Food",
)
