"""Analyses over all mentions: concordance, trends, keyness, recommendations, export."""
