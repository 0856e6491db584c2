// Runs once, when the reading pane is made; gradio provides element, trigger and watch.
const LINK = 'a[href^="#cite-"]';
let opener = ''; // where the opened article's link leads, to find it again: the talk is redrawn
let within = ''; // the part of the page that link stands in
let at = 0; // which citation 'Next citation' stands on

const calm = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches;

const bring = (target) =>
  target.scrollIntoView({ block: 'center', behavior: calm() ? 'auto' : 'smooth' });

// A lead inside a cited sentence makes several marks of one citation: count runs, not marks.
const stops = () =>
  [...element.querySelectorAll('mark.dl-cited, mark.dl-also, mark.dl-passage')].filter(
    (mark) => !(mark.previousSibling && mark.previousSibling.nodeName === 'MARK'),
  );

const links = () => [...document.querySelectorAll(within ? `${within} ${LINK}` : LINK)];

const flag = () => {
  document.querySelectorAll('.dl-open').forEach((a) => a.classList.remove('dl-open'));
  const link = opener && links().find((a) => a.getAttribute('href') === opener);
  if (link) link.classList.add('dl-open');
};

const reveal = () =>
  requestAnimationFrame(() => {
    if (!element.querySelector('.dl-article, .dl-notice')) return; // cleared: leave the reader be
    const first = element.querySelector('mark.dl-cited, mark.dl-passage');
    const headline = element.querySelector('.dl-headline');
    at = Math.max(0, stops().indexOf(first));
    if (headline) headline.focus({ preventScroll: true });
    bring(first || headline || element);
    flag();
  });

const back = () => {
  const home =
    (opener && links().find((a) => a.getAttribute('href') === opener)) ||
    document.querySelector('#dl-question');
  if (!home) return;
  home.focus({ preventScroll: true });
  bring(home);
};

const close = () => {
  back();
  opener = '';
  flag();
  trigger('cite', { ref: '' });
};

const next = () => {
  const all = stops();
  if (!all.length) return;
  at = (at + 1) % all.length;
  bring(all[at]);
  element.querySelectorAll('.dl-here').forEach((mark) => mark.classList.remove('dl-here'));
  all[at].classList.add('dl-here');
};

const onClick = (event) => {
  const hit =
    event.target.closest && event.target.closest(`${LINK}, .dl-back, .dl-next, .dl-close`);
  if (!hit) return;
  event.preventDefault(); // under <base href> a fragment would load the page again
  event.stopPropagation();
  if (hit.matches('.dl-back')) return back();
  if (hit.matches('.dl-next')) return next();
  if (hit.matches('.dl-close')) return close();
  const again = opener === hit.getAttribute('href') && element.querySelector('.dl-article');
  opener = hit.getAttribute('href');
  const part = hit.closest('#dl-said, #dl-found');
  within = part ? `#${part.id}` : '';
  if (again) return reveal();
  const talk = document.querySelector('#dl-said .dl-talk');
  trigger('cite', { ref: opener, conversation: talk ? talk.dataset.conversation : '' });
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
