"""Analyse all mentions: concordance, trends, keyness, recommendations, export."""
