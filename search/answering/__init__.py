"""How are reports ranked, which passages are shown, and what else is suggested?"""
