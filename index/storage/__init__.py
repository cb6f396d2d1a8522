"""How are postings stored, and how is a new index published?"""
