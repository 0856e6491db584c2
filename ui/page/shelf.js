// The list of conversations: open one, begin a new one.
element.addEventListener('click', (event) => {
  const hit = event.target.closest('button');
  if (!hit) return;
  if (hit.matches('.dl-pick')) trigger('open', { conversation: hit.value });
  else if (hit.matches('.dl-fresh')) trigger('open', { conversation: '' });
  else return;
  document.dispatchEvent(new CustomEvent('dateline-leave'));
  document.dispatchEvent(new CustomEvent('dateline-shelve'));
});
