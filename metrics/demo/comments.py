"""What people write: comments on surveys and tickets, in their own language and mood."""

from __future__ import annotations

# language: mood -> comments; of surveys about the product
SURVEY = {
    "en": {
        "good": (
            "Saves me an hour every morning.",
            "+1 for the new reports, our board loves them",
            "Rolled out to a second department, and nobody complained. That says a lot!",
            "Support answered before I had finished my coffee :)",
        ),
        "fair": (
            "Good, but the calendar is slow on Mondays.",
            "Does the job. Would like better exports (Excel, not only CSV).",
            'I only use "Tasks" and "Boards", the rest I have never seen.',
        ),
        "bad": (
            "Since Dana left nobody here knows how to set this up.",
            "Too many clicks; half of my team went back to spreadsheets.",
            "We asked three times about the <select> box that loses its value. No answer.",
            "Price went up, quality did not.\nWe are looking at alternatives.",
        ),
    },
    "de": {
        "good": ("Läuft einfach. Die Schulung war ihr Geld wert.", "Übersichtlich und schnell, großes Lob!"),
        "fair": ("Ganz ordentlich, aber die Suche findet Umlaute nicht immer.", "Für kleine Teams etwas überladen."),
        "bad": ("Seit dem Umbau der Abteilung nutzt es kaum noch jemand.", "Drei Tage auf eine Antwort gewartet – so geht das nicht."),
    },
    "fr": {
        "good": ("Très pratique, l'équipe l'a adopté en une semaine.", "Les rapports sont enfin lisibles, merci !"),
        "fair": ("Correct, mais il manque une vue par équipe.", "L'import demande trop d'étapes."),
        "bad": ("Personne ne nous a montré comment l'utiliser.", "Trop de pannes ces derniers mois, on perd confiance."),
    },
    "es": {
        "good": ("Nos ahorra mucho tiempo cada semana.", "¡La atención es rapidísima!"),
        "fair": ("Funciona bien, aunque cuesta encontrar las opciones.", "Faltan informes por grupo."),
        "bad": ("Desde que se fue Marta nadie lo mantiene.", "Demasiado caro para lo poco que lo usamos."),
    },
    "pl": {
        "good": ("Świetne narzędzie, polecam każdemu zespołowi.", "Szkolenie było krótkie i konkretne."),
        "fair": ("Działa, ale raporty mogłyby być szybsze.", "Przydałby się lepszy kalendarz."),
        "bad": ("Połowa ludzi wróciła do arkuszy.", "Zgłoszenie czeka już drugi tydzień."),
    },
    "pt": {
        "good": ("A equipe inteira usa todos os dias.", "Muito mais fácil do que a planilha antiga!"),
        "fair": ("Bom, mas as notificações são confusas.", "Falta um aplicativo melhor."),
        "bad": ("Ninguém foi treinado e por isso ninguém usa.", "O suporte demora demais."),
    },
    "sv": {
        "good": ("Enkelt att komma igång, alla hänger med.",),
        "fair": ("Bra, men sökningen kunde vara bättre.",),
        "bad": ("Vi har nästan slutat använda det.",),
    },
    "ja": {
        "good": ("毎朝の準備が30分短くなりました。", "研修がわかりやすく、すぐに使えました。"),
        "fair": ("便利ですが、検索が少し遅いです。", "レポートの種類がもっと欲しいです。"),
        "bad": ("担当者が異動してから、ほとんど使われていません。", "問い合わせの返事が遅すぎます。"),
    },
    "zh": {
        "good": ("团队每天都在用，效率提高了很多。",),
        "fair": ("功能不错，但导入步骤太多。",),
        "bad": ("没有人教我们怎么用，大家又回到表格了。",),
    },
    "ar": {
        "good": ("وفّر علينا وقتًا كثيرًا كل أسبوع.", "التدريب كان واضحًا ومفيدًا."),
        "fair": ("جيد، لكن التقارير بطيئة أحيانًا.",),
        "bad": ("لم يعد أحد يستخدمه بعد مغادرة المسؤول.", "انتظرنا أسبوعًا كاملًا للحصول على رد."),
    },
    "he": {
        "good": ("חוסך לנו שעה בכל יום.",),
        "fair": ("טוב, אבל החיפוש איטי.",),
        "bad": ("אף אחד לא הדריך אותנו.",),
    },
    "el": {
        "good": ("Πολύ εύχρηστο, το χρησιμοποιούμε όλοι.",),
        "fair": ("Καλό, αλλά λείπουν αναφορές.",),
        "bad": ("Η υποστήριξη αργεί πολύ.",),
    },
    "uk": {
        "good": ("Дуже зручно, рекомендую колегам.",),
        "fair": ("Непогано, але звіти повільні.",),
        "bad": ("Після реорганізації майже ніхто не користується.",),
    },
}  # fmt: skip

# of ratings on solved tickets
TICKET = {
    "en": {"good": ("Quick and clear, thank you", "Solved in one go."), "bad": ("I had to explain it three times", "Closed without a solution!")},
    "de": {"good": ("Schnelle Hilfe, danke",), "bad": ("Immer wieder dieselben Rückfragen",)},
    "fr": {"good": ("Réponse claire et rapide",), "bad": ("Problème toujours pas résolu",)},
    "es": {"good": ("Muy amables, gracias",), "bad": ("Tardaron demasiado",)},
    "pl": {"good": ("Szybko i na temat",), "bad": ("Nikt nie przeczytał mojego opisu",)},
    "pt": {"good": ("Resolvido na hora",), "bad": ("Fechado sem solução",)},
    "ja": {"good": ("丁寧な対応でした",), "bad": ("解決していません",)},
    "ar": {"good": ("شكرًا على السرعة",), "bad": ("لم تُحل المشكلة",)},
}  # fmt: skip
# people write the language of their culture
LANGUAGES = {"in": "en"}


def comment(about: dict[str, dict[str, tuple[str, ...]]], *, culture: str, mood: str, pick: int) -> str:
    """One of the comments of a mood; `pick` is any whole number. English where there is none."""
    language = LANGUAGES.get(culture, culture)
    moods = about.get(language, about["en"])
    found = moods.get(mood) or moods["bad"]
    return found[pick % len(found)]
