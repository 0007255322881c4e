"""Names of invented companies: a list by hand, then combinations without end."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

INDUSTRIES = {
    "F": "Food", "L": "Logistics", "M": "Manufacturing", "I": "Insurance", "B": "Banking",
    "H": "Health care", "E": "Energy", "R": "Retail", "T": "Travel", "P": "Public sector",
    "S": "Software", "C": "Construction", "D": "Media", "U": "Education", "G": "Agriculture",
    "A": "Professional services",
}  # fmt: skip


class Company(NamedTuple):
    """`slug`: the first part of its domain, ASCII. `culture`: where most of its people come from."""

    name: str
    slug: str
    industry: str
    culture: str


# name|industry, one culture after another
BY_HAND = {
    "en": """
Ardenfold Mutual|I;Brackenholt Ports|L;Kestrelmoor Robotics|M;Corvane Analytics|S;Quillmarsh Press|D
Sable & Thornwick Legal|A;Vantorel Energy|E;Lumenoak Lighting|M;Ashgrovell Hospitals|H
Orchardwyn Street Bank|B;Brightmere Utilities|E;Castellune Security|A;Selwynhurst Aerospace|M
Tidewellan Foods|F;Hexcombe Textiles|M;Larkspurne Travel|T;Redmaynard Motors|M;Birchallow Group|C
Verityne Labs|H;Coballant Rail|L;Greywickham Council|P;Palisander Software|S;Wildrosebank Schools|U
Ironbridgely Steel|M;Solacea Health|H;Juniper & Finchley|R;Marisgate Shipping|L;Dunmoorish College|U
Falconbrae Mining|M;Nimbusell Telecom|S;Stellanor Optics|M;Alderparke Schools|U;Hollishaw Packaging|M
Kingsmeadow Law|A;Luxfordine Cosmetics|R;Penrosely Fintech|B;Tamarindle Foods|F;Owlcombe Dairies|F
Copperhollow Breweries|F;Saltmarrow Fisheries|G;Windlestrae Farms|G;Pebblewick Toys|R
Harrowgale Wind|E;Mossfenwick Gardens|R;Quarrystone Builders|C;Thistledown Hotels|T
Emberlyn Ceramics|M;Foxholme Couriers|L;Glimmerford Cinemas|D;Heronsmere Water|E
Inkberrow Books|R;Juddering & Pell|A;Kittiwake Ferries|L;Lanternby Museums|P;Mallowdene Care|H
Nettlecombe Nurseries|G;Oxlipton Housing|P;Pikestaff Outdoor|R;Rookhaven Theatres|D;Swanlow Cycles|R
""",
    "de": """
Müritztaler Maschinenbau|M;Hohenfelser Brauhaus|F;Küstenlicht Energie|E;Steinbrügger Versicherung|I
Lindenauer Verlag|D;Waldkrone Möbel|R;Nordwinkel Spedition|L;Sonnhalder Kliniken|H
Rabenfurter Werkzeuge|M;Taubergrund Molkerei|F;Elbwiesen Stadtwerke|P;Falkenrieder Bau|C
""",
    "fr": """
Boulangeries Vaucroix|F;Assurances Belrivage|I;Éditions du Lierre Bleu|D;Transports Marcelune|L
Verrerie de Saint-Orval|M;Hôtels Clairbocage|T;Crédit Montfaucelle|B;Laboratoires Hestier|H
Jardins d'Aubrelle|G;Ateliers Roquevert|M
""",
    "es": """
Transportes Almarena|L;Bodegas Peñalución|F;Seguros Ribalta Norte|I;Clínicas Solaverde|H
Textiles Quebrantero|M;Editorial Luz de Marzo|D;Constructora Vallehondo|C;Cítricos Benaluma|G
Hoteles Costa Taray|T
""",
    "pl": """
Zakłady Borowiecko|M;Mleczarnia Jasnołąka|F;Transport Wilczybór|L;Księgarnie Złoty Liść|R
Ubezpieczenia Dębogród|I;Sady Grójczanka|G;Przychodnie Białodąb|H
""",
    "pt": """
Café Serra do Luar|F;Transportes Rioclaro Azul|L;Seguros Vale Sereno|I;Cerâmica Monteprata|M
Clínicas Boa Enseada|H;Editora Pedra Lisa|D
""",
    "sv": """
Fjällsundets Kraft|E;Norrviksholms Skog|G;Björkhamra Möbler|R;Skärgårdsbro Rederi|L
Vinterängs Bageri|F
""",
    "in": """
Chandrapurva Textiles|M;Neelkamalini Foods|F;Suryagiri Power|E;Kaverivan Logistics|L
Meghdootika Travels|T;Vidyasarit Schools|U
""",
}
# name|slug|industry where the slug cannot be read off the name
IN_OTHER_SCRIPTS = {
    "ja": "青凪精機|aonagi-seiki|M;月見坂食品|tsukimizaka|F;風花物流|kazahana|L;白樺堂書店|shirakabado|R",
    "zh": "云栖桥软件|yunqiqiao|S;青柚湖食品|qingyouhu|F;远帆渡物流|yuanfandu|L",
    "ar": "واحة السنديان للتوريد|sindyan-oasis|L;نخيل الأفق للأغذية|ofoq-palms|F;مرسى اللؤلؤ للسفر|marsa-lulu|T",
    "he": "אורן כחול לוגיסטיקה|oren-kahol|L;גשר הדקל ביטוח|gesher-dekel|I",
    "el": "Αιγιαλίς Ναυτιλιακή|aigialis|L;Ελαιώνες Θυμαριάς|thymaria|G",
    "uk": "Калинобрід Агро|kalynobrid|G;Синьоводна Енергія|synovodna|E",
}

ROOTS = (
    "Aldermoor Ambleholt Applethorn Ashenvale Barrowmere Beckwith Bellmarsh Blackthorne Bramblegate"
    " Briarfold Caldermoss Candlewick Cinderford Clovermead Cobbleway Coralhythe Cranesfoot"
    " Dapplewood Dewhollow Driftmoor Duskwater Eddermere Elderwyn Everholt Fallowfen Fernlisle"
    " Flintover Foamhaven Frostmead Galewick Gildenray Goldencleft Gorsehill Greenlarch Hartsmere"
    " Hawkenby Hazelgarth Heatherlow Hollowmere Honeycroft Icefjell Ivorystone Kelpshore Larchwick"
    " Limewater Longmarrow Marlstone Mistlegate Moonsedge Mulberrow Nightmarsh Oakenshire Otterbrae"
    " Peatwhistle Pinecastle Plumridge Ravensedge Reedwhistle Rowanlea Saffronmoor Silverwold"
    " Sorrelby Starwharf Stonelark Tanglewyn Tarnwood Thornmere Umberfield Valewright Wickerlow"
    " Willowmarch Wolfsbrae Yarrowgate Zephyrholm"
).split()
KINDS = (
    ("Foods", "F"), ("Bakeries", "F"), ("Freight", "L"), ("Harbours", "L"), ("Robotics", "M"),
    ("Steelworks", "M"), ("Instruments", "M"), ("Mutual", "I"), ("Assurance", "I"), ("Savings", "B"),
    ("Payments", "B"), ("Clinics", "H"), ("Dental", "H"), ("Power", "E"), ("Solar", "E"),
    ("Stores", "R"), ("Outfitters", "R"), ("Hotels", "T"), ("Voyages", "T"), ("Borough", "P"),
    ("Housing", "P"), ("Systems", "S"), ("Software", "S"), ("Builders", "C"), ("Studios", "D"),
    ("Press", "D"), ("College", "U"), ("Farms", "G"), ("Orchards", "G"), ("Partners", "A"),
)  # fmt: skip


def companies(rng: np.random.Generator, *, count: int) -> list[Company]:
    """`count` different companies: those by hand first, each group in an order of its own."""
    found = _shuffled(rng, _by_hand())
    if len(found) < count:
        found += _shuffled(rng, _combined(ROOTS))
    if len(found) < count:
        pairs = itertools.combinations(ROOTS, 2)
        found += _combined(f"{one} & {other}" for one, other in pairs)
    return found[:count]


def slug(name: str) -> str:
    """A name as the first part of a domain: ASCII letters and digits."""
    plain = unicodedata.normalize("NFKD", name.lower().replace("ł", "l").replace("ø", "o"))
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())


def _by_hand() -> list[Company]:
    found = []
    for culture, text in BY_HAND.items():
        for entry in text.replace("\n", ";").strip(";").split(";"):
            name, industry = entry.split("|")
            found.append(Company(name, slug(name), INDUSTRIES[industry], culture))
    for culture, text in IN_OTHER_SCRIPTS.items():
        for entry in text.split(";"):
            name, its_slug, industry = entry.split("|")
            found.append(Company(name, its_slug, INDUSTRIES[industry], culture))
    return found


def _combined(roots: Iterable[str]) -> list[Company]:
    return [
        Company(f"{root} {kind}", slug(f"{root} {kind}"), INDUSTRIES[industry], "en")
        for root in roots
        for kind, industry in KINDS
    ]


def _shuffled(rng: np.random.Generator, found: list[Company]) -> list[Company]:
    return [found[place] for place in rng.permutation(len(found))]
