"""Document time: from files on disk to an index that can be searched and checked."""
