// All jobs of the team, the running ones live; several of them to be compared.
import { Over, el, empty, failed, get, state, table, waiting, when } from "./api.js";
import { figure, spark } from "./chart.js";
import { explain } from "./shell.js";

const place = document.getElementById("jobs"),
  find = document.getElementById("find"),
  only = document.getElementById("state"),
  compare = document.getElementById("compare");
const query = new URLSearchParams(location.search);
const chosen = new Set(),
  curves = new Map();
let jobs = [],
  next,
  pages = 1;

find.value = query.get("find") ?? "";
only.value = query.get("state") ?? "";

/** The loss of a job as a few points; read again only while it trains. */
async function curve(job) {
  const known = curves.get(job.id);
  if (known && (known.step === job.progress.step || known.busy)) return;
  curves.set(job.id, { ...known, busy: true });
  const { series } = await get(`/v1/jobs/${job.id}/metrics?name=train_loss&max_points=40`).catch(() => ({ series: [] }));
  curves.set(job.id, { step: job.progress.step, values: series[0]?.values ?? [] });
  document.getElementById(`spark-${job.id}`)?.replaceChildren(sparkOf(job));
}

const sparkOf = job => spark(curves.get(job.id)?.values ?? [], "Training loss");

function progress(job) {
  const { percent, epoch, epochs } = job.progress;
  if (Over.includes(job.state)) return `${epoch}/${epochs}`;
  return el(
    "span",
    { class: "nowrap" },
    el("progress", { max: 100, value: percent, "aria-label": `${percent} % of ${job.name}` }),
    ` ${percent} %`,
  );
}

function row(job) {
  const speed = job.progress.samples_per_second;
  const score = job.result?.test_accuracy ?? job.result?.test_loss;
  return [
    el("input", {
      type: "checkbox",
      checked: chosen.has(job.id),
      "aria-label": `Choose ${job.name}`,
      onchange: event => {
        event.target.checked ? chosen.add(job.id) : chosen.delete(job.id);
        count();
      },
    }),
    el("span", {}, el("a", { href: `/jobs/${job.id}` }, job.name), ...job.tags.map(tag => el("span", { class: "chip" }, tag))),
    state(job.state),
    progress(job),
    job.dataset,
    el("span", { id: `spark-${job.id}` }, sparkOf(job)),
    score == null ? "–" : job.result.test_accuracy != null ? `${(100 * score).toFixed(1)} %` : `loss ${figure(score)}`,
    speed ? `${Math.round(speed).toLocaleString("en")}/s` : "–",
    when(job.created_at),
  ];
}

function count() {
  compare.hidden = chosen.size === 0;
  compare.textContent = chosen.size === 1 ? "Choose another to compare" : `Compare ${chosen.size} jobs`;
  compare.disabled = chosen.size < 2;
}

function show() {
  const wanted = find.value.trim().toLowerCase();
  const rows = jobs.filter(job => `${job.name} ${job.dataset} ${job.tags.join(" ")}`.toLowerCase().includes(wanted));
  if (jobs.length === 0 && !only.value)
    return place.replaceChildren(
      empty(
        "No jobs yet",
        el("p", {}, "A job trains a network on a data set and watches each of its branches. The first takes a minute."),
        el("a", { class: "button main", href: "/workbench?gallery=two-branch" }, "Open two-branch in the Workbench"),
      ),
    );
  if (rows.length === 0) return place.replaceChildren(empty("No such jobs", el("p", {}, "Nothing fits the filter above.")));
  // A table that is drawn anew must not take the focus from whoever is in it.
  const held = document.activeElement?.getAttribute("aria-label");
  const columns = [
    { name: "" },
    "Name",
    "State",
    "Progress",
    "Data set",
    "Loss",
    { name: "Score", number: true },
    { name: "Speed", number: true },
    "Started",
  ];
  place.replaceChildren(
    table(columns, rows.map(row)),
    ...(next ? [el("button", { onclick: () => (pages++, read()) }, "Older jobs")] : []),
  );
  if (held) place.querySelector(`[aria-label="${CSS.escape(held)}"]`)?.focus();
  rows.slice(0, 40).forEach(curve);
}

async function read() {
  try {
    const found = [];
    next = undefined;
    for (let page = 0; page < pages; page++) {
      const answer = await get(`/v1/jobs?limit=50${only.value ? `&state=${only.value}` : ""}${next ? `&cursor=${next}` : ""}`);
      found.push(...answer.data);
      next = answer.next_cursor;
      if (!next) break;
    }
    jobs = found;
    show();
  } catch (problem) {
    if (jobs.length === 0 || problem.status) place.replaceChildren(failed(problem, read));
  }
}

function keep() {
  const kept = new URLSearchParams();
  if (find.value) kept.set("find", find.value);
  if (only.value) kept.set("state", only.value);
  history.replaceState(null, "", kept.size ? `?${kept}` : location.pathname);
}

find.addEventListener("input", () => (keep(), show()));
only.addEventListener("change", () => (keep(), (pages = 1), read()));
compare.addEventListener("click", () => location.assign(`/jobs/compare?ids=${[...chosen].join(",")}`));
explain([["/", "find among the jobs"]]);
addEventListener("keydown", event => {
  if (event.key !== "/" || event.target.closest("input, select, textarea, dialog")) return;
  event.preventDefault();
  find.focus();
});

place.replaceChildren(waiting(5));
await read();
setInterval(() => {
  if (!document.hidden && !place.contains(document.activeElement?.closest("a"))) read();
}, 2000);
