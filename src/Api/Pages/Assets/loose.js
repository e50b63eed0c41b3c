// JSON while it is typed, which is mostly broken: what stands where, as far as it can be told.

const Token = /"(?:[^"\\\n]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/g;
const plain = text => text.replace(/^"|"$/g, "");

/** Containers `{ kind, start, end, key, parent, members: [{ key, value }], items }`; leaves have `text`. Never throws. */
export function loose(text) {
  const root = { kind: "array", start: -1, end: text.length + 1, members: [], items: [], parent: null };
  let here = root,
    key = null,
    colon = false;
  const put = value => {
    value.parent = here;
    if (here.kind === "array") return void here.items.push(value);
    if (!key || !colon) {
      if (key) here.members.push({ key, value: null });
      return void (key = value.kind === "leaf" ? value : null);
    }
    value.key = plain(key.text);
    here.members.push({ key, value });
    [key, colon] = [null, false];
  };
  for (const { 0: token, index: start } of text.matchAll(Token)) {
    if (token === "{" || token === "[") {
      const opened = { kind: token === "{" ? "object" : "array", start, end: text.length + 1, members: [], items: [] };
      put(opened);
      opened.parent ??= here;
      here = opened;
      [key, colon] = [null, false];
    } else if (token === "}" || token === "]") {
      const kind = token === "}" ? "object" : "array";
      let closed = here;
      while (closed !== root && closed.kind !== kind) closed = closed.parent;
      if (closed === root) continue;
      if (key && here.kind === "object") here.members.push({ key, value: null });
      closed.end = start + 1;
      here = closed.parent;
      [key, colon] = [null, false];
    } else if (token === ":") colon = true;
    else if (token === ",") {
      if (key && here.kind === "object") here.members.push({ key, value: null });
      [key, colon] = [null, false];
    } else
      put({
        kind: "leaf",
        start,
        end: start + token.length,
        text: token,
        isOpen: token[0] === '"' && (token.length < 2 || !token.endsWith('"')),
      });
  }
  if (key && here.kind === "object") here.members.push({ key, value: null, isOpen: !colon });
  return root;
}

const holds = (node, place) => node.start < place && place < node.end;
const touches = (leaf, place) =>
  leaf.start < place && (place < leaf.end || (place === leaf.end && (leaf.isOpen || leaf.text[0] !== '"')));

function innermost(node, place) {
  for (const child of [...node.items, ...node.members.map(member => member.value)])
    if (child && child.kind !== "leaf" && holds(child, place)) return innermost(child, place);
  return node;
}

/** The layer that an object belongs to: itself or one around it that stands in a list of layers. */
function layerAround(node) {
  for (let each = node; each?.parent; each = each.parent)
    if (
      each.kind === "object" &&
      each.parent.kind === "array" &&
      (valueOf(each, "type") !== undefined || isLayerList(each.parent.key))
    )
      return each;
}

const isLayerList = key => key === "layers" || key === "branches";

export const valueOf = (object, name) => {
  const found = object?.members.find(member => plain(member.key.text) === name)?.value;
  return found?.kind === "leaf" ? plain(found.text) : undefined;
};

/** What is being written at a place: `{ at: "key" | "value", key, layer, object, isRoot, from, to, prefix }`. */
export function contextAt(text, place) {
  const root = loose(text);
  const inside = innermost(root, place);
  const layer = layerAround(inside);
  // What is replaced ends with the word: a text without its closing quote goes on into what follows.
  const rest = /^[\w./-]*"?/.exec(text.slice(place))[0].length;
  const word = leaf => ({ from: leaf.start, to: place + rest, prefix: plain(text.slice(leaf.start, place)) });
  const blank = { from: place, to: place, prefix: "" };
  const isRoot = inside.parent === root && inside.kind === "object";
  if (inside.kind === "array" && inside !== root) {
    const leaf = inside.items.find(item => item.kind === "leaf" && touches(item, place));
    return { at: "value", key: inside.key, layer, object: inside.parent, isRoot, root, ...(leaf ? word(leaf) : blank) };
  }
  if (inside.kind !== "object") return null;
  for (const { key, value } of inside.members) {
    if (touches(key, place)) return { at: "key", layer, object: inside, isRoot, root, ...word(key) };
    if (value?.kind === "leaf" && touches(value, place))
      return { at: "value", key: plain(key.text), layer, object: inside, isRoot, root, ...word(value) };
  }
  const before = text.slice(0, place).trimEnd();
  const last = inside.members.filter(member => member.key.start < place).at(-1);
  if (before.endsWith(":") && last)
    return { at: "value", key: plain(last.key.text), layer, object: inside, isRoot, root, ...blank };
  if (before.endsWith("{") || before.endsWith(",")) return { at: "key", layer, object: inside, isRoot, root, ...blank };
  return null;
}

/** Names of inputs and layers that stand before a place, the nearest first: what a layer there can read. */
export function namesBefore(root, place) {
  const spec = root.items[0];
  if (spec?.kind !== "object") return [];
  const of = name => spec.members.find(member => plain(member.key.text) === name)?.value;
  const inputs = (of("inputs")?.members ?? []).map(member => plain(member.key.text));
  const layers = (of("layers")?.items ?? [])
    .filter(item => item.kind === "object" && item.end <= place)
    .map(item => valueOf(item, "name"));
  return [...layers.filter(Boolean).reverse(), ...inputs];
}
