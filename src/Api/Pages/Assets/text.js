// JSON as text: where each value stands, and edits that leave everything else as its author wrote it.

/** A fault of the text, with its place counted from 1. */
export class JsonFault extends Error {
  constructor(text, at, what) {
    super(what);
    const before = text.slice(0, at).split("\n");
    this.line = before.length;
    this.column = before.at(-1).length + 1;
  }
}

/**
 * The values of a text with their ranges: `{ start, end, kind, members: [{ key, start, value }], items }`.
 * @param {string} text
 */
export function parse(text) {
  let at = 0;
  const fail = what => {
    throw new JsonFault(text, at, what);
  };
  const blank = () => {
    while (at < text.length && " \t\r\n".includes(text[at])) at++;
  };
  const expect = (mark, why) => {
    if (text[at] !== mark) fail(why ?? `'${mark}' is missing here`);
    at++;
  };

  function string() {
    const start = at;
    expect('"', "a name in double quotes is missing here");
    while (text[at] !== '"') {
      if (at >= text.length || text[at] === "\n") fail("this text has no closing quote");
      at += text[at] === "\\" ? 2 : 1;
    }
    at++;
    try {
      return JSON.parse(text.slice(start, at));
    } catch {
      at = start;
      return fail("this text has a wrong escape");
    }
  }

  function list(end, one) {
    at++;
    for (blank(); text[at] !== end; blank()) {
      one();
      blank();
      if (text[at] === ",") {
        at++;
        blank();
        if (text[at] === end) fail(`nothing stands between the comma and '${end}'`);
      } else if (text[at] !== end) fail(`a comma or '${end}' is missing here`);
    }
    at++;
  }

  function value() {
    blank();
    const node = { start: at, end: at, kind: "scalar", members: [], items: [], value: undefined };
    if (text[at] === "{") {
      node.kind = "object";
      list("}", () => {
        const start = at,
          key = string();
        blank();
        expect(":");
        node.members.push({ key, start, value: value() });
      });
    } else if (text[at] === "[") {
      node.kind = "array";
      list("]", () => node.items.push(value()));
    } else if (text[at] === '"') {
      node.value = string();
    } else {
      const word = /[\w.+-]*/y;
      word.lastIndex = at;
      const found = word.exec(text)[0];
      try {
        node.value = JSON.parse(found);
      } catch {
        fail(found ? `'${found}' is no JSON value` : "a value is missing here");
      }
      at += found.length;
    }
    node.end = at;
    return node;
  }

  const root = value();
  blank();
  if (at < text.length) fail("the text goes on behind its end");
  return root;
}

const steps = pointer =>
  pointer
    .split("/")
    .slice(1)
    .map(step => step.replaceAll("~1", "/").replaceAll("~0", "~"));

/** The value at a JSON pointer, or the nearest one around it. */
export function find(root, pointer) {
  let node = root;
  for (const step of steps(pointer)) {
    const next = node.kind === "array" ? node.items[step] : node.members.find(member => member.key === step)?.value;
    if (!next) return node;
    node = next;
  }
  return node;
}

/** One line, spaced as the gallery's specs are. */
export function write(value) {
  if (Array.isArray(value)) return `[${value.map(write).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${write(each)}`);
  return members.length ? `{ ${members.join(", ")} }` : "{}";
}

/** A spec with a line for each layer. */
export function pretty(value, indent = "", depth = 0) {
  const line = write(value);
  const isList = Array.isArray(value);
  if (
    value === null ||
    typeof value !== "object" ||
    (depth > 0 && line.length + indent.length <= 110 && !(depth === 1 && isList && line.length > 60))
  )
    return line;
  const inner = indent + "  ";
  const parts = isList
    ? value.map(each => inner + pretty(each, inner, depth + 1))
    : Object.entries(value).map(([key, each]) => `${inner}${JSON.stringify(key)}: ${pretty(each, inner, depth + 1)}`);
  const [open, close] = isList ? "[]" : "{}";
  return parts.length ? `${open}\n${parts.join(",\n")}\n${indent}${close}` : open + close;
}

/** Applies a JSON Patch (RFC 6902) to the text. */
export function applyPatch(text, patch) {
  for (const { op, path, from, value } of patch) {
    if (op === "remove") text = remove(text, path);
    else if (op === "move" || op === "copy") {
      const node = find(parse(text), from);
      const moved = JSON.parse(text.slice(node.start, node.end));
      text = add(op === "move" ? remove(text, from) : text, path, moved);
    } else if (op === "add") text = add(text, path, value);
    else if (op === "replace") {
      const node = find(parse(text), path);
      text = splice(text, node.start, node.end, write(value));
    }
  }
  return text;
}

const splice = (text, start, end, put) => text.slice(0, start) + put + text.slice(end);

function parentOf(text, path) {
  const slash = path.lastIndexOf("/");
  return { parent: find(parse(text), path.slice(0, slash)), last: steps(path.slice(slash))[0] };
}

function add(text, path, value) {
  const { parent, last } = parentOf(text, path);
  const isObject = parent.kind === "object";
  const known = isObject && parent.members.find(member => member.key === last);
  if (known) return splice(text, known.value.start, known.value.end, write(value));
  const put = isObject ? `${JSON.stringify(last)}: ${write(value)}` : write(value);
  const spans = isObject ? parent.members.map(member => ({ start: member.start, end: member.value.end })) : parent.items;
  if (spans.length === 0) return splice(text, parent.start, parent.end, isObject ? `{ ${put} }` : `[${put}]`);
  const index = isObject || last === "-" ? spans.length : Number(last);
  const between = separator(text, parent, spans);
  if (index < spans.length) return splice(text, spans[index].start, spans[index].start, put + between);
  return splice(text, spans.at(-1).end, spans.at(-1).end, between + put);
}

/** What stands between two elements of a list, as its author writes it. */
function separator(text, parent, spans) {
  if (spans.length > 1) return text.slice(spans[0].end, spans[1].start);
  const before = text.slice(parent.start + 1, spans[0].start);
  return before.includes("\n") ? "," + before : ", ";
}

function remove(text, path) {
  const { parent, last } = parentOf(text, path);
  const spans =
    parent.kind === "object" ? parent.members.map(member => ({ start: member.start, end: member.value.end })) : parent.items;
  const index = parent.kind === "object" ? parent.members.findIndex(member => member.key === last) : Number(last);
  if (!spans[index]) return text;
  if (spans.length === 1) return splice(text, parent.start + 1, parent.end - 1, "");
  return index > 0 ? splice(text, spans[index - 1].end, spans[index].end, "") : splice(text, spans[0].start, spans[1].start, "");
}
