"""The command groups `dateline index` and `dateline eval`."""
