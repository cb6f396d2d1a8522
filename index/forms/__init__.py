"""Which words are forms of one another?"""
