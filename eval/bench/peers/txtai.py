"""txtai: python -I txtai.py ARTICLES MODEL OUT. It has no default splitter: runs of 150 words."""

import json
import sys
from pathlib import Path

from txtai import Embeddings

WORDS = 150
articles = [json.loads(line) for line in Path(sys.argv[1]).open(encoding="utf-8")]
chunks = []
for a in articles:
    words = f"{a['title']} {a['text']}".split()
    chunks += [" ".join(words[at : at + WORDS]) for at in range(0, len(words), WORDS)]
embeddings = Embeddings(path=sys.argv[2], gpu=False)
embeddings.index(enumerate(chunks))
embeddings.save(sys.argv[3])
print(json.dumps({"chunks": len(chunks)}))
