"""How are files named, opened and written safely?"""
