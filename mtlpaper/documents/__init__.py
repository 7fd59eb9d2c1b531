"""The documents whose claims are judged, one folder each: what it is, prints and claims."""
