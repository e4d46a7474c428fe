// The connection of a page is taken up again for as long as it takes; when the platform has forgotten the page
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
