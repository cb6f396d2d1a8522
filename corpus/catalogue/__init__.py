"""The catalogue: what do people know about the reports, and which row belongs to which?"""
