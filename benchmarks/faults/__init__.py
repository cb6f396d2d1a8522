"""What happens when writing fails at every point?"""
