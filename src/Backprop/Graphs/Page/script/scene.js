// The drawing that is shown.

let scene, view = { x: 0, y: 0, scale: 1 }, position = 0, chosen = null, timer = 0;

function build(state) {
  const into = new Map(), uses = new Map(), from = new Map();
  for (const edge of state.edges) {
    if (!into.has(edge.to)) into.set(edge.to, []);
    into.get(edge.to).push(edge);
    uses.set(edge.origin, (uses.get(edge.origin) ?? 0) + 1);
    from.set(edge.origin, edge.from);
  }
  const computed = state.nodes.filter(id => data.nodes[id].kind === 'Operation' || data.nodes[id].kind === 'Group');
  const outputs = state.nodes.filter(id => data.nodes[id].kind === 'Output');
  const made = { state, into, uses, from, steps: [] };
  made.result = outputs.length === 1 ? data.nodes[outputs[0]].label : 'Σ';
  for (const id of computed) made.steps.push({ id, order: data.nodes[id].order, back: false, text: forwardText(made, id) });
  const ends = outputs.filter(id => data.nodes[id].gradient);
  if (ends.length > 0) {
    made.steps.push({ ends, order: Infinity, back: true, text: ends.map(id => '∂' + data.nodes[id].label + '/∂' + data.nodes[id].label + ' = ' + norm(data.nodes[id].gradient)).join(';  ') });
    for (const id of computed.toReversed()) {
      const text = backwardText(made, id);
      if (text) made.steps.push({ id, order: data.nodes[id].order, back: true, text });
    }
  }
  return made;
}

function show(key, focus) {
  const old = scene, was = old && (position === old.steps.length ? 'end' : position === 0 ? 'start' : old.steps[position - 1]);
  const state = byKey.get(key);
  scene = build(state);
  const svg = document.importNode(find(state.drawing).content.firstElementChild, true);
  scene.size = { width: Number(svg.getAttribute('width')), height: Number(svg.getAttribute('height')) };
  svg.removeAttribute('width');
  svg.removeAttribute('height');
  svg.setAttribute('aria-label', document.title);
  scene.nodes = new Map();
  scene.arrows = new Map();
  scene.trunks = new Map();
  for (const part of svg.querySelectorAll('[data-node]')) {
    const id = Number(part.dataset.node);
    label(part, nodeText(data.nodes[id]), 'button');
    scene.nodes.set(id, part);
  }
  const edges = new Map(state.edges.map(edge => [edge.id, edge]));
  for (const part of svg.querySelectorAll('[data-edge]')) {
    const id = Number(part.dataset.edge);
    label(part, edgeText(edges.get(id)), 'img');
    scene.arrows.set(id, part);
    widen(part);
  }
  for (const part of svg.querySelectorAll('[data-picture]')) part.append(pictures[part.dataset.picture].cloneNode(true));
  for (const part of svg.querySelectorAll('[data-origin]')) {
    const origin = Number(part.dataset.origin);
    if (!scene.trunks.has(origin)) scene.trunks.set(origin, []);
    scene.trunks.get(origin).push(part);
  }
  for (const part of svg.querySelectorAll('[data-group]')) {
    part.setAttribute('tabindex', '0');
    part.setAttribute('role', 'button');
    part.setAttribute('aria-expanded', 'true');
    part.setAttribute('aria-label', 'Group ' + part.dataset.group + ', open');
  }
  for (const [id, part] of scene.nodes) if (data.nodes[id].kind === 'Group') part.setAttribute('aria-expanded', 'false');
  stage.replaceChildren(svg);
  scene.svg = svg;
  hint.hidden = true;
  position = was === undefined || was === 'end' ? scene.steps.length : was === 'start' ? 0 : after(was);
  if (chosen !== null && !scene.nodes.has(chosen)) close();
  find('collapse').disabled = key === '' || !byKey.has('');
  find('expand').disabled = deeper() === null;
  fit();
  render();
  if (chosen !== null) choose(chosen);
  if (focus) stage.querySelector(focus)?.focus();
}

// As far in the new drawing as the old one was.
function after(was) {
  let count = 0;
  for (const step of scene.steps) {
    if (was.back ? step.back && step.order < was.order : step.back || step.order > was.order) break;
    count++;
  }
  return count;
}

function label(part, text, role) {
  part.setAttribute('aria-label', text);
  part.setAttribute('role', role);
  if (role === 'button') part.setAttribute('tabindex', '0');
}

// A thin arrow is hard to point at.
function widen(part) {
  const way = part.querySelector('.way');
  if (!way) return;
  const hit = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  hit.setAttribute('class', 'hit');
  hit.setAttribute('d', way.getAttribute('d'));
  part.append(hit);
}
