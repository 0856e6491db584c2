// The conversation: its tools, and what the rest of the page must know when it changes.
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
const turns = () => [...element.querySelectorAll('.dl-turn')];
const root = () => element.querySelector('.dl-talk');
let known = ''; // the last exchange seen
let open_at = ''; // the conversation seen
let sent = false; // a question is on its way and not yet seen here

const calm = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches;

// A field that is made for one answer and gone again: asking for a reason, a new title.
const ask_line = (label, value, most, done) => {
  const form = document.createElement('form');
  form.className = 'dl-ask-line';
  const input = document.createElement('input');
  input.type = 'text';
  input.maxLength = most;
  input.value = value;
  input.placeholder = label;
  input.setAttribute('aria-label', label);
  const button = document.createElement('button');
  button.textContent = 'Keep';
  form.append(input, button);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    form.remove();
    done(input.value);
  });
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    form.remove();
    done(null);
  });
  return form;
};

const conversation = () => (root() ? root().dataset.conversation : '');

const rate = (button, turn) => {
  const exchange = turn.dataset.exchange;
  for (const other of turn.querySelectorAll('.dl-rate')) {
    other.setAttribute('aria-pressed', String(other === button));
  }
  const verdict = button.value;
  trigger('rate', { exchange, verdict });
  turn.querySelectorAll('.dl-ask-line').forEach((line) => line.remove());
  const form = ask_line('Why? (optional)', '', 1000, (reason) => {
    if (reason) trigger('rate', { exchange, verdict, reason });
    button.focus();
  });
  turn.querySelector('.dl-tools').after(form);
  form.querySelector('input').focus();
};

const rename = (button) => {
  const title = element.querySelector('.dl-title');
  const bar = button.closest('.dl-bar');
  if (bar.querySelector('.dl-ask-line')) return;
  const form = ask_line('Title', title.textContent, 120, (named) => {
    title.hidden = false;
    if (named && named.trim()) trigger('rename', { conversation: conversation(), title: named });
  });
  title.hidden = true;
  title.after(form);
  form.querySelector('input').select();
};

// Deleting asks once more, in the same place, and forgets the asking when the reader moves on.
const remove = (button) => {
  if (button.dataset.sure) {
    trigger('remove', { conversation: conversation() });
    tell('dateline-leave');
    return;
  }
  button.dataset.sure = 'yes';
  button.textContent = 'Delete for good?';
  button.addEventListener(
    'blur',
    () => {
      delete button.dataset.sure;
      button.textContent = 'Delete';
    },
    { once: true },
  );
};

const copy = async (button) => {
  const address = new URL(window.location.href);
  address.search = `?c=${conversation()}`;
  try {
    await navigator.clipboard.writeText(address.href);
    button.textContent = 'Copied';
  } catch {
    window.prompt('The address of this conversation', address.href);
  }
};

element.addEventListener('click', (event) => {
  const hit = event.target.closest('button');
  if (!hit) return;
  const turn = hit.closest('.dl-turn');
  const exchange = turn ? turn.dataset.exchange : '';
  if (hit.matches('.dl-opening')) tell('dateline-begin', hit.textContent);
  else if (hit.matches('.dl-revise, .dl-widen')) {
    const asked = JSON.parse(turn.dataset.asked);
    // a question that came to nothing was not kept: there is nothing to replace
    const kept = turn.querySelector('.dl-trouble') ? '' : exchange;
    tell('dateline-revise', { exchange: kept, asked, widen: hit.matches('.dl-widen') });
  } else if (hit.matches('.dl-list')) trigger('list', { conversation: conversation(), exchange });
  else if (hit.matches('.dl-rate')) rate(hit, turn);
  else if (hit.matches('.dl-rename')) rename(hit);
  else if (hit.matches('.dl-delete')) remove(hit);
  else if (hit.matches('.dl-copy')) copy(hit);
  else if (hit.matches('.dl-take')) {
    trigger('take', { conversation: conversation(), exchange, format: hit.value });
    hit.closest('details').open = false;
    hit.closest('details').querySelector('summary').focus();
  }
});

// Show a new question at the top, its answer growing below; never pull a reader who scrolls.
const changed = () => {
  const now = turns();
  const last = now.length ? now[now.length - 1] : null;
  const id = last ? last.dataset.exchange : '';
  if (id && id !== known) {
    if (sent || open_at !== conversation()) {
      last.scrollIntoView({ block: 'start', behavior: calm() ? 'auto' : 'smooth' });
    }
    if (sent) tell('dateline-taken'); // the box is free again
    sent = false;
  }
  known = id;
  open_at = conversation();
  tell('dateline-busy', Boolean(last && last.matches('.dl-pending')));
  // the address names the conversation, so that reloading comes back to it
  const address = new URL(window.location.href);
  if (open_at) address.searchParams.set('c', open_at);
  else address.searchParams.delete('c');
  if (address.href !== window.location.href) window.history.replaceState(null, '', address.href);
};
watch('value', () => requestAnimationFrame(changed));

// gradio may make the talk anew: the old listener must not answer twice
if (window.datelineTalk) window.datelineTalk.abort();
window.datelineTalk = new AbortController();
document.addEventListener('dateline-sent', ({ detail }) => (sent = detail), {
  signal: window.datelineTalk.signal,
});
