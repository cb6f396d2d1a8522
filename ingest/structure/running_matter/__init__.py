"""What on a page is not what the report says: headers, footers, page numbers, contents lists."""
