"""Question sets, measures, runs and reports: how good an answerer is, and how sure we are of it."""
