// What the page knows, and how text is put into it. The files of this folder are joined in the order of PageDrawing, in one scope.

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
