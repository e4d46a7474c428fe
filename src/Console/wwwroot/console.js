// The connection of a page is taken up again for as long as it takes; when the console has forgotten the page
// (it was started anew), the page is loaded again.
Blazor.start({
  circuit: {
    reconnectionOptions: { maxRetries: 1000000, retryIntervalMilliseconds: (n) => Math.min(500 * (n + 1), 3000) },
  },
});
document
  .getElementById('components-reconnect-modal')
  .addEventListener('components-reconnect-state-changed', (change) => {
    if (change.detail.state === 'rejected') location.reload();
  });
// The address of a page has a base, which a plain link to a part of the page would lead to.
document.querySelector('.skip').addEventListener('click', (click) => {
  click.preventDefault();
  document.getElementById('content')?.focus();
});

const menu = document.querySelector('[data-menu]');
const showMenu = (shown) => {
  document.body.classList.toggle('menu-open', shown);
  menu.setAttribute('aria-expanded', String(shown));
};
menu.addEventListener('click', () => showMenu(!document.body.classList.contains('menu-open')));

const copy = async (text) => {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Without TLS, elsewhere than on this machine, browsers have only the old way.
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
};
document.addEventListener('click', async (click) => {
  if (click.target.closest('.sections a')) showMenu(false);
  const button = click.target.closest('[data-copy]');
  if (!button) return;
  await copy(button.closest('.command').querySelector('pre').innerText);
  const before = button.textContent;
  button.textContent = '✓';
  setTimeout(() => (button.textContent = before), 1200);
});

// A log that is followed stays at its end, until somebody scrolls up.
new MutationObserver(() => {
  for (const log of document.querySelectorAll('[data-follow]')) {
    if (log.dataset.left !== 'true') log.scrollTop = log.scrollHeight;
  }
}).observe(document.body, { childList: true, subtree: true });
document.addEventListener(
  'scroll',
  (scroll) => {
    const log = scroll.target.closest?.('[data-follow]');
    if (log) log.dataset.left = String(log.scrollHeight - log.scrollTop - log.clientHeight > 40);
  },
  true,
);
