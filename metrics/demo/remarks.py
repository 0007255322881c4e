"""What people write beside a score, in their own language. Keyed by language and mood."""

from __future__ import annotations

import numpy as np

REMARKS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "good": (
            "Saves our team about half a day every week.",
            "Clear, quick, and the person on the other end knew the product.",
            "The new shared views are exactly what we had been asking for.",
            "Month end used to take three days; now it takes one.",
            "Quick and friendly, thank you!",
        ),
        "mixed": (
            "Good once it is set up, but setting it up took far too long.",
            "The reports are fine. Loading them is not.",
            "It works, though I still keep my own spreadsheet beside it.",
            "Helpful answer, but I had to explain everything twice.",
        ),
        "bad": (
            "We lost a whole afternoon because the export was empty again.",
            "Nobody has shown the new colleagues how to use it.",
            "Waiting this long for a first answer does not work for us.",
            "We pay for all these seats and only a few people still log in.",
            "The price went up, the problems stayed.",
        ),
    },
    "de": {
        "good": (
            "Läuft zuverlässig, und der Support antwortet wirklich schnell.",
            "Spart uns jede Woche mehrere Stunden – möchte ich nicht mehr missen.",
            "Endlich ein Werkzeug, das auch die Kollegen in der Werkhalle benutzen.",
        ),
        "mixed": (
            "Grundsätzlich gut, aber die Einführung war mühsam.",
            "Die Auswertungen stimmen, nur die Oberfläche ist manchmal träge.",
        ),
        "bad": (
            "Seit Frau Köhler weg ist, weiß hier niemand mehr, wie es geht.",
            "Immer dieselben Rückfragen und immer noch keine Lösung.",
            "Zu teuer für das, was wir davon nutzen.",
        ),
    },
    "fr": {
        "good": (
            "Simple, rapide, et l’équipe d’assistance est à l’écoute.",
            "On a gagné un temps précieux sur les clôtures mensuelles.",
        ),
        "mixed": (
            "Bien dans l’ensemble, mais la formation devrait être plus courte.",
            "Utile, même si la recherche reste un peu lente.",
        ),
        "bad": (
            "L’export échoue une fois sur deux : c’est pénible.",
            "Personne n’a formé les nouveaux arrivants.",
        ),
    },
    "es": {
        "good": (
            "¡Excelente! El departamento entero lo usa a diario.",
            "La atención es rápida y muy amable.",
        ),
        "mixed": (
            "Está bien, pero cuesta encontrar las funciones avanzadas.",
            "Cumple, aunque los informes tardan en cargar.",
        ),
        "bad": (
            "Esperamos demasiado por cada respuesta.",
            "El equipo ha vuelto a la hoja de cálculo de siempre.",
        ),
    },
    "pl": {
        "good": (
            "Działa szybko i bez niespodzianek.",
            "Świetna obsługa i pełen spokój, polecam.",
        ),
        "mixed": (
            "Przydatne, ale początki były trudne.",
            "Raporty dobre, interfejs mógłby być żwawszy.",
        ),
        "bad": (
            "Za drogo jak na to, ile z tego korzystamy.",
            "Ciągle wracamy do tego samego problemu.",
        ),
    },
    "ja": {
        "good": ("とても使いやすく、毎日助かっています。", "サポートの返信が早くて丁寧でした。"),
        "mixed": (
            "便利ですが、最初の設定が難しかったです。",
            "機能は十分ですが、表示が少し遅いです。",
        ),
        "bad": (
            "問い合わせの回答が遅すぎます。",
            "担当者が異動してから、ほとんど使われていません。",
        ),
    },
    "ar": {
        "good": ("ممتاز، وفّر علينا وقتًا كثيرًا كل أسبوع.", "الدعم سريع ومتعاون، شكرًا لكم."),
        "mixed": ("جيد عمومًا، لكن التقارير بطيئة أحيانًا.", "مفيد، غير أن البداية كانت صعبة."),
        "bad": ("ننتظر الرد طويلًا في كل مرة.", "لم يدرّب أحدٌ الموظفين الجدد."),
    },
    "he": {
        "good": ("חוסך לנו שעות בכל שבוע.", "תמיכה מהירה ואדיבה."),
        "mixed": ("טוב, אבל לקח זמן ללמוד.", "עובד היטב, רק קצת איטי."),
        "bad": ("הייצוא נכשל שוב ושוב.", "אף אחד כבר לא נכנס למערכת."),
    },
    "el": {
        "good": ("Πολύ εύχρηστο, το χρησιμοποιούμε κάθε μέρα.",),
        "mixed": ("Καλό, αλλά οι αναφορές αργούν.",),
        "bad": ("Περιμένουμε πάρα πολύ για μια απάντηση.",),
    },
    "uk": {
        "good": ("Дуже зручно, дякуємо за швидку відповідь!",),
        "mixed": ("Загалом добре, але навчання задовге.",),
        "bad": ("Ніхто не пояснив новим колегам, як цим користуватися.",),
    },
    "hi": {
        "good": ("बहुत उपयोगी, हर हफ़्ते घंटों की बचत होती है।",),
        "mixed": ("अच्छा है, पर रिपोर्ट धीमी खुलती हैं।",),
        "bad": ("हर जवाब के लिए बहुत इंतज़ार करना पड़ता है।",),
    },
}


def remark(rng: np.random.Generator, *, language: str, mood: str) -> str:
    """One remark of `mood` (good, mixed or bad)."""
    known = REMARKS[language][mood]
    return known[int(rng.integers(len(known)))]
