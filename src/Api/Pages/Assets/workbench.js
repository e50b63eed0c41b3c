// The Workbench: a spec as text, its picture, and what is wrong with it, at every keystroke.
import { Problem, bytes, code, curl, curlButton, dialog, el, failed, get, may, post, scopes, send, shape, short, tell } from "./api.js";
import { Completion } from "./complete.js";
import { LayerTable } from "./layers.js";
import { fragmentOf, textOf } from "./link.js";
import { explain } from "./shell.js";
import { Sizes } from "./sizes.js";
import "./picture.js";
import { JsonFault, applyPatch, find, parse, pretty } from "./text.js";

const at = id => document.getElementById(id);
const editor = at("text"),
  marks = document.querySelector(".editor pre"),
  picture = at("picture");
const Draft = "concat.draft";
let report,
  root,
  running,
  drawn = "",
  chosen,
  notes,
  completion,
  known; // the newest report, also while the text is broken
const Hint = "Ctrl+Space: what can stand here · Escape, then Tab: leave the text";

// The text, and everything that follows from it

/** Puts a text in place of all, as one step of the editor's own undo. */
function write(text) {
  editor.focus();
  editor.select();
  if (!document.execCommand("insertText", false, text)) {
    editor.value = text;
    changed();
  }
}

async function changed() {
  localStorage.setItem(Draft, editor.value);
  running?.abort();
  const mine = (running = new AbortController());
  try {
    root = parse(editor.value);
  } catch (fault) {
    if (!(fault instanceof JsonFault)) throw fault;
    return broken(fault);
  }
  try {
    const [answer, svg] = await Promise.all([
      post("/v1/architectures/validate", editor.value, mine.signal),
      send("POST", "/v1/architectures/graph.svg", editor.value, mine.signal).then(response => response.text()),
    ]);
    if (mine !== running) return;
    [report, drawn] = [answer, svg];
    known = report;
    picture.classList.remove("stale");
    picture.show(svg);
    layers.show(report);
    sizes.show(JSON.parse(editor.value), report);
    at("pytorch").disabled = report.verdict === "invalid";
    show();
  } catch (problem) {
    if (problem.name === "AbortError") return;
    verdict("malformed", "not checked");
    at("findings").replaceChildren(failed(problem, changed));
  }
}

function broken(fault) {
  report = undefined;
  picture.classList.add("stale");
  verdict("malformed", "no JSON");
  at("repair").hidden = true;
  at("train").disabled = true;
  at("pytorch").disabled = true;
  const place =
    editor.value
      .split("\n")
      .slice(0, fault.line - 1)
      .join("\n").length +
    fault.column -
    (fault.line === 1 ? 1 : 0);
  at("findings").replaceChildren(
    el(
      "article",
      { class: "card finding error" },
      el("h2", {}, `Line ${fault.line}, column ${fault.column}`),
      el("p", {}, `${fault.message}.`),
      el("button", { onclick: () => select(place, place + 1) }, "Go there"),
    ),
  );
  paint([{ start: place, end: place + 1, style: "error" }]);
}

const verdict = (style, word) => Object.assign(at("verdict"), { className: `verdict ${style}`, textContent: word });

// Findings

function show() {
  const found = report.diagnostics;
  verdict(report.verdict, report.verdict);
  at("repair").hidden = !found.some(each => each.fixes?.some(fix => fix.kind === "edit" || fix.kind === "adapter"));
  at("train").disabled = report.verdict !== "valid";
  at("findings").replaceChildren(figures(), ...imported(), sizes.card, ...found.map(card));
  if (found.length === 0) at("findings").append(el("p", { class: "soft" }, "All branches meet. Nothing to mend."));
  paint(found.map(each => ({ ...rangeOf(each.path), style: each.severity })));
}

/** What could not be read of the file that the text came from, until another text takes its place. */
const imported = () => (notes ? [el("article", { class: "card finding warning" }, ...notes)] : []);

const figures = () => {
  const of = (name, value) => el("div", {}, el("dt", {}, name), el("dd", {}, value));
  const per = report.activation_bytes_per_sample;
  return el(
    "dl",
    { class: "figures" },
    of("parameters", short(report.parameters)),
    of("MACs", short(report.macs)),
    of("activations", per == null ? "–" : bytes(per)),
    of("layers", short(report.layers.length)),
  );
};

function card(found) {
  return el(
    "article",
    { class: `card finding ${found.severity}` },
    el("h2", {}, found.layer ?? found.path ?? found.code, " ", el("span", { class: "soft" }, found.code)),
    el("p", {}, sentenceOf(found)),
    found.inputs?.length
      ? el("ul", { class: "shapes" }, ...found.inputs.map(input => el("li", {}, `${input.name} ${shape(input.shape)}`)))
      : null,
    el(
      "div",
      { class: "row" },
      found.path != null ? el("button", { class: "plain", onclick: () => go(found.path, found.layer) }, "Show") : null,
      found.cause?.path
        ? el("button", { class: "plain", onclick: () => go(found.cause.path, found.cause.layer) }, `Show ${found.cause.layer}`)
        : null,
    ),
    ...(found.fixes ?? []).map(fixButton),
  );
}

const firstSentence = text => /^.*?\.(?= [a-zA-Z]|$)/s.exec(text)?.[0] ?? text;

/** The message without the name that the card has already; the fixes are buttons and need no prose. */
function sentenceOf(found) {
  const own = found.message.startsWith(`${found.layer}: `) ? found.message.slice(found.layer.length + 2) : found.message;
  const all = found.fixes?.length && found.cause?.explanation ? `${firstSentence(own)} ${found.cause.explanation}` : own;
  return all.split(" ")[0].includes("_") ? all : all[0].toUpperCase() + all.slice(1);
}

function fixButton(fix) {
  const cost = [
    fix.added_parameters ? `${fix.added_parameters > 0 ? "+" : "−"}${short(Math.abs(fix.added_parameters))} parameters` : null,
    fix.added_macs ? `${fix.added_macs > 0 ? "+" : "−"}${short(Math.abs(fix.added_macs))} MACs` : null,
    fix.output_shape ? `gives ${shape(fix.output_shape)}` : null,
  ]
    .filter(Boolean)
    .join(" · ");
  let after;
  const preview = async () => {
    try {
      after ??= applyPatch(editor.value, fix.patch);
      const svg = await (await send("POST", "/v1/architectures/graph.svg", after)).text();
      if (button.matches(":hover, :focus")) {
        picture.show(svg);
        at("fit-hint").textContent = "After this fix";
      }
    } catch {
      /* the picture stays as it is */
    }
  };
  const back = () => {
    picture.show(drawn);
    at("fit-hint").textContent = "";
  };
  const button = el(
    "button",
    {
      class: "fix",
      onmouseenter: preview,
      onfocus: preview,
      onmouseleave: back,
      onblur: back,
      onclick: () => {
        at("fit-hint").textContent = "";
        write(applyPatch(editor.value, fix.patch));
      },
    },
    el("span", { class: "tag" }, fix.kind),
    fix.title,
    el("small", {}, fix.effect),
    cost ? el("small", {}, cost) : null,
  );
  return button;
}

// Places: text, picture and findings point at each other

function rangeOf(pointer) {
  const node = root && pointer != null ? find(root, pointer) : undefined;
  return node ? { start: node.start, end: node.end } : { start: 0, end: 0 };
}

function go(pointer, layer) {
  const { start, end } = rangeOf(pointer);
  select(start, end);
  if (layer) picture.choose(layer);
}

function select(start, end) {
  editor.focus();
  editor.setSelectionRange(start, end);
  const line = editor.value.slice(0, start).split("\n").length;
  editor.scrollTop = Math.max(0, (line - 8) * 19.4);
  chosen = { start, end, style: "chosen" };
}

/** Colors ranges behind the text. Those inside others win. */
function paint(ranges) {
  const text = editor.value,
    cuts = [...new Set([0, text.length, ...ranges.flatMap(range => [range.start, range.end])])].sort((a, b) => a - b);
  const nodes = [];
  for (let i = 0; i + 1 < cuts.length; i++) {
    const inside = ranges
      .filter(range => range.start <= cuts[i] && range.end >= cuts[i + 1])
      .sort((a, b) => a.end - a.start - (b.end - b.start))[0];
    const piece = text.slice(cuts[i], cuts[i + 1]);
    nodes.push(inside ? el("mark", { class: inside.style }, piece) : piece);
  }
  marks.replaceChildren(...nodes, "\n");
  marks.scrollTop = editor.scrollTop;
  marks.scrollLeft = editor.scrollLeft;
}

/** Text, picture and table show the same layer. */
function pick(name, scroll) {
  const layer = report?.layers.find(each => each.name === name);
  picture.choose(name, { scroll });
  layers.choose(name);
  const { start, end } = rangeOf(layer?.path ?? `/inputs/${name}`);
  select(start, end);
}

picture.addEventListener("pick", event => pick(event.detail, false));

editor.addEventListener("input", changed);
editor.addEventListener("scroll", () => {
  marks.scrollTop = editor.scrollTop;
  marks.scrollLeft = editor.scrollLeft;
});
/** Escape, then Tab, leaves the editor; Tab alone indents. */
let isLeaving = false;
editor.addEventListener("keyup", event => event.key.startsWith("Arrow") && around());
editor.addEventListener("click", around);

/** What the cursor is in: marked in picture and table, told below the text. */
function around() {
  const place = editor.selectionStart;
  const found = completion?.explain(place);
  // The innermost; a layer of a repeated block stands in the text once.
  const [inside, ...outside] = (report?.layers ?? [])
    .map(layer => ({ ...rangeOf(layer.path), layer }))
    .filter(({ start, end }) => start <= place && place < end)
    .sort((one, other) => one.end - one.start - (other.end - other.start))
    .map(({ layer }) => layer);
  const facts = inside ? [shape(inside.output_shape), inside.parameters ? `${short(inside.parameters)} parameters` : null] : [];
  at("hint").replaceChildren(
    ...(found
      ? [el("b", {}, found.title), ` ${found.text} `, el("span", { class: "soft" }, facts.filter(Boolean).join(" · "))]
      : [Hint]),
  );
  if (!inside || editor.selectionStart !== editor.selectionEnd) return;
  [inside, ...outside].some(layer => picture.choose(layer.name));
  layers.choose(inside.name);
}

editor.addEventListener("keydown", event => {
  if (event.key === "Escape") isLeaving = true;
  else if (event.key !== "Tab") isLeaving = false;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return at("train").click();
  if (event.key !== "Tab" || event.shiftKey || isLeaving || event.defaultPrevented) return;
  event.preventDefault();
  document.execCommand("insertText", false, "  ");
});

// The bars

const layers = new LayerTable(at("layers"), name => pick(name, true));
const sizes = new Sizes(svg => {
  picture.show(svg ?? drawn);
  at("fit-hint").textContent = svg ? "At these sizes" : "";
});
for (const view of ["picture", "layers"])
  at(`show-${view}`).addEventListener("click", () => {
    for (const each of ["picture", "layers"]) {
      at(each).hidden = each !== view;
      at(`show-${each}`).setAttribute("aria-pressed", String(each === view));
    }
  });
at("pytorch").addEventListener("click", async () => {
  try {
    const source = await (await send("POST", "/v1/architectures/pytorch", editor.value)).text();
    const name = `${(report.name ?? JSON.parse(editor.value).name ?? "net").replace(/[^\w-]+/g, "_")}.py`;
    const link = el("a", { href: URL.createObjectURL(new Blob([source], { type: "text/x-python" })), download: name });
    link.click();
    URL.revokeObjectURL(link.href);
    dialog(
      `${name} was downloaded`,
      el("p", { class: "soft" }, "It needs torch alone. The same call as curl:"),
      code(curl({ method: "POST", path: "/v1/architectures/pytorch", file: "spec.json", type: "application/json" })),
      el("details", { open: true }, el("summary", {}, "The source"), code(source)),
    );
  } catch (problem) {
    tell(problem.message, "bad");
  }
});

at("undo").addEventListener("click", () => {
  editor.focus();
  document.execCommand("undo");
});
at("format").addEventListener("click", () => {
  if (root) write(pretty(JSON.parse(editor.value)));
});
at("link").addEventListener("click", async () => {
  history.replaceState(null, "", location.pathname + (await fragmentOf(editor.value)));
  await navigator.clipboard?.writeText(location.href).catch(() => {});
  tell("The address of this page holds the spec now, and was copied.");
});
scopes().then(held => (at("train").hidden = !may(held, "jobs:write")));
at("in").addEventListener("click", () => picture.zoom(1.25));
at("out").addEventListener("click", () => picture.zoom(0.8));
at("fit").addEventListener("click", () => picture.fit());
at("svg").addEventListener("click", () => {
  const link = el("a", {
    href: URL.createObjectURL(new Blob([drawn], { type: "image/svg+xml" })),
    download: `${report?.name ?? "network"}.svg`,
  });
  link.click();
  URL.revokeObjectURL(link.href);
});
at("repair").addEventListener("click", async () => {
  const { spec, applied } = await post("/v1/architectures/repair", editor.value);
  // The same fixes, in the text as it is written; where one builds on another, the service's own text.
  let text = editor.value;
  for (const { diagnostic, fix } of applied) {
    const patch = report.diagnostics
      .find(each => each.path === diagnostic?.path)
      ?.fixes?.find(each => each.id === (fix?.id ?? fix))?.patch;
    text = patch ? applyPatch(text, patch) : undefined;
    if (!text) break;
  }
  const same = text && JSON.stringify(JSON.parse(text)) === JSON.stringify(spec);
  write(same ? text : pretty(spec));
});

// Files of other tools, and specs

async function take(file) {
  try {
    const text = file.name.endsWith(".json") ? await file.text() : undefined;
    if (text && JSON.parse(text).layers && !JSON.parse(text).class_name && !JSON.parse(text).config) return write(text);
    const response = await fetch("/v1/architectures/import", {
      method: "POST",
      body: file,
      headers: { "Content-Type": "application/octet-stream" },
    });
    const answer = await response.json();
    if (!response.ok) throw new Problem(response.status, answer);
    write(pretty(answer.spec));
    notes = [
      el("h2", {}, `${file.name}: ${answer.format}${answer.dialect ? `, ${answer.dialect}` : ""}`),
      ...answer.gaps.map(gap => el("p", {}, `${gap.source ? `line ${gap.source.line}: ` : ""}${gap.message}`)),
      ...answer.assumptions.map(each => el("p", { class: "soft" }, each)),
    ];
  } catch (problem) {
    at("findings").replaceChildren(failed(problem));
  }
}

at("import").addEventListener("click", () => at("file").click());
at("file").addEventListener("change", () => at("file").files[0] && take(at("file").files[0]));
addEventListener("dragover", event => event.preventDefault());
addEventListener("drop", event => {
  event.preventDefault();
  if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
});

// Training

at("train").addEventListener("click", async () => {
  const sets = (await get("/v1/datasets?limit=100")).data;
  at("dataset").replaceChildren(
    ...sets.map(set =>
      el(
        "option",
        { value: set.reference ?? set.name },
        `${set.name} – ${set.inputs.map(input => input.shape.join("×")).join(", ")}`,
      ),
    ),
  );
  const wanted = JSON.parse(editor.value).metadata?.dataset;
  if (wanted) at("dataset").value = wanted;
  at("refused").replaceChildren();
  at("training").showModal();
});
const training = () => ({
  method: "POST",
  path: "/v1/jobs",
  body: {
    architecture: JSON.parse(editor.value),
    dataset: at("dataset").value,
    settings: { epochs: Number(at("epochs").value) },
  },
});
at("start").after(curlButton(training, "Train"));
at("verdict").after(
  curlButton(
    () => ({ method: "POST", path: "/v1/architectures/validate", file: "spec.json", type: "application/json" }),
    "The check",
  ),
);
at("start").addEventListener("click", async event => {
  event.preventDefault();
  try {
    const job = await post("/v1/jobs", training().body);
    location.assign(`/jobs/${job.id}`);
  } catch (problem) {
    at("refused").replaceChildren(failed(problem));
  }
});

// The beginning: a network that the address names, the draft, or the refused one

const gallery = (await get("/v1/gallery")).data;
const choice = at("gallery");
choice.append(...gallery.map(each => el("option", { value: each.name, title: each.title }, each.name)));
choice.addEventListener("change", () => {
  notes = undefined;
  const found = gallery.find(each => each.name === choice.value);
  if (found) write(pretty(found.spec));
});
const query = new URLSearchParams(location.search);
const job = query.get("job");
const named = gallery.find(
  each => each.name === (query.get("gallery") ?? (localStorage.getItem(Draft) ? null : "two-branches-refused")),
);
editor.value =
  (await textOf(location.hash)) ??
  (job
    ? pretty(await get(`/v1/jobs/${encodeURIComponent(job)}/architecture`))
    : named
      ? pretty(named.spec)
      : localStorage.getItem(Draft));
changed();

at("hint").textContent = Hint;
completion = new Completion(editor, (await get("/v1/operators")).data, place => {
  const before = known?.layers.filter(each => each.output_shape && rangeOf(each.path).end <= place).at(-1);
  return (before ?? known?.layers.find(each => each.output_shape))?.output_shape.length - 2;
});
explain([
  ["Ctrl+Space", "what can stand at the cursor"],
  ["Ctrl+Enter", "train the network"],
  ["Ctrl+Z", "take back, a fix too"],
  ["Escape Tab", "leave the text"],
  ["+ − 0", "zoom the picture, or fit it"],
]);
