"""Reading: tables as people have them, and worse."""
