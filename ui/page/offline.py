"""The one door to gradio, with its ways out of the machine and its bookkeeping shut first.

gradio reads these variables while it is imported; set later they have no effect. Every module
of the page writes `from ui.page.offline import gr`.
"""

from __future__ import annotations

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
# gradio sums up its own queue with pandas after every event, for a monitoring page we hide
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**9)

import gradio as gr
from gradio.events import api

__all__ = ["api", "gr"]
