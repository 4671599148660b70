"""head: what is found at the head of a report: the headline, and what to mind."""
