"""words: what is to be said of a comparison, in English; what is not yet a finding and a phrase."""
