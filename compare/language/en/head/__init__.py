"""head: the head of a report, in English."""
