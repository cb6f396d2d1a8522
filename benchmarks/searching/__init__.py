"""How well and how fast are queries answered?"""
