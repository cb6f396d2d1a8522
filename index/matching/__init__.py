"""Which reports answer a query tree, and where are the mentions?"""
