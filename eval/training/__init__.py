"""Train, export and measure the passage selector of `rag.selector`."""
