"""Hand coding: sheets for coders, their agreement, and exchange with programs for qualitative analysis."""
