// Where the reader looks.

function look() {
  const { width, height } = stage.getBoundingClientRect();
  scene.svg.setAttribute('viewBox', [view.x, view.y, Math.max(1, width / view.scale), Math.max(1, height / view.scale)].join(' '));
}

// The whole drawing, unless nobody could read it; then its beginning, as large as its shorter side lets it be.
function fit(all) {
  const { width, height } = stage.getBoundingClientRect(), size = scene.size;
  const whole = Math.min(1.4, width / size.width, height / size.height);
  view.scale = all || whole >= .5 ? whole : Math.max(.5, Math.min(.75, Math.max(width / size.width, height / size.height)));
  const middle = (room, length) => length * view.scale <= room ? (length - room / view.scale) / 2 : null;
  view.x = middle(width, size.width) ?? 0;
  view.y = middle(height, size.height) ?? (size.height > size.width ? 0 : startAt(height));
  look();
}

// So that what is computed first is in the middle, but nothing beside the drawing is seen.
function startAt(height) {
  const box = scene.nodes.get(scene.state.nodes[0])?.getBBox(), room = height / view.scale;
  return box ? Math.max(0, Math.min(scene.size.height - room, box.y + box.height / 2 - room / 2)) : 0;
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
