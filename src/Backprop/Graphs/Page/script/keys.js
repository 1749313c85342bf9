// Keys and buttons; then the page begins.

const actions = {
  ArrowRight: () => { stop(); go(position + 1); },
  ArrowLeft: () => { stop(); go(position - 1); },
  Home: () => { stop(); go(0); },
  End: () => go(scene.steps.length),
  ' ': play,
  '+': () => zoom(1.25),
  '=': () => zoom(1.25),
  '-': () => zoom(.8),
  '0': () => fit(true),
  f: fCommand,
  c: () => byKey.has('') && show(''),
  e: () => { const key = deeper(); if (key !== null) show(key); },
  t: theme,
  '?': help,
  Escape: () => { if (!panel.hidden) close(); },
};

function fCommand() {
  const on = document.activeElement?.closest?.('[data-node], [data-group]');
  if (on?.dataset.group !== undefined) fold(groupOf.get(on.dataset.group));
  else if (on) toggle(Number(on.dataset.node));
  else if (chosen !== null) toggle(chosen);
}

function theme() {
  const root = document.documentElement;
  const dark = root.dataset.theme === 'dark' || root.dataset.theme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
}

function help() {
  if (keys.open) keys.close();
  else keys.showModal();
  find('help').setAttribute('aria-expanded', String(keys.open));
}

document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (keys.open && event.key !== '?') return;
  const on = event.target;
  if (on.matches?.('select')) return;
  if (on.matches?.('input') && event.key.length > 1) return;
  if (event.shiftKey && event.key.startsWith('Arrow')) {
    const by = { ArrowRight: [60, 0], ArrowLeft: [-60, 0], ArrowDown: [0, 60], ArrowUp: [0, -60] }[event.key];
    event.preventDefault();
    return move(...by);
  }
  if (event.key === 'Enter' || event.key === ' ') {
    if (on.matches?.('button')) return;
    if (event.key === 'Enter') {
      if (on.dataset?.node !== undefined) choose(Number(on.dataset.node));
      else if (on.dataset?.group !== undefined) fold(groupOf.get(on.dataset.group));
      return;
    }
  }
  const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
  if (!action) return;
  event.preventDefault();
  action();
});

for (const [id, key] of Object.entries({ collapse: 'c', expand: 'e', smaller: '-', fit: '0', larger: '+', theme: 't', help: '?', first: 'Home', back: 'ArrowLeft', play: ' ', next: 'ArrowRight', last: 'End' }))
  find(id).addEventListener('click', actions[key]);
find('close').addEventListener('click', help);
keys.addEventListener('close', () => find('help').setAttribute('aria-expanded', 'false'));
find('step').addEventListener('input', event => { stop(); go(Number(event.target.value)); });
find('collapse').hidden = find('expand').hidden = data.groups.length === 0;
new ResizeObserver(look).observe(stage);

show(data.states[0].key);
