"""The page's colours and type, in gradio's terms; `style.css` does the rest.

Only fonts a reader's machine has are named: nothing is fetched.
"""

from __future__ import annotations

from ui.page.offline import gr

SERIF = ("Charter", "Iowan Old Style", "Palatino Linotype", "Georgia", "Liberation Serif", "serif")
SANS = ("system-ui", "Segoe UI", "Roboto", "Helvetica Neue", "Liberation Sans", "sans-serif")
MONO = ("ui-monospace", "Menlo", "Consolas", "Liberation Mono", "monospace")


def newspaper() -> gr.themes.Base:
    """Return the theme: warm paper and ink by day, the reverse by night."""
    theme = gr.themes.Base(
        primary_hue="red", neutral_hue="stone", font=list(SANS), font_mono=list(MONO)
    )
    paper, ink, rule = "#faf7f0", "#1f1b16", "#d9d2c3"
    night, chalk, seam = "#171512", "#ece6d9", "#3a352d"
    return theme.set(
        body_background_fill=paper,
        body_background_fill_dark=night,
        body_text_color=ink,
        body_text_color_dark=chalk,
        body_text_color_subdued="#655d50",
        body_text_color_subdued_dark="#a89f8f",
        background_fill_primary=paper,
        background_fill_primary_dark=night,
        background_fill_secondary=paper,
        background_fill_secondary_dark=night,
        border_color_primary=rule,
        border_color_primary_dark=seam,
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_shadow="none",
        block_radius="2px",
        input_background_fill="#fffdf8",
        input_background_fill_dark="#211e19",
        input_border_color="#a59b88",
        input_border_color_dark="#6b6356",
        input_placeholder_color="#6f675a",
        input_placeholder_color_dark="#a09786",
        input_radius="2px",
        button_secondary_background_fill="transparent",
        button_secondary_background_fill_dark="transparent",
        button_secondary_border_color=rule,
        button_secondary_border_color_dark=seam,
    )
