// Mouse and fingers.

const part = event => event.target.closest?.('[data-node], [data-edge], [data-group]');
const pointers = new Map();
let moved = false, waiting = 0;

stage.addEventListener('pointerdown', event => {
  if (event.button !== 0) return;
  pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  moved = false;
});
stage.addEventListener('pointermove', event => {
  const from = pointers.get(event.pointerId);
  if (!from) return point(event);
  const dx = event.clientX - from.x, dy = event.clientY - from.y;
  if (!moved && Math.hypot(dx, dy) < 4) return;
  if (!moved) {
    moved = true;
    stage.setPointerCapture(event.pointerId);
    stage.classList.add('dragging');
    hint.hidden = true;
  }
  if (pointers.size === 2) {
    const other = [...pointers].find(([id]) => id !== event.pointerId)[1];
    const before = Math.hypot(from.x - other.x, from.y - other.y), now = Math.hypot(event.clientX - other.x, event.clientY - other.y);
    if (before > 0 && now > 0) zoom(now / before, other.x, other.y);
  } else move(-dx, -dy);
  pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
});
const release = event => {
  pointers.delete(event.pointerId);
  stage.classList.remove('dragging');
};
stage.addEventListener('pointerup', release);
stage.addEventListener('pointercancel', release);
stage.addEventListener('pointerleave', event => {
  hint.hidden = true;
  if (!stage.hasPointerCapture(event.pointerId)) release(event);
});
stage.addEventListener('wheel', event => {
  event.preventDefault();
  zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? .05 : .0016)), event.clientX, event.clientY);
}, { passive: false });
stage.addEventListener('click', event => {
  const hit = part(event);
  if (moved || !hit) return;
  clearTimeout(waiting);
  if (hit.dataset.node !== undefined) {
    const id = Number(hit.dataset.node);
    // The panel must not come between the two clicks that open a box.
    if (folds(id) === undefined || !panel.hidden) choose(id);
    else if (event.detail < 2) waiting = setTimeout(() => { if (scene.nodes.has(id)) choose(id); }, 250);
  } else if (hit.dataset.edge !== undefined) choose(Number(hit.dataset.to));
});
stage.addEventListener('dblclick', event => {
  clearTimeout(waiting);
  const hit = part(event);
  if (hit?.dataset.node !== undefined && folds(Number(hit.dataset.node)) !== undefined) toggle(Number(hit.dataset.node));
  else if (hit?.dataset.group !== undefined) fold(groupOf.get(hit.dataset.group));
});

// A hint shows no number that has not been computed yet.
function point(event) {
  const hit = part(event);
  const text = hit?.dataset.group !== undefined ? hit.dataset.group + ': double-click folds it' : hit?.getAttribute('aria-label');
  const ahead = hit?.dataset.group === undefined && scene.svg.classList.contains('stepping') && !(hit?.classList.contains('known') && hit.classList.contains('returned'));
  hint.hidden = !text;
  if (!text) return;
  hint.textContent = ahead ? sofar(hit) : text;
  const box = hint.getBoundingClientRect();
  hint.style.left = Math.max(4, Math.min(event.clientX + 14, innerWidth - box.width - 6)) + 'px';
  hint.style.top = (event.clientY + 18 + box.height > innerHeight ? event.clientY - box.height - 10 : event.clientY + 18) + 'px';
}

function sofar(hit) {
  const node = data.nodes[hit.dataset.node ?? hit.dataset.from];
  return short(node) + (hit.classList.contains('known') ? ' = ' + say(node.value) : ': not computed yet');
}
