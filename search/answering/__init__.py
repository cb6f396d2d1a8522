"""In what order do reports come, which passages are shown, and what else may have been meant?"""
