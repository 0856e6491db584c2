// The page's own switches: the list of conversations, day and night.
const root = document.documentElement;
const kept = (() => {
  try {
    return window.localStorage;
  } catch {
    return null; // a browser that keeps nothing for this page
  }
})();

const paint = () => {
  const night = document.body.classList.contains('dark');
  const button = element.querySelector('.dl-night');
  if (!button) return;
  button.setAttribute('aria-pressed', String(night));
  button.textContent = night ? 'Light' : 'Dark';
};

const shelve = (open) => {
  root.classList.toggle('dl-shelf-open', open);
  const button = element.querySelector('.dl-toggle');
  if (button) button.setAttribute('aria-expanded', String(open));
};

const wanted = kept && kept.getItem('dateline-night');
if (wanted) document.body.classList.toggle('dark', wanted === 'yes');

element.addEventListener('click', (event) => {
  const hit = event.target.closest('button');
  if (!hit) return;
  if (hit.matches('.dl-toggle')) {
    shelve(!root.classList.contains('dl-shelf-open'));
    if (root.classList.contains('dl-shelf-open')) {
      const first = document.querySelector('#dl-shelf .dl-fresh');
      if (first) first.focus();
    }
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
    if (event.key !== 'Escape' || !root.classList.contains('dl-shelf-open')) return;
    shelve(false);
    const button = element.querySelector('.dl-toggle');
    if (button && button.offsetParent) button.focus();
  },
  { signal: window.datelineHead.signal },
);
document.addEventListener('dateline-shelve', () => shelve(false), {
  signal: window.datelineHead.signal,
});
watch('value', () => {
  paint();
  shelve(root.classList.contains('dl-shelf-open'));
});
