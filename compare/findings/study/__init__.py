"""What a study of many data sets found."""
