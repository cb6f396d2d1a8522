"""What goes into a Word document?"""
