// Formulas, from the text in which the library prints them to MathML.

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
