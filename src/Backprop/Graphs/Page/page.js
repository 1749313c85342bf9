'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const find = id => document.getElementById(id);
  const stage = find('stage'), panel = find('panel'), caption = find('caption'), hint = find('hint'), keys = find('keys');
  const pictures = find('pictures').content.firstElementChild.children;
  // A value is written once, however many arrows bear it.
  for (const thing of [...Object.values(data.nodes), ...data.states.flatMap(state => state.edges)]) {
    thing.value = data.values[thing.value];
    if (thing.gradient !== undefined) thing.gradient = data.values[thing.gradient];
  }
  const byKey = new Map(data.states.map((state, i) => [state.key, { ...state, drawing: 'drawing-' + i }]));
  const groupOf = new Map(data.groups.map((group, i) => [group.path, i]));

  // Everything is put into the page as text; nothing is ever read as markup.
  const element = (tag, text, type) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (type) made.className = type;
    return made;
  };

  // ---- Formulas, from the text in which the library prints them to MathML.

  const mathml = (tag, ...children) => {
    const made = document.createElementNS('http://www.w3.org/1998/Math/MathML', tag);
    for (const child of children) made.append(child);
    return made;
  };
  const levels = [['||'], ['&&'], ['==', '!='], ['<', '<=', '>', '>='], ['+', '-'], ['*', '/', '%']];
  const signs = { '-': '−', '*': '·', '<=': '≤', '>=': '≥', '==': '=', '!=': '≠', '&&': '∧', '||': '∨', '%': 'mod', '!': '¬' };
  const sign = text => mathml('mo', signs[text] ?? text);

  function formula(text) {
    const words = text.match(/\d+(?:\.\d+)?(?:E[+-]?\d+)?|[A-Za-z_][\w.]*|[<>=!]=|&&|\|\||\S/g) ?? [];
    let at = 0;
    const take = word => words[at] === word && ++at > 0;
    const need = word => { if (!take(word)) throw new SyntaxError(text); };

    // Each part is what is drawn, and whether it is a sum or looser, which a fraction bar or a root makes brackets around it needless.
    function choice() {
      const condition = infix(0);
      if (!take('?')) return condition;
      const first = choice();
      need(':');
      const second = choice();
      return mathml('mrow', first, mathml('mtext', ' if '), condition, mathml('mtext', ', else '), second);
    }
    function infix(level) {
      if (level === levels.length) return prefix();
      let left = infix(level + 1);
      while (levels[level].includes(words[at])) {
        const operator = words[at++], right = infix(level + 1);
        left = operator === '/' ? mathml('mfrac', bare(left), bare(right)) : mathml('mrow', left, sign(operator), right);
      }
      return left;
    }
    function prefix() {
      if (words[at] !== '-' && words[at] !== '!') return atom();
      const operator = words[at++];
      return mathml('mrow', sign(operator), prefix());
    }
    function atom() {
      const word = words[at++];
      if (word === '(') {
        const inner = choice();
        need(')');
        return brackets(inner);
      }
      if (word === undefined) throw new SyntaxError(text);
      if (/^\d/.test(word)) return number(word);
      if (!/^[A-Za-z_]/.test(word)) throw new SyntaxError(text);
      if (!take('(')) return mathml('mi', word === 'double.PositiveInfinity' ? '∞' : word === 'double.NegativeInfinity' ? '−∞' : word.replace('double.', ''));
      const operands = [choice()];
      while (take(',')) operands.push(choice());
      need(')');
      return call(word, operands);
    }
    const brackets = inner => {
      const row = mathml('mrow', mathml('mo', '('), inner, mathml('mo', ')'));
      row.inner = inner;
      return row;
    };
    const bare = part => part.inner ?? part;
    const number = word => {
      const [digits, power] = word.split('E');
      return power === undefined ? mathml('mn', digits)
        : mathml('mrow', mathml('mn', digits), mathml('mo', '·'), mathml('msup', mathml('mn', '10'), mathml('mn', String(Number(power)).replace('-', '−'))));
    };
    function call(name, [a, b]) {
      if (name === 'Sqrt') return mathml('msqrt', bare(a));
      if (name === 'Abs') return mathml('mrow', mathml('mo', '|'), bare(a), mathml('mo', '|'));
      if (name === 'Exp') return mathml('msup', mathml('mi', 'e'), bare(a));
      if (name === 'Exp2') return mathml('msup', mathml('mn', '2'), bare(a));
      if (name === 'Pow') return mathml('msup', a.tagName === 'mi' || a.tagName === 'mn' || a.inner ? a : brackets(a), bare(b));
      const row = mathml('mrow', bare(a));
      if (b) row.append(mathml('mo', ','), bare(b));
      return mathml('mrow', mathml('mi', name.toLowerCase()), mathml('mo', '\u2061'), brackets(row));
    }

    const result = choice();
    if (at < words.length) throw new SyntaxError(text);
    return result;
  }

  function typeset(text, left) {
    const box = element('div', undefined, 'formula');
    try {
      const math = mathml('math', mathml('mrow', mathml('mi', left), mathml('mo', '='), formula(text)));
      math.setAttribute('aria-label', left + ' = ' + text);
      box.append(math);
    } catch {
      box.textContent = left + ' = ' + text;
    }
    return box;
  }

  // ---- What is said about values and steps.

  const say = value => value.number ?? value.shape;
  const norm = value => value.number ?? '‖∂‖ ' + (value.norm ?? '0');
  const short = node => node.name ?? (node.kind === 'Operation' || node.value.number === undefined ? node.label : node.value.number);
  const named = edge => {
    const name = called(scene, edge.from), value = say(edge.value);
    return name === value ? value : name + ' = ' + value;
  };
  const summary = value => value.number ?? value.shape + ' ' + value.type + (value.mean === undefined ? '' : ', mean ' + value.mean + ', norm ' + value.norm);

  function nodeText(node) {
    let text = node.kind === 'Operation' || node.kind === 'Group' ? node.operation : node.label;
    if (node.name && node.name !== text) text = node.name + ': ' + text;
    if (node.attributes) text += ', ' + node.attributes;
    text += ' = ' + summary(node.value);
    if (node.gradient) text += '; derivative ' + summary(node.gradient);
    return node.source ? text + '; ' + node.source : text;
  }

  function edgeText(edge) {
    let text = short(data.nodes[edge.from]) + ' → ' + short(data.nodes[edge.to]) + ': ' + summary(edge.value);
    if (edge.gradient) text += '; derivative ' + summary(edge.gradient);
    return edge.local === undefined ? text : text + '; local derivative ' + edge.local;
  }

  const factor = text => text.startsWith('−') ? '(' + text + ')' : text;

  // A result that has no name is called by how it comes about, as far as that stays short.
  function called(scene, id, depth = 2) {
    const node = data.nodes[id];
    if (node.name || node.kind !== 'Operation') return short(node);
    const text = depth === 0 ? '' : sentence(node, (scene.into.get(id) ?? []).map(edge => called(scene, edge.from, depth - 1)));
    if (text === '' || text.length > 40) return node.value.number ?? (/^\p{L}/u.test(node.symbol) ? node.symbol + '(…)' : '(… ' + node.symbol + ' …)');
    return isSign(node) ? '(' + text + ')' : text;
  }

  const isSign = node => !/^\p{L}/u.test(node.symbol);

  function sentence(node, words) {
    if (node.kind === 'Operation' && words.length === 2 && isSign(node)) return words[0] + ' ' + node.symbol + ' ' + words[1];
    return (node.symbol || node.label) + '(' + words.join(', ') + ')';
  }

  function forwardText(scene, id) {
    const node = data.nodes[id], into = scene.into.get(id) ?? [];
    const names = sentence(node, into.map(edge => called(scene, edge.from)));
    const values = sentence(node, into.map(edge => factor(say(edge.value))));
    const parts = node.name && node.kind !== 'Group' ? [node.name, names] : [names];
    if (values !== names && into.every(edge => data.nodes[edge.from].value.number !== undefined)) parts.push(values);
    parts.push(say(node.value));
    return parts.join(' = ');
  }

  function backwardText(scene, id) {
    const node = data.nodes[id];
    const texts = [];
    for (const edge of scene.into.get(id) ?? []) {
      if (!edge.gradient) continue;
      const shared = (scene.uses.get(edge.origin) ?? 0) > 1 ? ' (this use)' : '';
      const working = edge.local !== undefined && node.gradient?.number !== undefined ? ' = ' + node.gradient.number + ' · ' + factor(edge.local) : '';
      texts.push('∂' + scene.result + '/∂' + called(scene, edge.from) + shared + working + ' = ' + norm(edge.gradient));
    }
    return texts.join(';  ');
  }

  // ---- The drawing that is shown.

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

  // ---- Steps.

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

  // ---- Where the reader looks.

  function look() {
    const { width, height } = stage.getBoundingClientRect();
    scene.svg.setAttribute('viewBox', [view.x, view.y, Math.max(1, width / view.scale), Math.max(1, height / view.scale)].join(' '));
  }

  // The whole drawing, unless nobody could read it; then its beginning.
  function fit(all) {
    const { width, height } = stage.getBoundingClientRect(), size = scene.size;
    const whole = Math.min(1.4, width / size.width, height / size.height);
    view.scale = all ? whole : Math.max(whole, .5);
    const middle = (room, length) => length * view.scale <= room ? (length - room / view.scale) / 2 : null;
    view.x = middle(width, size.width) ?? 0;
    view.y = middle(height, size.height) ?? (width < height && size.height > size.width ? 0 : (size.height - height / view.scale) / 2);
    look();
  }

  // A group that was opened, where the whole is too large to read.
  function zoomTo(group) {
    const frame = scene.svg.querySelector('[data-group="' + CSS.escape(data.groups[group].path) + '"] .frame')?.getBBox();
    const { width, height } = stage.getBoundingClientRect();
    if (!frame || Math.min(width / scene.size.width, height / scene.size.height) >= .7) return;
    view.scale = Math.max(.5, Math.min(1.2, width / (frame.width + 40), height / (frame.height + 40)));
    view.x = frame.width * view.scale > width ? frame.x - 20 : frame.x + frame.width / 2 - width / view.scale / 2;
    view.y = frame.y + frame.height / 2 - height / view.scale / 2;
    look();
  }

  function move(dx, dy) {
    view.x += dx / view.scale;
    view.y += dy / view.scale;
    look();
  }

  function zoom(by, clientX, clientY) {
    const room = stage.getBoundingClientRect();
    const x = (clientX ?? room.left + room.width / 2) - room.left, y = (clientY ?? room.top + room.height / 2) - room.top;
    const scale = Math.max(.02, Math.min(8, view.scale * by));
    view.x += x / view.scale - x / scale;
    view.y += y / view.scale - y / scale;
    view.scale = scale;
    look();
  }

  // ---- Folding.

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

  // ---- What one thing is.

  function row(table, name, text, type) {
    if (text === undefined || text === '') return;
    const line = element('tr'), head = element('th', name);
    head.scope = 'row';
    line.append(head, element('td', text, type));
    table.append(line);
  }

  function statistics(table, name, value, type) {
    if (!value) return;
    if (value.number !== undefined) return row(table, name, value.number, type);
    row(table, name, value.shape + ' ' + value.type, type);
    if (value.mean === undefined) return;
    row(table, '', 'mean ' + value.mean + ', norm ' + value.norm, type);
    row(table, '', 'min ' + value.minimum + ', max ' + value.maximum, type);
    if (value.anomalies) row(table, '', value.anomalies + ' NaN or infinite', type);
  }

  function choose(id) {
    const node = data.nodes[id];
    if (chosen !== null) scene.nodes.get(chosen)?.classList.remove('chosen');
    chosen = id;
    scene.nodes.get(id)?.classList.add('chosen');
    const into = scene.into.get(id) ?? [], table = element('table');
    panel.replaceChildren(element('h2', node.label));
    if (node.formula) {
      const letters = into.length === 1 ? ['x'] : ['a', 'b', 'c'];
      panel.append(typeset(node.formula, 'y'));
      into.forEach((edge, i) => row(table, letters[i] ?? '', named(edge)));
    } else into.forEach((edge, i) => row(table, i === 0 ? 'of' : '', named(edge)));
    row(table, 'what', node.kind === 'Operation' ? node.operation : node.kind === 'Group' ? node.operation : node.kind.toLowerCase());
    row(table, 'with', node.attributes);
    if (node.kind === 'Group') row(table, 'holds', node.operations + (node.operations === 1 ? ' operation' : ' operations') + (node.parameters ? ', ' + node.parameters + ' parameters' : ''));
    statistics(table, 'value', node.value);
    statistics(table, 'derivative', node.gradient, 'back');
    for (const edge of into) if (edge.local !== undefined) row(table, 'local', '∂/∂' + called(scene, edge.from) + ' = ' + edge.local, 'back');
    row(table, 'in', node.within);
    row(table, 'source', node.source);
    panel.append(table);
    const group = folds(id) ?? groupOf.get(node.within);
    if (group !== undefined) {
      const button = element('button', folds(id) !== undefined ? 'Open' : 'Fold ' + node.within);
      button.addEventListener('click', () => toggle(id));
      panel.append(button, ' ');
    }
    const shut = element('button', 'Close');
    shut.addEventListener('click', close);
    panel.append(shut);
    if (panel.hidden) {
      panel.hidden = false;
      look();
    }
  }

  function close() {
    if (chosen !== null) scene.nodes.get(chosen)?.classList.remove('chosen');
    chosen = null;
    panel.hidden = true;
    look();
  }

  // ---- Pointer.

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

  // ---- Keys and buttons.

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
})();
