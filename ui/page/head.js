// The page's own switches: the list of conversations, day and night.
const side = () => document.querySelector('#dl-side');
const is_open = () => side() !== null && side().classList.contains('dl-shown');
const kept = (() => {
  try {
    return window.localStorage;
  } catch {
    return null; // a browser that keeps nothing for this page
  }
})();

const paint = () => {
  document.body.style.background = 'var(--body-background-fill)'; // gradio's own stays by day
  const night = document.body.classList.contains('dark');
  const button = element.querySelector('.dl-night');
  if (!button) return;
  button.setAttribute('aria-pressed', String(night));
  button.textContent = night ? 'Light' : 'Dark';
};

const shelve = (open) => {
  if (side()) side().classList.toggle('dl-shown', open);
  const button = element.querySelector('.dl-toggle');
  if (button) button.setAttribute('aria-expanded', String(open));
};

const wanted = kept && kept.getItem('dateline-night');
if (wanted) document.body.classList.toggle('dark', wanted === 'yes');

element.addEventListener('click', (event) => {
  const hit = event.target.closest('button');
  if (!hit) return;
  if (hit.matches('.dl-toggle')) {
    shelve(!is_open());
    if (is_open()) {
      const first = document.querySelector('#dl-shelf .dl-fresh');
      if (first) first.focus();
    }
  } else if (hit.matches('.dl-out-of')) {
    fetch('/logout', { method: 'POST', redirect: 'manual' }).then(() => window.location.assign('/'));
  } else if (hit.matches('.dl-night')) {
    const night = document.body.classList.toggle('dark');
    if (kept) kept.setItem('dateline-night', night ? 'yes' : 'no');
    paint();
  }
});

// gradio may make the head anew: the old listeners must not answer twice
if (window.datelineHead) window.datelineHead.abort();
window.datelineHead = new AbortController();
document.addEventListener(
  'keydown',
  (event) => {
    if (event.key !== 'Escape' || !is_open()) return;
    shelve(false);
    const button = element.querySelector('.dl-toggle');
    if (button && button.offsetParent) button.focus();
  },
  { signal: window.datelineHead.signal },
);
document.addEventListener(
  'click',
  (event) => {
    if (is_open() && !side().contains(event.target) && !element.contains(event.target)) {
      shelve(false);
    }
  },
  { signal: window.datelineHead.signal },
);
document.addEventListener('dateline-shelve', () => shelve(false), {
  signal: window.datelineHead.signal,
});
watch('value', () => {
  paint();
  shelve(is_open());
});
