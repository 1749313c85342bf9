// What one thing is.

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
