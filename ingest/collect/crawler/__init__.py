"""The crawling process: what do the pages of a source list, and what do their addresses give?"""
