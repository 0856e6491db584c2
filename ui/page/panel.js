// Runs once, when the reading pane is made; gradio provides element, trigger and watch.
const LINK = 'a[href^="#cite-"]';
let opener = null; // the link that opened the article, to go back to
let at = 0; // which citation 'Next citation' stands on

const calm = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches;

const bring = (target) =>
  target.scrollIntoView({ block: 'center', behavior: calm() ? 'auto' : 'smooth' });

// A lead inside a cited sentence makes several marks of one citation: count runs, not marks.
const stops = () =>
  [...element.querySelectorAll('mark.dl-cited, mark.dl-also, mark.dl-passage')].filter(
    (mark) => !(mark.previousSibling && mark.previousSibling.nodeName === 'MARK'),
  );

const reveal = () =>
  requestAnimationFrame(() => {
    if (!element.querySelector('.dl-article, .dl-notice')) return; // cleared: leave the reader be
    const first = element.querySelector('mark.dl-cited, mark.dl-passage');
    const headline = element.querySelector('.dl-headline');
    at = Math.max(0, stops().indexOf(first));
    if (headline) headline.focus({ preventScroll: true });
    const target = first || headline || element;
    bring(target);
  });

const back = () => {
  const home =
    opener && opener.isConnected ? opener : document.querySelector('#dl-box textarea');
  if (!home) return;
  home.focus({ preventScroll: true });
  bring(home);
};

const next = () => {
  const all = stops();
  if (!all.length) return;
  at = (at + 1) % all.length;
  bring(all[at]);
};

const onClick = (event) => {
  const hit = event.target.closest && event.target.closest(`${LINK}, .dl-back, .dl-next`);
  if (!hit) return;
  event.preventDefault(); // under <base href> a fragment would load the page again
  event.stopPropagation();
  if (hit.matches('.dl-back')) return back();
  if (hit.matches('.dl-next')) return next();
  // the server renders the browser's form of the links again while it streams: find it later
  opener = hit;
  document.querySelectorAll('.dl-open').forEach((a) => a.classList.remove('dl-open'));
  hit.classList.add('dl-open');
  if (hit.getAttribute('href') === element.dataset.ref) reveal();
  element.dataset.ref = hit.getAttribute('href');
  trigger('cite', { ref: hit.getAttribute('href') });
};

const onKey = (event) => {
  if (event.key === 'Escape' && element.contains(document.activeElement)) back();
};

// gradio may make the pane anew: the old listeners must not answer twice
if (window.datelinePane) window.datelinePane.abort();
window.datelinePane = new AbortController();
const { signal } = window.datelinePane;
document.addEventListener('click', onClick, { capture: true, signal });
document.addEventListener('keydown', onKey, { signal });
watch('value', reveal);
