"""What do people collect, and how do they take it away?"""
