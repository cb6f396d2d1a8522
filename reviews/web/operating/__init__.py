"""What is shown to whoever runs the page, and when a library cannot be searched?"""
