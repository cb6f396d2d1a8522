"""What do paragraphs mean, to a language model?"""
