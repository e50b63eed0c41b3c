// What can stand at the cursor: types, attributes with their values, and names of layers; and what the word there means.
import { el } from "./api.js";
import { contextAt, namesBefore, valueOf } from "./loose.js";

const Top = ["spec_version", "name", "metadata", "layout", "inputs", "symbols", "layers", "outputs", "blocks"];
const Common = {
  name: "The layer's name, by which others read it.",
  type: "What it does.",
  inputs: "What it reads. Left out: the layer before.",
};
const Line = 19.375,
  PadX = 12.8,
  PadY = 11.2;

/** Values that an attribute names: `one of 'a', 'b', or null`. */
const choices = expected => [
  ...[...(expected ?? "").matchAll(/'([^']+)'/g)].map(([, value]) => `"${value}"`),
  ...(/true or false|boolean/.test(expected ?? "") ? ["true", "false"] : []),
  ...(/\bnull\b/.test(expected ?? "") ? ["null"] : []),
];

/** A value to begin with. */
function begun(attribute) {
  if (attribute.default !== null && attribute.default !== undefined) return JSON.stringify(attribute.default);
  return (
    choices(attribute.expected)[0] ?? (/number/.test(attribute.expected) ? String(Math.max(1, attribute.minimum ?? 1)) : '""')
  );
}

export class Completion {
  #editor;
  #operators = new Map();
  #list = el("ul", { id: "options", class: "options", role: "listbox", "aria-label": "What can stand here", hidden: true });
  #note = el("div", { class: "tip note", role: "tooltip", hidden: true });
  #shown = [];
  #at = 0;
  #context;
  #width;
  #rankAt;
  #timer;

  /**
   * @param {HTMLTextAreaElement} editor
   * @param {object[]} operators of `GET /v1/operators`
   * @param {(place: number) => number | undefined} rankAt how many spatial dimensions arrive at a place
   */
  constructor(editor, operators, rankAt) {
    this.#editor = editor;
    this.#rankAt = rankAt;
    for (const each of operators) this.#operators.set(each.type, each);
    const ruler = el("span", { class: "ruler", "aria-hidden": "true" }, "0".repeat(100));
    editor.parentElement.append(this.#list, this.#note, ruler);
    this.#width = ruler.getBoundingClientRect().width / 100;
    ruler.remove();
    editor.setAttribute("aria-autocomplete", "list");
    editor.setAttribute("aria-controls", "options");
    editor.addEventListener("input", event =>
      event.inputType?.startsWith("insert") || event.inputType?.startsWith("delete") ? this.open() : this.close(),
    );
    editor.addEventListener("keydown", event => this.#key(event));
    editor.addEventListener("blur", () => this.close());
    editor.addEventListener("scroll", () => this.isOpen && this.#put(this.#list, editor.selectionStart, 1));
    editor.addEventListener("click", () => this.close());
    editor.addEventListener("mousemove", event => this.#hover(event));
    editor.addEventListener("mouseleave", () => this.#quiet());
  }

  get isOpen() {
    return !this.#list.hidden;
  }

  /** What the word at a place means: `{ title, text }`. */
  explain(place) {
    const text = this.#editor.value;
    const context = contextAt(text, place);
    const operator = this.#operators.get(valueOf(context?.layer, "type"));
    if (!operator) return null;
    const attribute = operator.attributes.find(
      each => each.name === (context.at === "key" ? text.slice(context.from, context.to).replaceAll('"', "") : context.key),
    );
    return attribute
      ? { title: `${operator.type}.${attribute.name}`, text: attribute.description, expected: attribute.expected }
      : { title: operator.type, text: operator.summary, details: operator.details };
  }

  #options() {
    const text = this.#editor.value,
      place = this.#editor.selectionStart;
    const context = (this.#context = contextAt(text, place));
    if (!context || this.#editor.selectionEnd !== place) return [];
    const operator = this.#operators.get(valueOf(context.layer, "type"));
    const of = (label, insert, help) => ({ label, insert, help });
    const keyOf = (name, value, help) => of(name, this.#isKeyed(text) ? `"${name}"` : `"${name}": ${value}`, help);
    if (context.at === "value") {
      if (context.key === "type" && context.object === context.layer) return this.#types(place);
      if (["inputs", "like", "source", "outputs"].includes(context.key))
        return namesBefore(context.root, context.layer?.start ?? text.length)
          .filter(name => name !== valueOf(context.layer, "name"))
          .map(name => of(name, `"${name}"`, "layer or input"));
      const short = context.key === "norm" || context.key === "activation" ? this.#shorthand(context.key) : null;
      if (operator?.takes_norm_and_activation && short) return short.map(each => of(each.type, `"${each.type}"`, each.summary));
      const attribute = operator?.attributes.find(each => each.name === context.key);
      return choices(attribute?.expected).map(value => of(value.replaceAll('"', ""), value, ""));
    }
    const there = new Set(context.object.members.map(member => member.key.text.replaceAll('"', "")));
    const typed = context.prefix;
    const isFree = name => name === typed || !there.has(name);
    if (context.isRoot)
      return Top.filter(isFree).map(name =>
        keyOf(
          name,
          name === "layers" ? "[]" : ["inputs", "symbols", "outputs", "metadata", "blocks"].includes(name) ? "{}" : '""',
          "",
        ),
      );
    if (context.object !== context.layer) return [];
    return [
      ...(operator?.attributes ?? [])
        .filter(each => isFree(each.name))
        .sort((a, b) => b.required - a.required)
        .map(each => keyOf(each.name, begun(each), each.required ? "required" : each.description.split(". ")[0])),
      ...(operator?.takes_norm_and_activation ? ["norm", "activation"] : [])
        .filter(isFree)
        .map(name => keyOf(name, '""', "applied to what it gives")),
      ...Object.entries(Common)
        .filter(([name]) => isFree(name))
        .map(([name, help]) => keyOf(name, name === "inputs" ? "[]" : '""', help)),
    ];
  }

  /** What stands for a layer of its own behind another one. */
  #shorthand(key) {
    const all = [...this.#operators.values()];
    const relu = this.#operators.get("relu")?.summary;
    return all.filter(each => (key === "norm" ? each.type.endsWith("_norm") : each.summary === relu));
  }

  /** Whether a colon follows already. */
  #isKeyed(text) {
    return /^\s*:/.test(text.slice(this.#context.to));
  }

  /** Those for as many dimensions as arrive come first; what a type requires is written with it. */
  #types(place) {
    const rank = this.#rankAt(place);
    const fits = type => (/\dd$/.test(type) ? (type.endsWith(`${rank}d`) ? 0 : 2) : 1);
    const there = new Set(this.#context.object.members.map(member => member.key.text.replaceAll('"', "")));
    return [...this.#operators.values()]
      .sort((a, b) => fits(a.type) - fits(b.type) || a.type.localeCompare(b.type))
      .map(each => {
        const needed = each.attributes.filter(attribute => attribute.required && !there.has(attribute.name));
        return {
          label: each.type,
          insert: [`"${each.type}"`, ...needed.map(attribute => `"${attribute.name}": ${begun(attribute)}`)].join(", "),
          help: each.summary,
        };
      });
  }

  open(always = false) {
    const all = this.#options(),
      typed = this.#context?.prefix ?? "";
    const begins = all.filter(each => each.label.startsWith(typed)),
      within = all.filter(each => !each.label.startsWith(typed) && typed.length > 1 && each.label.includes(typed));
    this.#shown = [...begins, ...within].slice(0, 60);
    const isDone = this.#shown.length === 1 && this.#shown[0].label === typed;
    if (this.#shown.length === 0 || isDone || (!always && typed === "" && this.#context?.from === this.#context?.to))
      return this.close();
    this.#at = 0;
    this.#list.hidden = false;
    this.#quiet();
    this.#draw();
    this.#put(this.#list, this.#editor.selectionStart, 1);
  }

  close() {
    this.#list.hidden = true;
    this.#editor.removeAttribute("aria-activedescendant");
  }

  #draw() {
    this.#list.replaceChildren(
      ...this.#shown.map((each, i) =>
        el(
          "li",
          {
            id: `option-${i}`,
            role: "option",
            "aria-selected": String(i === this.#at),
            onmousedown: event => {
              event.preventDefault();
              this.#at = i;
              this.#take();
            },
          },
          el("b", {}, each.label),
          el("span", {}, each.help),
        ),
      ),
    );
    this.#editor.setAttribute("aria-activedescendant", `option-${this.#at}`);
    this.#list.children[this.#at].scrollIntoView({ block: "nearest" });
  }

  #take() {
    const { insert } = this.#shown[this.#at];
    const { from, to } = this.#context;
    this.close();
    this.#editor.setSelectionRange(from, to);
    document.execCommand("insertText", false, insert);
    this.close();
    // Into the quotes or brackets that wait for something.
    const hole = /(""|\[\]|\{\})$/.exec(insert);
    if (hole) this.#editor.setSelectionRange(from + insert.length - 1, from + insert.length - 1);
    if (hole) this.open(true);
  }

  #key(event) {
    if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      return this.open(true);
    }
    if (!this.isOpen) return;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step) {
      this.#at = (this.#at + step + this.#shown.length) % this.#shown.length;
      this.#draw();
    } else if (event.key === "Enter" || event.key === "Tab") this.#take();
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** Where a place of the text is, within the frame of the editor. */
  #put(box, place, below) {
    const before = this.#editor.value.slice(0, place).split("\n");
    const frame = this.#editor.parentElement;
    const x = PadX + before.at(-1).length * this.#width - this.#editor.scrollLeft,
      y = PadY + (before.length - 1) * Line - this.#editor.scrollTop;
    box.style.left = `${Math.max(4, Math.min(x, frame.clientWidth - box.offsetWidth - 4))}px`;
    const fits = y + below * Line + box.offsetHeight < frame.clientHeight;
    box.style.top = fits ? `${y + below * Line + 3}px` : `${Math.max(2, y - box.offsetHeight - 3)}px`;
  }

  #hover(event) {
    clearTimeout(this.#timer);
    if (this.isOpen) return;
    this.#timer = setTimeout(() => {
      const lines = this.#editor.value.split("\n");
      const line = Math.floor((event.offsetY + this.#editor.scrollTop - PadY) / Line),
        column = Math.floor((event.offsetX + this.#editor.scrollLeft - PadX) / this.#width);
      if (lines[line] === undefined || column < 0 || column >= lines[line].length) return this.#quiet();
      const place = lines.slice(0, line).join("\n").length + (line > 0 ? 1 : 0) + column + 1;
      const found = this.explain(place);
      if (!found) return this.#quiet();
      this.#note.replaceChildren(
        el("b", {}, found.title),
        el("p", {}, found.text),
        el("p", { class: "soft" }, found.expected ?? found.details ?? ""),
      );
      this.#note.hidden = false;
      this.#put(this.#note, place - 1, 1);
    }, 350);
  }

  #quiet() {
    clearTimeout(this.#timer);
    this.#note.hidden = true;
  }
}
