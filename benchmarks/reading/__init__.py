"""How well and how fast are reports read?"""
