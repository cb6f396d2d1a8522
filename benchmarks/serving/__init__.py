"""How fast is the web page, for one person and for fifty?"""
