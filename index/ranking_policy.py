"""The ranking policy: all numbers that determine the order of reports and the choice of passages.

docs/ranking.md and docs/adr/0010 describe the measurements behind them. The constants INDEXED_… are part of the index
format, so changing one requires a new index.
"""

from corpus.model import SectionKind

# When the index is written: what one occurrence of a word counts for.

INDEXED_SECTION_WEIGHTS = {
    # What a practitioner looks for first counts more; what repeats or supports counts less.
    SectionKind.RECOMMENDATIONS: 2.0,
    SectionKind.FINDINGS: 1.6,
    SectionKind.LEARNING: 1.6,
    SectionKind.SUMMARY: 1.3,
    SectionKind.CONCLUSIONS: 1.3,
    SectionKind.ACTION_PLAN: 0.8,
    SectionKind.TERMS_OF_REFERENCE: 0.5,
    SectionKind.APPENDIX: 0.4,
}
"""Weight by section; 1 in any other."""

INDEXED_HEADING_WEIGHT = 1.5
"""A heading multiplies the weight of its section by this."""

# The order of reports: BM25, and more for the title and for parts of the query in one paragraph.

BM25_K1 = 1.2
BM25_B = 0.5
"""Milder than the usual 0.75: long reports are overviews, and an overview is not worse for its length."""

TITLE_SHARE = 1.5
"""A match in the title, as a share of its idf, which is most of what a match in the text can give."""

PROXIMITY_WEIGHT = 2.0
"""What a part of the query adds if it is in the paragraph with most of the parts, as a multiple of its idf."""

PROXIMITY_REPORTS = 30
"""How many of the best reports are examined for proximity: reading positions takes time."""

NEARNESS_WEIGHT = 2.0
"""What plain words add side by side in the order asked, as a multiple of their idf; less the further apart they are."""

NEARNESS_REPORTS = 30
"""How many of the best reports that have plain words together are examined for how close together they are."""

# Three plain words or more: plain BM25 of the report, and of its three best paragraphs.

MOST_WORDS_FROM = 3
"""The fewest plain words that are scored by the report and its best paragraphs, and of which a report may have most."""

TOGETHER_FIRST_UP_TO = 4
"""The most plain words for which reports that have them together come first.

More are a sentence, and a paragraph seldom has every word of one.
"""

MOST_NEARNESS = 0.1
"""What words side by side in the order asked add to a score of at most 1."""

MOST_B = 0.75
"""The usual b of BM25, for reports and for paragraphs."""

MOST_PARAGRAPHS = (1.0, 1 / 2, 1 / 3)
"""Weights of the best paragraph of a report, the second and the third."""

MOST_REPORTS = 50
"""How many of the best reports are examined for paragraphs."""

MOST_SHORT = 20
"""Tokens; a shorter paragraph counts as one of this length."""

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
"""Weight by section; 1 in any other."""

REPETITION_WEIGHT = 0.3
"""How much a repeated match adds: 1 + this × log(matches)."""

NEARBY_FACTOR = 0.7
"""Factor for a paragraph near one that was already chosen."""

NEARBY_PARAGRAPHS = 3
"""How far apart, in paragraphs, still counts as near."""

COVERED_FACTOR = 0.5
"""Factor for a part of the query that a chosen paragraph already shows."""

FULL_PARAGRAPH = 12
"""Tokens; a shorter paragraph is a heading or a list item, and counts for less in proportion."""

SHORTLIST_FACTOR = 12
"""Paragraphs to examine closely, for each one wanted."""

SNIPPET_MIN_IDF_SHARE = 0.1
"""Share of the highest idf in the query: a part with less does not decide where a passage is cut."""

DISTANT_SHARE = 0.2
"""What a paragraph with plain words far apart is worth, as a share of one with as many side by side."""

ENUMERATED_FACTOR = 0.5
"""Factor for a sentence that has the words only after "such as", "including" or the like."""

WORDS_FOR_A_COMMA = 10
"""Words of a sentence for each comma that halve what it is worth: many commas are a list."""

LISTED_PARAGRAPHS = 8
"""How many of the best paragraphs of a report are looked at for lists."""

FIRST_OF = 5
"""Of how many reports, for two to four plain words, the one with the best paragraph is shown first."""

LATER_FACTOR = 0.97
"""Factor for each of these reports that is before it."""

PASSAGE_REPORTS = 30
"""How many reports are compared at a time for the list of the best passages of all reports."""

PASSAGES_AT_ONCE = 2
"""The most passages of one report that are listed before the other reports have theirs."""

# In other words (docs/adr/0023)

OTHER_WORDS_PASSAGES = 5
"""How many passages a language model may show; each is of another report."""

OTHER_WORDS_FLOOR = 0.35
"""The cosine below which a passage is on another subject."""
