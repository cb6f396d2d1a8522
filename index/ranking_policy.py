"""The ranking policy: all numbers that determine the order of reports and the choice of passages.

docs/ranking.md and docs/adr/0010 describe the measurements behind them. The constants INDEXED_… are part of the index
format, so changing one requires a new index.
"""

from corpus.model import SectionKind

# At indexing time: the weight of one occurrence of a word.

INDEXED_SECTION_WEIGHTS = {
    # Sections that a practitioner looks for first count more; sections that repeat or support them count less.
    SectionKind.RECOMMENDATIONS: 2.0,
    SectionKind.FINDINGS: 1.6,
    SectionKind.LEARNING: 1.6,
    SectionKind.SUMMARY: 1.3,
    SectionKind.CONCLUSIONS: 1.3,
    SectionKind.ACTION_PLAN: 0.8,
    SectionKind.TERMS_OF_REFERENCE: 0.5,
    SectionKind.APPENDIX: 0.4,
}
"""The weight of each section. All others have weight 1."""

INDEXED_HEADING_WEIGHT = 1.5
"""The factor by which a heading multiplies the weight of its section."""

# The order of reports: BM25, with additions for the title and for parts of the query in one paragraph.

BM25_K1 = 1.2
BM25_B = 0.5
"""Milder than the usual 0.75, because long reports are overviews, and an overview is not worse for being long."""

TITLE_SHARE = 1.5
"""The score of a match in the title, as a share of its idf. It is most of what a match in the text can score."""

PROXIMITY_WEIGHT = 2.0
"""What a part of the query adds if it is in the paragraph with most of the parts, as a multiple of its idf."""

PROXIMITY_REPORTS = 30
"""How many of the best reports are examined for proximity. Reading positions takes time."""

NEARNESS_WEIGHT = 2.0
"""What plain words add if they are adjacent in query order, as a multiple of their idf. The further apart, the less
they add.
"""

NEARNESS_REPORTS = 30
"""How many of the best reports with plain words together are examined for how close together they are."""

# Three or more plain words: plain BM25 of the report, and of its three best paragraphs.

MOST_WORDS_FROM = 3
"""The minimum number of plain words for which a report is scored by its best paragraphs, and may have only most of the
words.
"""

TOGETHER_FIRST_UP_TO = 4
"""The maximum number of plain words for which reports that have them together come first.

More words usually form a sentence, and a paragraph seldom has every word of a sentence.
"""

MOST_NEARNESS = 0.1
"""What adjacent words in query order add to a score of at most 1."""

MOST_B = 0.75
"""BM25's usual b, for reports and for paragraphs."""

MOST_PARAGRAPHS = (1.0, 1 / 2, 1 / 3)
"""The weights of the best, second-best and third-best paragraph of a report."""

MOST_REPORTS = 50
"""For how many of the best reports paragraphs are scored."""

MOST_SHORT = 20
"""A number of tokens. A shorter paragraph counts as having this length."""

# The choice of passages within a report.

PASSAGE_SECTION_WEIGHTS = {
    # Practitioners go straight to recommendations and findings; lists and appendices repeat them.
    SectionKind.RECOMMENDATIONS: 1.3,
    SectionKind.FINDINGS: 1.2,
    SectionKind.LEARNING: 1.2,
    SectionKind.SUMMARY: 1.1,
    SectionKind.APPENDIX: 0.6,
    SectionKind.TERMS_OF_REFERENCE: 0.7,
}
"""The weight of each section. All others have weight 1."""

REPETITION_WEIGHT = 0.8
"""How much a repeated match adds: 1 + this × log(matches). A paragraph on a subject names it more than once."""

NEARBY_FACTOR = 0.7
"""The factor for a paragraph near one that has already been chosen."""

NEARBY_PARAGRAPHS = 3
"""The distance in paragraphs that still counts as near."""

COVERED_FACTOR = 0.5
"""The factor for a part of the query that a chosen paragraph already shows."""

FULL_PARAGRAPH = 40
"""A number of tokens. A shorter paragraph is a heading, a list item or a remark, and counts proportionally less."""

SHORTLIST_FACTOR = 12
"""How many paragraphs to examine closely for each one wanted."""

SNIPPET_MIN_IDF_SHARE = 0.1
"""A share of the highest idf in the query. Parts with less do not decide where a passage is cut."""

DISTANT_SHARE = 0.2
"""The value of a paragraph with plain words far apart, as a share of one with the same number of adjacent words."""

ENUMERATED_FACTOR = 0.5
"""The factor for a sentence that has the words only after "such as", "including" or similar."""

WORDS_FOR_A_COMMA = 10
"""The number of words of a sentence per comma at which its value is halved. Many commas indicate a list."""

LISTED_PARAGRAPHS = 8
"""How many of the best paragraphs of a report are checked for lists."""

FIRST_OF = 5
"""For two to four plain words, how many of the first reports compete, by their best paragraph, to be shown first."""

LATER_FACTOR = 0.97
"""The factor for each of these reports that ranks before it."""

PASSAGE_REPORTS = 30
"""How many reports are compared at a time for the list of the best passages of all reports."""

PASSAGES_AT_ONCE = 2
"""The maximum number of passages from one report that are listed before the other reports have had their turn."""

# In other words (docs/adr/0023)

OTHER_WORDS_PASSAGES = 5
"""How many passages a language model may show, each from a different report."""

OTHER_WORDS_FLOOR = 0.35
"""The cosine below which a passage is treated as being on another subject."""
