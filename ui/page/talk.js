// Runs once, when the conversation is made; gradio provides element and watch.
const box = () => document.querySelector('#dl-box textarea');
let n_turns = 0;

// An opening fills the box and leaves the reader at its first gap.
const begin = (text) => {
  const field = box();
  if (!field) return;
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.focus();
  const gap = text.indexOf('…');
  if (gap >= 0) field.setSelectionRange(gap, gap + 1);
};

element.addEventListener('click', (event) => {
  const opening = event.target.closest && event.target.closest('.dl-opening');
  if (opening) begin(opening.textContent);
});

// Show a new question at the top, its answer growing below; never pull a reader who scrolls.
watch('value', () =>
  requestAnimationFrame(() => {
    const turns = element.querySelectorAll('.dl-turn');
    if (turns.length > n_turns) {
      const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
      turns[turns.length - 1].scrollIntoView({
        block: 'start',
        behavior: calm ? 'auto' : 'smooth',
      });
    }
    n_turns = turns.length;
  }),
);
