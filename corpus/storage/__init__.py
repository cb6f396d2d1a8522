"""The corpus in SQLite: how is what we hold stored?"""
