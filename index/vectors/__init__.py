"""Represent the meaning of paragraphs as vectors, with a language model."""
