"""Question time: from a reader's question to an answer whose every sentence is cited."""
