// What there is to train on, and a place to drop one's own.
import {
  Problem,
  action,
  bytes,
  code,
  curl,
  curlButton,
  dialog,
  el,
  failed,
  get,
  may,
  scopes,
  tell,
  waiting,
  when,
} from "./api.js";
import { figure } from "./chart.js";

const place = document.getElementById("sets");
const mayWrite = may(await scopes(), "jobs:write");
const Fits = ".npz,.zip,.csv,.gz,.idx,.idx1-ubyte,.idx3-ubyte,ubyte";

const sizes = dims => (dims.length ? dims.join("×") : "one value");

function card(set) {
  const { train_samples: train, validation_samples: validation, test_samples: test } = set;
  const splits = [
    ["training", train],
    ["validation", validation],
    ["test", test],
  ].filter(([, count]) => count > 0);
  return el(
    "article",
    { class: "card set", id: set.name },
    el(
      "div",
      { class: "row" },
      el("h2", { class: "grow" }, set.reference),
      set.version == null ? el("span", { class: "chip" }, "built in") : when(set.created_at),
    ),
    pictures(set),
    set.description ? el("p", {}, set.description) : null,
    splitBar(splits),
    el("p", { class: "soft" }, splits.map(([name, count]) => `${count.toLocaleString("en")} ${name}`).join(" · ")),
    el(
      "ul",
      { class: "chips" },
      ...set.inputs.map(input => el("li", {}, `${input.name} ${sizes(input.shape)} ${input.dtype}`)),
      ...set.targets.map(target =>
        el("li", {}, `→ ${target.name}: ${target.task}${target.classes?.length ? `, ${target.classes.length} classes` : ""}`),
      ),
    ),
    ...set.targets.filter(target => target.classes?.length).map(target => classes(set, target)),
    statistics(set),
    el(
      "div",
      { class: "row" },
      el("a", { class: "button", href: "/workbench" }, "Use it in the Workbench"),
      set.version != null && mayWrite
        ? action("Delete", () => ({ method: "DELETE", path: `/v1/datasets/${set.reference}` }), read, {
            style: "danger",
            confirm: `Delete ${set.reference} with its data?`,
          })
        : curlButton(() => ({ path: `/v1/datasets/${set.reference}` }), set.name),
    ),
  );
}

const MostRows = 10;

/** A few samples; of each class, where there are classes, as soon as the card is in view. */
function pictures(set) {
  if (set.pictures.length === 0) return null;
  const place = el(
    "div",
    { class: "pictures" },
    ...set.pictures.map((path, i) => el("img", { src: path, alt: `Sample ${i + 1} of ${set.name}`, loading: "lazy" })),
  );
  if (set.targets.some(target => target.task === "classification")) {
    const seen = new IntersectionObserver(async ([entry]) => {
      if (!entry.isIntersecting) return;
      seen.disconnect();
      const { classes } = await get(`/v1/datasets/${set.reference}/samples?per_class=4`).catch(() => ({ classes: [] }));
      const rows = classes.filter(each => each.samples.length > 0).map(each => byClass(set, each));
      if (rows.length === 0) return;
      const rest = rows.slice(MostRows);
      place.replaceWith(
        el("div", { class: "by-class" }, ...rows.slice(0, MostRows)),
        ...(rest.length
          ? [el("details", {}, el("summary", {}, `${rest.length} more classes`), el("div", { class: "by-class" }, ...rest))]
          : []),
      );
    });
    seen.observe(place);
  }
  return place;
}

const byClass = (set, { class: name, samples }) =>
  el(
    "figure",
    {},
    el("figcaption", { title: name }, name),
    el(
      "div",
      { class: "pictures" },
      ...samples.map(({ number, picture }) =>
        el("img", { src: picture, alt: `${name}, training sample ${number} of ${set.name}`, loading: "lazy" }),
      ),
    ),
  );

function splitBar(splits) {
  const all = splits.reduce((sum, [, count]) => sum + count, 0);
  const bar = el("div", { class: "split-bar", "aria-hidden": "true" }, ...splits.map(() => el("i")));
  splits.forEach(([, count], i) => (bar.children[i].style.flex = count / all));
  return bar;
}

/** Names, and how many training samples each has where the service counted them. */
function classes(set, target) {
  const counts = set.statistics?.[target.name]?.classes;
  const most = counts ? Math.max(...Object.values(counts)) : 0;
  return el(
    "details",
    {},
    el("summary", {}, `The ${target.classes.length} classes of ${target.name}`),
    counts
      ? el(
          "div",
          { class: "bars" },
          ...target.classes.flatMap(name => {
            const count = counts[name] ?? 0;
            return [
              el("span", {}, name),
              el("meter", { max: most, value: count, "aria-label": `${name}: ${count}` }),
              el("span", { class: "number" }, count.toLocaleString("en")),
            ];
          }),
        )
      : el("ul", { class: "chips" }, ...target.classes.map(name => el("li", {}, name))),
  );
}

function statistics(set) {
  const rows = Object.entries(set.statistics ?? {}).filter(([, of]) => typeof of?.mean === "number");
  if (rows.length === 0) return null;
  return el(
    "details",
    {},
    el("summary", {}, "Values"),
    el(
      "ul",
      {},
      ...rows.map(([name, of]) =>
        el(
          "li",
          {},
          `${name}: ${figure(of.minimum)} to ${figure(of.maximum)}, mean ${figure(of.mean)} ± ${figure(of.deviation)}`,
        ),
      ),
    ),
  );
}

// Uploading

const target = el(
  "div",
  { class: "drop" },
  el("b", {}, "Drop a data set here"),
  el("p", { class: "soft" }, "One .npz archive, one .zip of picture folders, IDX files, or CSV files"),
  el("button", { onclick: () => file.click() }, "Choose files…"),
);
const file = el("input", { type: "file", multiple: true, accept: Fits, hidden: true, onchange: () => offer([...file.files]) });
const hover = is => event => {
  event.preventDefault();
  target.classList.toggle("over", is);
};
addEventListener("dragover", hover(true));
addEventListener("dragleave", hover(false));
addEventListener("drop", event => {
  hover(false)(event);
  if (mayWrite && event.dataTransfer.files.length) offer([...event.dataTransfer.files]);
});

const nameOf = file =>
  file.name
    .toLowerCase()
    .replace(/\.[a-z0-9]+$/, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 64) || "data";

/** Asks for what the files do not say, then sends them. */
function offer(files) {
  const field = (id, label, help, value = "") => [
    el("label", { for: `set-${id}` }, label),
    el("input", { id: `set-${id}`, value, spellcheck: "false" }),
    help ? el("small", { class: "soft" }, help) : null,
  ];
  const names = ["name", "target", "size", "classes", "description"];
  const values = () =>
    Object.fromEntries(
      names.map(name => [name, document.getElementById(`set-${name}`).value.trim()]).filter(([, value]) => value),
    );
  const bar = el("progress", { class: "wide", max: 1, value: 0, "aria-label": "Sent", hidden: true });
  const line = el("p", { class: "soft", role: "status" });
  const refused = el("div");
  const size = files.reduce((sum, each) => sum + each.size, 0);
  let request;
  const send = el("button", { class: "main" }, "Upload");
  const cancel = el("button", { hidden: true, onclick: () => request.abort() }, "Stop");
  const shown = dialog(
    "Upload a data set",
    el("p", {}, files.map(each => each.name).join(", "), el("span", { class: "soft" }, ` – ${bytes(size)}`)),
    ...field("name", "Name", "Lower-case letters, digits and '-'. A name that is there gets another version.", nameOf(files[0])),
    el(
      "details",
      {},
      el("summary", {}, "More"),
      ...field(
        "target",
        "Targets",
        "What is to be learned: columns or arrays, separated by commas. Left out: by the usual names.",
      ),
      ...field("size", "Size", "WIDTHxHEIGHT to which pictures are resized, such as 32x32."),
      ...field("classes", "Names of the classes", "In the order of the labels, separated by commas."),
      ...field("description", "Description"),
    ),
    bar,
    line,
    refused,
    el(
      "div",
      { class: "row end" },
      cancel,
      el(
        "button",
        {
          onclick: () =>
            dialog(
              "The same call as curl",
              code(curl({ method: "POST", path: "/v1/datasets", form: { ...values(), file: `@${files[0].name}` } })),
            ),
        },
        "curl",
      ),
      send,
    ),
  );
  shown.addEventListener("close", () => request?.abort());

  send.addEventListener("click", () => {
    refused.replaceChildren();
    const form = new FormData();
    for (const [name, value] of Object.entries(values())) form.append(name, value);
    files.forEach(each => form.append("file", each, each.name));
    // Not fetch, which does not say how much is sent.
    request = new XMLHttpRequest();
    request.open("POST", "/v1/datasets");
    const began = performance.now();
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      bar.value = loaded / total;
      const speed = loaded / ((performance.now() - began) / 1000);
      line.textContent = loaded < total ? `${bytes(loaded)} of ${bytes(total)}, ${bytes(speed)}/s` : "Reading …";
    });
    const over = () => {
      bar.hidden = cancel.hidden = true;
      send.disabled = false;
    };
    request.addEventListener("load", async () => {
      over();
      const answer = JSON.parse(request.responseText || "null");
      if (request.status >= 400) {
        line.textContent = "";
        return refused.replaceChildren(failed(new Problem(request.status, answer)));
      }
      shown.close();
      tell(request.status === 200 ? `${answer.reference} has this content already.` : `${answer.reference} is there.`);
      await read();
      document.getElementById(answer.name)?.scrollIntoView({ block: "center" });
    });
    request.addEventListener("error", () => (over(), refused.replaceChildren(failed(new Problem(0)))));
    request.addEventListener("abort", () => (over(), (line.textContent = "Stopped. Nothing was kept.")));
    bar.hidden = cancel.hidden = false;
    send.disabled = true;
    request.send(form);
  });
}

async function read() {
  try {
    const { data } = await get("/v1/datasets?limit=100");
    place.replaceChildren(el("div", { class: "sets" }, ...data.map(card)));
  } catch (problem) {
    place.replaceChildren(failed(problem, read));
  }
}

if (mayWrite) document.getElementById("drop").append(target, file);
place.replaceChildren(waiting(6));
await read();
if (location.hash) document.getElementById(location.hash.slice(1).split("@")[0])?.scrollIntoView({ block: "center" });
addEventListener("reachable", read);
