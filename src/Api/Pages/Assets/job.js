// One job: its progress, curves, branches, checkpoints and events, live until it ends; and how to go on from it.
import { Over, action, ago, el, failed, get, may, scopes, send, state, table, tell, waiting, when } from "./api.js";
import { figure, smoothed } from "./chart.js";
import { answers } from "./answers.js";
import { Signals, heat } from "./heat.js";
import "./picture.js";
import { variant } from "./variant.js";
import { verdictCards } from "./verdicts.js";

const at = id => document.getElementById(id);
const id = location.pathname.split("/")[2],
  path = `/v1/jobs/${id}`;
const held = await scopes();
const mayWrite = may(held, "jobs:write");
let job;
const drawn = new Map();

/** What is drawn anew must not take the focus or a click from whoever is at a button, so only what changed is. */
function draw(place, face, make) {
  const now = JSON.stringify(face);
  if (drawn.get(place) === now) return;
  drawn.set(place, now);
  const actions = () => [...at(place).querySelectorAll("button, a")];
  const focus = actions().indexOf(document.activeElement);
  at(place).replaceChildren(...make());
  if (focus >= 0) actions()[focus]?.focus();
}

const button = (name, word, options) => action(word, () => ({ method: "POST", path: `${path}/${name}` }), read, options);

function buttons() {
  const isOver = Over.includes(job.state);
  return [
    mayWrite && ["running", "queued"].includes(job.state) ? button("pause", "Pause") : null,
    mayWrite && job.state === "paused" ? button("resume", "Resume", { style: "main" }) : null,
    mayWrite && !isOver
      ? button("cancel", "Cancel", { confirm: "Cancel this job? It keeps what it measured, and makes no model." })
      : null,
    mayWrite && isOver && job.kind === "training"
      ? action("Run again", () => ({ method: "POST", path: "/v1/jobs", body: request }), open)
      : null,
    mayWrite && isOver && job.kind === "training"
      ? action("Repair", () => ({ method: "POST", path: `${path}/repair` }), open)
      : null,
    mayWrite ? el("button", { onclick: () => variant(job, spec, open) }, "Train a variant…") : null,
    mayWrite && isOver
      ? action(
          "Compare fusions",
          () => ({ method: "POST", path: "/v1/studies", body: { architecture: spec, dataset: job.dataset, settings: job.settings } }),
          study => location.assign(`/studies/${study.id}`),
          { confirm: "Start a study? It trains each way to fuse the concat, and each branch alone, with 5 seeds." },
        )
      : null,
    el("a", { class: "button", href: `/workbench?job=${id}` }, "Open in the Workbench"),
    job.model
      ? el(
          "a",
          { class: "button main", href: `/models/${job.model.name}?version=${job.model.version}` },
          `Model ${job.model.name} ${job.model.version}`,
        )
      : null,
    mayWrite && isOver
      ? action(
          "Delete",
          () => ({ method: "DELETE", path }),
          () => location.assign("/jobs"),
          {
            style: "danger",
            confirm: "Delete this job with its curves, checkpoints and model version?",
          },
        )
      : null,
  ].filter(Boolean);
}

const open = next => location.assign(`/jobs/${next.id}`);

/** Reads the spec when it is needed first. */
let spec, request;
async function know() {
  spec ??= await get(`${path}/architecture`);
  request = { name: job.name, tags: job.tags, architecture: spec, dataset: job.dataset, settings: job.settings };
}

function head() {
  const { percent, epoch, epochs, step, steps, samples_per_second: speed } = job.progress;
  const facts = [
    `epoch ${epoch} of ${epochs}`,
    `step ${step.toLocaleString("en")} of ${steps.toLocaleString("en")}`,
    speed ? `${Math.round(speed).toLocaleString("en")} samples/s` : null,
    job.estimated_finish_at && !Over.includes(job.state)
      ? `done about ${new Date(job.estimated_finish_at).toLocaleTimeString()}`
      : null,
    `started ${ago(job.created_at)}`,
  ].filter(Boolean);
  const result = job.result;
  const score = (name, value) => el("div", {}, el("dt", {}, name), el("dd", {}, value));
  return [
    el(
      "div",
      { class: "row" },
      el("h1", {}, job.name),
      el("span", { role: "status" }, state(job.state)),
      ...job.tags.map(tag => el("span", { class: "chip" }, tag)),
      el("span", { class: "soft" }, "on ", el("a", { href: `/data#${job.dataset}` }, job.dataset)),
    ),
    Over.includes(job.state) ? null : el("progress", { class: "wide", max: 100, value: percent, "aria-label": `${percent} %` }),
    el("p", { class: "soft" }, facts.join(" · ")),
    job.notice ? el("p", { class: "notice" }, job.notice) : null,
    job.repair_of ? el("p", {}, "A repair of ", el("a", { href: `/jobs/${job.repair_of}` }, "this job"), ".") : null,
    result?.repair
      ? repair(result.repair)
      : result
      ? el(
          "dl",
          { class: "figures" },
          result.test_accuracy != null ? score("test accuracy", `${(100 * result.test_accuracy).toFixed(1)} %`) : null,
          score("test loss", figure(result.test_loss)),
          result.parity ? score("ONNX differs by", `${result.parity.max_relative_to_peak.toExponential(0)} of the peak`) : null,
        )
      : null,
    job.error
      ? el(
          "div",
          { class: "problem" },
          el("p", {}, job.error.message ?? job.error.code),
          el("p", { class: "code" }, job.error.code ?? ""),
        )
      : null,
    el("div", { class: "row" }, ...buttons()),
  ].filter(Boolean);
}

/** What each change was worth, and the proven one to train with. */
function repair(report) {
  const change = each =>
    each.change_interval ? `${figure(each.change)} (${each.change_interval.map(figure).join(" to ")})` : "–";
  return el(
    "section",
    { class: "scroll" },
    el("p", { class: report.accepted ? "" : "notice" }, report.conclusion),
    table(
      ["Change", { name: "Validation loss", number: true }, { name: "Against no change (95 %)", number: true }, "Why", "Patch"],
      report.candidates.map(each => [
        each.accepted ? el("strong", {}, `● ${each.id}`) : each.id,
        each.validation_losses.map(loss => (loss == null ? "–" : figure(loss))).join(", "),
        change(each),
        each.reason,
        el("code", {}, JSON.stringify(each.patch)),
      ]),
      `${report.cost_steps.toLocaleString("en")} steps in ${Math.round(report.cost_seconds)} s, judged on ` +
        `${report.validation_samples} validation samples.`,
    ),
    mayWrite && report.body
      ? action("Train the repaired job", () => ({ method: "POST", path: "/v1/jobs", body: report.body }), open, { style: "main" })
      : null,
  );
}

function curves(series) {
  const of = (name, shown, color, dots) => {
    const found = series.find(each => each.name === name);
    return found ? { name: shown, color, x: found.steps, y: found.values, dots } : null;
  };
  const train = of("train_loss", "training loss", 0);
  const loss = [
    train ? { ...train, faint: true } : null,
    train ? { ...train, y: smoothed(train.y, train.y.length > 40 ? 0.8 : 0) } : null,
    of("validation_loss", "validation loss", 1),
  ];
  const score = ["accuracy", "score", "f1", "r2", "iou", "dice"].flatMap((name, i) => [
    of(`epoch_train_${name}`, `training ${name}`, 2 * i),
    of(`validation_${name}`, `validation ${name}`, 2 * i + 1),
  ]);
  at("loss").show(loss.filter(Boolean), { log: at("log").checked });
  const found = score.filter(Boolean);
  at("score").hidden = found.length === 0;
  if (found.length) at("score").show(found);
}

const settingsOf = () =>
  table(
    ["Setting", "Value"],
    Object.entries(job.settings).map(([name, value]) => [
      name,
      el("code", {}, typeof value === "string" ? value : JSON.stringify(value)),
    ]),
  );

async function checkpoints() {
  const { data } = await get(`${path}/checkpoints`);
  at("checkpoints").replaceChildren(
    data.length === 0
      ? el("p", { class: "soft" }, "None is kept: they go when the job has its model.")
      : table(
          [{ name: "Step", number: true }, { name: "Epoch", number: true }, { name: "Size", number: true }, "Written", ""],
          data.map(each => [
            each.step.toLocaleString("en"),
            each.epoch,
            `${(each.length_bytes / 1e6).toFixed(1)} MB`,
            when(each.created_at),
            mayWrite
              ? action(
                  "Export as a model",
                  () => ({ method: "POST", path: `${path}/checkpoints/${each.step}/export` }),
                  wish => tell(`The export is ${wish.state}; the model will be called ${wish.model.name}.`),
                )
              : "",
          ]),
        ),
  );
}

const percent = share => (share == null ? "–" : `${Math.round(100 * share)} %`);

function branches(concats) {
  if (!concats.some(concat => concat.step != null)) return el("p", { class: "soft" }, "No sample yet.");
  const rows = concats.flatMap(concat =>
    concat.branches.map(branch =>
      el(
        "tr",
        {},
        el("td", {}, concat.layer),
        el("td", {}, branch.name),
        el("td", { class: "number" }, percent(branch.contribution_share)),
        el("td", { class: "number" }, percent(branch.gradient_share)),
        el("td", { class: "number" }, figure(branch.activation_rms)),
        el("td", { class: "number" }, figure(branch.gradient_rms)),
        el("td", { class: "number" }, percent(branch.dead_channels)),
        el(
          "td",
          {},
          ...(branch.verdicts.length === 0
            ? [el("span", { class: "state succeeded" }, "● healthy")]
            : branch.verdicts.map(verdict =>
                el(
                  "span",
                  { class: `state ${verdict.severity === "alarm" ? "failed" : "running"}` },
                  `${verdict.severity === "alarm" ? "✕" : "▲"} ${verdict.code}`,
                ),
              )),
        ),
      ),
    ),
  );
  const names = ["Concat", "Branch", "Share", "Of the gradient", "Activation", "Gradient", "Dead", "Verdict"];
  return el(
    "div",
    { class: "scroll" },
    el(
      "table",
      {},
      el(
        "thead",
        {},
        el("tr", {}, ...names.map((name, i) => el("th", { scope: "col", class: i > 1 && i < 7 ? "number" : null }, name))),
      ),
      el("tbody", {}, ...rows),
    ),
  );
}

async function read() {
  try {
    job = await get(path);
    await know();
    document.title = `${Over.includes(job.state) ? job.state : `${job.progress.percent} %`} ${job.name} · ConcatService`;
    draw("head", [job.state, job.progress, job.result, job.notice], head);
    const [svg, concats, metrics] = await Promise.all([
      send("GET", `${path}/graph.svg`).then(response => response.text()),
      get(`${path}/concats`),
      get(`${path}/metrics?max_points=500`),
    ]);
    at("picture").show(svg);
    draw("branches", concats.concats, () => [branches(concats.concats)]);
    const verdicts = concats.concats.flatMap(concat => concat.branches.flatMap(branch => branch.verdicts));
    draw("verdicts", verdicts, () => verdictCards(concats.concats, request, mayWrite, open));
    curves(metrics.series);
    at("heat").replaceChildren(
      heat(metrics.series.filter(each => each.name.startsWith("concat/") && each.name.endsWith(`/${at("signal").value}`))),
    );
    at("settings").replaceChildren(settingsOf());
    at("body").hidden = false;
    if (job.model && at("answers").hidden) await answers(path, at("answers"));
  } catch (problem) {
    if (problem.status || !job) at("head").replaceChildren(failed(problem, read));
  }
}

/** More of them are in GET /v1/jobs/{id}/events; a page that stands open overnight keeps its size. */
const MostEvents = 500;

function note(event) {
  const { at: time, level, message } = JSON.parse(event.data);
  at("events").prepend(
    el("li", { class: level }, el("time", { datetime: time }, new Date(time).toLocaleTimeString()), el("span", {}, message)),
  );
  if (at("events").childElementCount > MostEvents) at("events").lastChild.remove();
}

at("head").replaceChildren(waiting(4));
at("signal").replaceChildren(...Signals.map(each => el("option", { value: each }, each.replace("_", " "))));
// What the reader chose is in the address, which can be sent to somebody.
const query = new URLSearchParams(location.search);
if (Signals.includes(query.get("signal"))) at("signal").value = query.get("signal");
at("log").checked = query.get("log") === "true";
const keep = (name, value) => {
  query.set(name, value);
  history.replaceState(null, "", `?${query}`);
  read();
};
at("signal").addEventListener("change", () => keep("signal", at("signal").value));
at("log").addEventListener("change", () => keep("log", at("log").checked));
await read();
if (job) checkpoints().catch(() => {});
addEventListener("reachable", read);

const Events = ["state", "progress", "checkpoint", "epoch", "evaluation", "warning", "verdict"];
Events.push("lint", "evaluation_gap", "race_started", "repair_done");
Events.push("resumed", "started", "finalizing", "export", "model");
let stream;

/** One stream while somebody looks: a browser has six connections to a host, and a stream in each hidden tab would take them all. */
function listen() {
  stream?.close();
  if (document.hidden) return;
  at("events").replaceChildren();
  stream = new EventSource(`${path}/events`);
  for (const type of Events) stream.addEventListener(type, note);
  stream.addEventListener("done", () => {
    stream.close();
    document.removeEventListener("visibilitychange", listen);
    read();
    checkpoints().catch(() => {});
  });
}

if (job) {
  document.addEventListener("visibilitychange", listen);
  listen();
}
const timer = setInterval(async () => {
  if (document.hidden) return;
  await read();
  if (job && Over.includes(job.state)) clearInterval(timer);
}, 2500);
