"""The reports, their text and what is known about them.

The bottom layer: it imports no other package of the program.
"""
