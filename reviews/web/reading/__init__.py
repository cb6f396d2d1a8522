"""How is a report shown for reading?"""
