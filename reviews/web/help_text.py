"""The query language as the help page explains it: what one can type, and what it finds. Tested against
docs/query-language.md.
"""

EXAMPLES = (
    ("neglect", "the word and its forms: neglected, neglectful …"),
    ('"voice of the child"', "these words side by side"),
    ("neglect NEAR adolescent", "both words near each other, in one paragraph"),
    ('in:recommendations "information sharing"', "only in the recommendations"),
)
"""Shown on the empty search page: what one can type, and what it finds."""

GROUPS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Words",
        (
            ("neglect", "the word and its forms: neglect, neglected, neglectful, neglecting"),
            ("neglect adolescent", "both words, anywhere in the report"),
            ("neglect OR maltreatment", "at least one of them; write OR in capitals"),
            ("neglect (teenager OR adolescent)", "neglect, and one of the other two"),
            ("neglect -dental", "neglect, but not in reports that mention dental"),
            ("=neglect", "exactly this word, none of its forms"),
            ("=DNA", "DNA in capitals (did not attend), not dna"),
        ),
    ),
    (
        "Words that belong together",
        (
            ('"voice of the child"', "these words side by side"),
            ("neglect NEAR/10 adolescent*", "both in one paragraph, at most 10 words apart"),
            ('"information sharing"~5', "these words in this order, at most 5 others between"),
            ("multi-agency", "multi-agency, multiagency and multi agency: each finds the others"),
        ),
    ),
    (
        "Parts of words and spelling",
        (
            ("neglect*", "words that begin so; at least three letters before the *"),
            ("wom?n", "woman or women: ? is exactly one letter"),
            ("neglcet~", "words that are spelled nearly so"),
        ),
    ),
    (
        "Parts of a report",
        (
            ("in:recommendations neglect", "the word in the recommendations"),
            ("in:findings (neglect adolescent)", "both words in the findings"),
            ('in:"action plan" training', "names of two words in quotation marks"),
        ),
    ),
    (
        "What is known of a report",
        (
            ("board:knowsley", "reports of a board with this word in its name"),
            ('title:"child y"', "reports with both words in the title"),
            ("year:2015..2020 neglect", "reports of these years that mention neglect"),
            ("kind:summary neglect", "executive summaries that mention neglect"),
            ("paragraph:4.3.2", "reports with a paragraph that is printed with this number; it is shown"),
        ),
    ),
    (
        "Themes",
        (('theme:"voice of the child"', "any of the words and phrases that stand for the theme; they are shown"),),
    ),
)
