// Step by step, forward and back.

function render() {
  const { steps, state } = scene, done = steps.slice(0, position), now = position < steps.length || timer ? done.at(-1) : undefined;
  const stepping = position < steps.length;
  scene.svg.classList.toggle('stepping', stepping || timer !== 0);
  const known = new Set(state.nodes.filter(id => !['Operation', 'Group', 'Output'].includes(data.nodes[id].kind)));
  const returned = new Set();
  for (const step of done) {
    if (!step.back) known.add(step.id);
    else for (const id of step.ends ?? [step.id]) returned.add(id);
  }
  const at = new Set(now ? now.ends ?? [now.id] : []);
  const flown = new Set(), waiting = new Set();
  for (const edge of state.edges) {
    const part = scene.arrows.get(edge.id), back = returned.has(edge.to);
    part.classList.toggle('known', known.has(edge.from));
    part.classList.toggle('returned', back);
    part.classList.toggle('now', at.has(edge.to) && now.back || at.has(edge.from) && now !== undefined && !now.back);
    if (back) flown.add(edge.origin);
    else if (edge.gradient) waiting.add(edge.from);
  }
  for (const [origin, parts] of scene.trunks)
    for (const part of parts) {
      part.classList.toggle('known', known.has(scene.from.get(origin)));
      part.classList.toggle('returned', flown.has(origin));
    }
  for (const [id, part] of scene.nodes) {
    const into = scene.into.get(id);
    part.classList.toggle('known', known.has(id) || data.nodes[id].kind === 'Output' && into.every(edge => known.has(edge.from)));
    // The sum over several uses is known when the last has come.
    part.classList.toggle('returned', !waiting.has(id));
    part.classList.toggle('now', at.has(id));
  }
  const last = done.at(-1);
  caption.textContent = last ? (last.back ? '← ' : '→ ') + last.text : steps.length > 0 ? 'The inputs. Step on to compute.' : '';
  caption.classList.toggle('back', last?.back ?? false);
  const range = find('step');
  range.max = steps.length;
  range.value = position;
  range.setAttribute('aria-valuetext', caption.textContent);
  find('count').textContent = position + ' / ' + steps.length;
  find('first').disabled = find('back').disabled = position === 0;
  find('next').disabled = find('last').disabled = position === steps.length;
  const play = find('play');
  play.classList.toggle('playing', timer !== 0);
  play.setAttribute('aria-label', timer ? 'Pause' : 'Play');
}

function go(to) {
  position = Math.max(0, Math.min(scene.steps.length, to));
  if (position === scene.steps.length) stop();
  render();
  follow();
}

// What is computed now is kept in sight.
function follow() {
  const step = scene.steps[position - 1], part = step && scene.nodes.get(step.id ?? step.ends[0]);
  if (!part) return;
  const box = part.getBoundingClientRect(), room = stage.getBoundingClientRect();
  const dx = Math.max(0, box.right + 30 - room.right) || Math.min(0, box.left - 30 - room.left);
  const dy = Math.max(0, box.bottom + 30 - room.bottom) || Math.min(0, box.top - 30 - room.top);
  if (dx || dy) move(Math.abs(dx) > 0 ? box.left + box.width / 2 - room.left - room.width / 2 : 0, Math.abs(dy) > 0 ? box.top + box.height / 2 - room.top - room.height / 2 : 0);
}

function stop() {
  clearTimeout(timer);
  timer = 0;
}

function play() {
  if (timer) {
    stop();
    return render();
  }
  if (position === scene.steps.length) position = 0;
  tick();
  render();
}

function tick() {
  timer = setTimeout(() => {
    tick();
    go(position + 1);
  }, Number(find('speed').value));
}
