// Groups that fold and open.

const open = () => scene.state.key === '' ? [] : scene.state.key.split(',').map(Number);
const keyOf = groups => [...groups].sort((a, b) => a - b).join(',');

function ancestors(group) {
  const all = [];
  for (let at = group; at >= 0; at = data.groups[at].parent) all.push(at);
  return all;
}

// With the others as they are; where the page has no such drawing, with the others folded.
function unfold(group, focus) {
  const path = ancestors(group), wanted = keyOf(new Set([...open(), ...path]));
  const key = byKey.has(wanted) ? wanted : keyOf(path);
  if (byKey.has(key)) {
    show(key, focus);
    zoomTo(group);
  } else caption.textContent = 'This group is not part of the page, which would be too large; draw it by itself.';
}

function fold(group) {
  const path = ancestors(group), wanted = keyOf(open().filter(other => !ancestors(other).includes(group)));
  const key = byKey.has(wanted) ? wanted : keyOf(path.slice(1));
  if (byKey.has(key)) show(key, '[aria-expanded=false]');
  else if (byKey.has('')) show('');
}

const folds = id => data.nodes[id]?.kind === 'Group' ? groupOf.get(data.nodes[id].name) : undefined;

function toggle(id) {
  const group = folds(id);
  if (group !== undefined) return unfold(group, '[data-group="' + CSS.escape(data.groups[group].path) + '"]');
  const within = data.nodes[id]?.within;
  if (within !== undefined && groupOf.has(within)) fold(groupOf.get(within));
}

function depth() {
  return Math.max(0, ...open().map(group => data.groups[group].depth));
}

function deeper() {
  const now = keyOf(open());
  for (let limit = 1; limit <= Math.max(0, ...data.groups.map(group => group.depth)); limit++) {
    const groups = data.groups.map((_, i) => i).filter(i => data.groups[i].depth <= limit);
    const key = keyOf(groups);
    if (key !== now && byKey.has(key) && open().every(group => groups.includes(group)) && (limit > depth() || groups.length > open().length)) return key;
  }
  return null;
}
