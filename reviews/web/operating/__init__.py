"""What operators of the web page see, and why a library cannot be searched."""
