"""Hand coding: sheets for coders, how far they agree, and exchange with programs for qualitative analysis."""
