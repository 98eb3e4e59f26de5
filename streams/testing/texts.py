"""Texts that a component must stand: a few plain ones, and what has broken others."""

PLAIN = (
    "Die Deutsche Bahn fällt heute schon wieder aus, danke für nichts!",
    "Just landed in Berlin, the crew was wonderful 😀",
    "Der Zug nach Köln fährt um 8 Uhr von Gleis 4.",
    "#Bahnstreik @db_bahn https://example.org/a?b=1 RT",
)
HOSTILE = (
    " ", "a", "@", "#", "@@ ## :// www.", "😀😀😀", "👩‍👩‍👧 🇩🇪", "\x00", "a\x00b@c\x00#d",
    "\u202eright to left", "مرحبا بالعالم", "Привет, Berlin und 日本語 zugleich", "e\u0301\u0301\u0301 ﬁ ß İ ı ſ",
    "&amp;&lt;b&gt;&#0;&#xD800;&bogus;", "<p>Hallo<br/>Welt</p><script>",
    "\u00ad\u200b\ufeff", "\n\r\t\v\f\x85\u2028", "(((((((dpa", "1" * 5_000, "a" * 100_000, "😀" * 100_000,
    "ab " * 33_334, "@x " * 33_334, "&" * 100_000, "<" * 100_000, "A-" * 50_000, "().," * 25_000,
    "Köln " * 20_000, "ſß" * 50_000, "http://" * 14_286, "RT @a: " * 14_286,
)  # fmt: skip
