// The form a question is written in. Everything it sends is checked again on the server.
const $ = (selector) => element.querySelector(selector);
const all = (selector) => [...element.querySelectorAll(selector)];
const talk = () => document.querySelector('#dl-said .dl-talk');
const here = () => (talk() ? talk().dataset.conversation : '');
const FIELDS = ['sources', 'sections', 'languages'];
const DAYS = { since: 'From', until: 'To', as_of: 'As of' };
let replacing = ''; // the exchange that is being edited
let sent = ''; // the question under way, to give back when it is stopped

const read = (search) => {
  const form = { question: $('textarea').value, search };
  for (const name of FIELDS) {
    form[name] = all(`input[name=${name}]:checked`).map((box) => box.value);
  }
  for (const name of Object.keys(DAYS)) form[name] = $(`input[name=${name}]`).value;
  return form;
};

const grow = () => {
  const field = $('textarea');
  if (!field) return;
  field.style.height = 'auto';
  field.style.height = `${Math.min(field.scrollHeight + 2, 180)}px`;
};

// One chip for each filter that is set; pressing it takes the filter away.
const chips = () => {
  const list = $('.dl-active');
  if (!list) return;
  list.replaceChildren();
  const set = [
    ...Object.keys(DAYS)
      .map((name) => $(`input[name=${name}]`))
      .filter((day) => day.value)
      .map((day) => [day, `${DAYS[day.name]} ${day.value}`]),
    ...all('input:checked').map((box) => [box, box.value]),
  ];
  for (const [input, label] of set) {
    const chip = document.createElement('button');
    chip.type = 'button';
    chip.className = 'dl-chip';
    chip.textContent = `${label} ×`;
    chip.setAttribute('aria-label', `Remove filter ${label}`);
    chip.addEventListener('click', () => {
      if (input.type === 'checkbox') input.checked = false;
      else input.value = '';
      chips();
      ($('.dl-active button') || $('.dl-filters summary')).focus();
    });
    const item = document.createElement('li');
    item.append(chip);
    list.append(item);
  }
  $('.dl-filters summary').textContent = set.length ? `Filters (${set.length})` : 'Filters';
};

const clear = () => {
  for (const input of all('input')) {
    if (input.type === 'checkbox') input.checked = false;
    else input.value = '';
  }
  chips();
};

// Set the filters a question was asked with; one the index no longer has is left out.
const restore = (asked) => {
  clear();
  const limits = asked.filters || {};
  for (const name of FIELDS) {
    for (const box of all(`input[name=${name}]`)) {
      box.checked = (limits[name] || []).includes(box.value);
    }
  }
  const days = { since: limits.since, until: limits.until, as_of: asked.as_of };
  for (const [name, at] of Object.entries(days)) {
    $(`input[name=${name}]`).value = at ? at.slice(0, 10) : '';
  }
  chips();
};

const edit = (exchange, question) => {
  replacing = exchange;
  $('.dl-editing').hidden = !exchange;
  $('.dl-editing span').textContent = 'Asking again replaces this answer and what follows it.';
  if (question !== undefined) {
    $('textarea').value = question;
    grow();
  }
};

const send = (search) => {
  const form = read(search);
  if (!form.question.trim()) {
    $('textarea').focus();
    return;
  }
  sent = form.question;
  document.dispatchEvent(new CustomEvent('dateline-sent', { detail: true }));
  trigger('ask', { form, conversation: here(), replacing });
};

const stop = () => {
  trigger('halt', { conversation: here() });
  document.dispatchEvent(new CustomEvent('dateline-sent', { detail: false }));
  $('textarea').value = sent;
  busy(false);
  grow();
  $('textarea').focus();
};

const busy = (under_way) => {
  if (!$('.dl-send')) return;
  $('.dl-send').hidden = under_way;
  $('.dl-stop').hidden = !under_way;
  $('.dl-only').disabled = under_way;
};

element.addEventListener('submit', (event) => {
  event.preventDefault();
  if (!$('.dl-send').hidden) send(false);
});
element.addEventListener('keydown', (event) => {
  if (event.target.matches('textarea') && event.key === 'Enter' && !event.shiftKey) {
    if (event.isComposing) return;
    event.preventDefault();
    if (!$('.dl-send').hidden) send(false);
  }
  if (event.key === 'Escape' && $('.dl-filters') && $('.dl-filters').open) {
    $('.dl-filters').open = false;
    $('.dl-filters summary').focus();
    event.stopPropagation();
  }
});
element.addEventListener('input', (event) => {
  if (event.target.matches('textarea')) grow();
});
element.addEventListener('change', chips);
element.addEventListener('click', (event) => {
  const hit = event.target.closest('button');
  if (!hit) return;
  if (hit.matches('.dl-stop')) stop();
  else if (hit.matches('.dl-only')) send(true);
  else if (hit.matches('.dl-clear')) clear();
  else if (hit.matches('.dl-keep')) edit('', '');
  else if (hit.matches('.dl-done')) {
    $('.dl-filters').open = false;
    $('textarea').focus();
  }
});

// gradio may make the form anew: the old listeners must not answer twice
if (window.datelineForm) window.datelineForm.abort();
window.datelineForm = new AbortController();
const { signal } = window.datelineForm;
const hear = (name, act) => document.addEventListener(name, act, { signal });

// An opening fills the box and leaves the reader at its first gap.
hear('dateline-begin', ({ detail }) => {
  const field = $('textarea');
  field.value = detail;
  field.focus();
  const gap = detail.indexOf('…');
  if (gap >= 0) field.setSelectionRange(gap, gap + 1);
});
hear('dateline-revise', ({ detail }) => {
  edit(detail.exchange, detail.asked.question);
  restore(detail.asked);
  $('textarea').focus();
  if (!detail.widen) return;
  clear();
  send(false);
});
// A new question is seen in the talk: it was taken, and the box is free again.
hear('dateline-taken', () => {
  $('textarea').value = '';
  edit('');
  grow();
});
hear('dateline-busy', ({ detail }) => busy(detail));
hear('dateline-leave', () => {
  edit('');
  $('textarea').focus();
});
document.addEventListener(
  'click',
  (event) => {
    const open = $('.dl-filters[open]');
    if (open && !open.contains(event.target)) open.open = false;
  },
  { signal },
);
watch('value', () => {
  grow();
  chips();
  if ($('textarea')) $('textarea').focus();
});
