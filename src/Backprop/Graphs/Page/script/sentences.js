// What is said about values and steps.

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
