"""Names of invented people in several scripts; `/` divides a name from its Latin spelling."""

from __future__ import annotations

from metrics.demo.names import slug

# culture: given names | family names
NAMES = {
    "en": "Amelia Ruby Grace Ethan Marcus Noah Olivia Caleb Harriet Jasper Naomi Theo Imogen Felix"
    "|Ashworth Barlow Carver Dunmore Ellery Fairbank Godwin Harlan Ivers Kendrick Loxley Mercer"
    " Nash O'Dell Prescott Quimby",
    "de": "Jana Lukas Mia Jürgen Anneliese Björn Käthe Moritz Greta Sönke Ulrike Tobias"
    "|Müller-Brandt Schäfer Vogelsang Weiß Krüger Lindholz Oberfeld Reinhardt Sauerland Grünwald"
    " Böttcher Ackermann",
    "fr": "Chloé Émile Noémie Léo Maëlle Théo Aurélie Bastien Solène Rémi Agathe Gaël"
    "|Beaulieu Carpentier Delorme Fournier-Roy Guérin Lacombe Mercier Noël Perrault Rousselin"
    " Tessier Vasseur",
    "es": "Lucía Mateo Íñigo Carmen Begoña Álvaro Núria Jimena Raúl Inés Gonzalo Pilar"
    "|Aranda Bermúdez Castañeda Echeverría Gallardo Ibáñez Lozano Montalbán Núñez Quintana Rincón"
    " Zúñiga",
    "pl": "Agnieszka Łukasz Zofia Paweł Małgorzata Wojciech Żaneta Kacper Iwona Stanisław"
    "|Bąk Dąbrowska Gołąb Jabłońska Krzyżanowski Łęcka Mroźny Pióro Śliwa Żurawska",
    "pt": "João Inês Conceição Tiago Beatriz Vitória Davi Luísa Anderson Márcia"
    "|Araújo Brandão Camargo Falcão Guimarães Magalhães Peçanha Sarmento Tavares Valadão",
    "sv": "Åsa Björn Ebba Göran Linnéa Måns Saga Örjan Tuva Viggo"
    "|Ångström Bergqvist Dahlgren Ekström Hjälte Lindqvist Nyström Rosengren Sjöberg Wikström",
    "in": "Aarav Ishani Kavya Rohan Meera Arjun Divya Nikhil Pooja Sanjay"
    "|Acharya Bhattacharya Chaudhari Deshpande Iyer Kulkarni Menon Nair Raghavan Trivedi",
    "ja": "さくら/sakura 健太/kenta 美咲/misaki 大輔/daisuke 陽子/yoko 蓮/ren 結衣/yui 直樹/naoki"
    "|青木/aoki 長谷川/hasegawa 小野寺/onodera 西村/nishimura 三浦/miura 藤原/fujiwara 森田/morita"
    " 岡本/okamoto",
    "zh": "晓雯/xiaowen 志强/zhiqiang 雅婷/yating 文博/wenbo 思远/siyuan 佳怡/jiayi 建国/jianguo"
    "|欧阳/ouyang 沈/shen 陆/lu 方/fang 程/cheng 魏/wei 谢/xie",
    "ar": "ليلى/layla كريم/karim نور/nour سامي/sami هالة/hala ياسين/yassin مريم/maryam طارق/tariq"
    "|الحداد/alhaddad منصور/mansour الخطيب/alkhatib درويش/darwish النجار/alnajjar سليمان/suleiman"
    " حمدان/hamdan",
    "he": "נועה/noa איתן/eitan תמר/tamar יונתן/yonatan שירה/shira אורי/uri"
    "|לוין/levin ברקוביץ/berkovitz שפירא/shapira אלון/alon גולן/golan הררי/harari",
    "el": "Ελένη/eleni Νίκος/nikos Κατερίνα/katerina Γιώργος/giorgos Σοφία/sofia Ανδρέας/andreas"
    "|Παππάς/pappas Νικολάου/nikolaou Βλάχου/vlachou Δημητρίου/dimitriou Καρρά/karra",
    "uk": "Оксана/oksana Тарас/taras Соломія/solomiia Богдан/bohdan Леся/lesia Андрій/andrii"
    "|Шевчук/shevchuk Коваленко/kovalenko Мельник/melnyk Ткаченко/tkachenko Гончар/honchar",
}
FAMILY_FIRST = ("ja", "zh")


def person_name(culture: str, *, given: int, family: int) -> tuple[str, str]:
    """A name as its bearer writes it, and the first part of her e-mail address, ASCII.

    `given` and `family` are any whole numbers; they choose from the lists.
    """
    givens, families = (part.split() for part in NAMES[culture].split("|"))
    first, _, first_latin = givens[given % len(givens)].partition("/")
    last, _, last_latin = families[family % len(families)].partition("/")
    name = f"{last}{first}" if culture in FAMILY_FIRST else f"{first} {last}"
    return name, f"{first_latin or slug(first)}.{last_latin or slug(last)}"
