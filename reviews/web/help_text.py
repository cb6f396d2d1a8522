"""The query language on the help page: what to type, and what it finds. Tested against docs/query-language.md."""

EXAMPLES = (
    ("neglect", "the word and its other forms: neglected, neglectful …"),
    ('"voice of the child"', "these words next to each other"),
    ("missed appointments", "both words, in one paragraph or further apart"),
    ('in:recommendations "information sharing"', "only in the recommendations"),
)
"""Examples for the empty search page: what to type, and what it finds."""

GROUPS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Words",
        (
            ("neglect", "the word and its other forms: neglected, neglectful, neglecting"),
            ("neglect adolescent", "both words; reports that have them in one paragraph come first"),
            ("neglect OR maltreatment", "either word, or both; write OR in capitals"),
            ("neglect (teenager OR adolescent)", "neglect, and one of the other two"),
            ("neglect -dental", "neglect, but not in reports that mention dental"),
            ("=neglect", "exactly this word, none of its forms"),
            ("=DNA", "DNA in capitals (did not attend), not dna"),
        ),
    ),
    (
        "Words that go together",
        (
            ('"voice of the child"', "these words next to each other"),
            ('"was not brought"', "in quotation marks, very common words such as was and not are kept"),
            ("neglect NEAR/10 adolescent*", "both in one paragraph, with at most 10 words between them"),
            ('"information sharing"~5', "these words in this order, with at most 5 words between them"),
            ("multi-agency", "multi-agency, multiagency and multi agency: each finds the others"),
        ),
    ),
    (
        "Parts of words and spelling",
        (
            ("neglect*", "words that start like this; type at least three letters before the *"),
            ("wom?n", "woman or women: ? stands for exactly one letter"),
            ("neglcet~", "words with a similar spelling"),
        ),
    ),
    (
        "Parts of a report",
        (
            ("in:recommendations neglect", "the word in the recommendations"),
            ("in:findings (neglect adolescent)", "both words in the findings"),
            ('in:"action plan" training', "the word in action plans; put a name of two words in quotation marks"),
        ),
    ),
    (
        "Details of a report",
        (
            ("board:knowsley", "reports by a board with this word in its name"),
            ('title:"child y"', "reports with both words in the title"),
            ("year:2015..2020 neglect", "reports from these years that mention neglect"),
            ("kind:summary neglect", "executive summaries that mention neglect"),
            ("paragraph:4.3.2", "the paragraph with this printed number, in every report that has one"),
        ),
    ),
    (
        "Themes",
        (('theme:"voice of the child"', "any of the words and phrases that the theme looks for"),),
    ),
)
