"""What we hold: reports, their text and what is known about them. The bottom layer: imports no sibling."""
