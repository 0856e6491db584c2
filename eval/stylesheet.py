"""The report's look: a newspaper's data page, calm, in light and in dark."""

STYLESHEET = """
:root { color-scheme: light dark; --paper: #fdfcf9; --ink: #1c1b19; --quiet: #6a665e;
  --rule: #dcd7cc; --accent: #9a2b1f; --band: #9a2b1f33; }
@media (prefers-color-scheme: dark) { :root { --paper: #171614; --ink: #ece8e0;
  --quiet: #a19b90; --rule: #37342f; --accent: #e58a7c; --band: #e58a7c44; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 Georgia, 'Times New Roman', serif; }
main { max-width: 68rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
header { border-top: 3px double var(--ink); padding-top: 1rem; }
h1 { font-size: 2.4rem; line-height: 1.1; margin: .2rem 0 .8rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; border-top: 1px solid var(--ink); padding-top: .5rem;
  margin: 2.5rem 0 .75rem; }
h3 { font-size: 1.05rem; margin: .2rem 0 .5rem; }
.kicker { font: 600 .78rem/1.4 system-ui, sans-serif; color: var(--accent); margin: 0;
  letter-spacing: .02em; overflow-wrap: anywhere; }
.lead { font-size: 1.15rem; max-width: 46rem; margin: 0; }
section > p { color: var(--quiet); max-width: 46rem; margin: 0 0 1rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font: .86rem/1.4 system-ui, sans-serif;
  font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--rule); text-align: right;
  white-space: nowrap; }
th:first-child { text-align: left; }
thead th { color: var(--quiet); font-weight: 500; border-bottom-color: var(--ink); }
tbody th { font-weight: 500; }
td.wide { width: 30%; min-width: 9rem; }
svg { display: block; width: 100%; }
svg.row { height: 10px; }
svg text { font: 10px system-ui, sans-serif; fill: var(--quiet); }
.axis, .grid { stroke: var(--rule); stroke-width: 1; }
.band { fill: var(--band); } .mark, .dot { fill: var(--accent); }
.bar { fill: var(--accent); opacity: .75; }
.line { fill: none; stroke: var(--accent); stroke-width: 2; }
.whisker { stroke: var(--accent); stroke-width: 1.5; opacity: .6; }
.guide { stroke: var(--ink); stroke-dasharray: 3 3; opacity: .55; }
.figures { display: grid; gap: 1.5rem;
  grid-template-columns: repeat(auto-fit, minmax(min(19rem, 100%), 1fr)); }
figure { margin: 0; }
figcaption { color: var(--quiet); font: .82rem/1.4 system-ui, sans-serif; margin-top: .4rem; }
article { border-top: 1px solid var(--rule); padding: .9rem 0 .4rem; }
dl { display: grid; grid-template-columns: 6rem 1fr; gap: .25rem 1rem; margin: 0;
  font-size: .95rem; }
dt { color: var(--quiet); font: .8rem/1.8 system-ui, sans-serif; }
dd { margin: 0; overflow-wrap: anywhere; }
ol { margin: 0; padding-left: 1.2rem; }
cite { color: var(--quiet); font: .8rem system-ui, sans-serif; }
pre { font-size: .8rem; overflow-x: auto; padding: .8rem; border: 1px solid var(--rule); }
@media (max-width: 34rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin: 0 0 .5rem; } }
@media print { body { background: none; } article { break-inside: avoid; } }
"""
