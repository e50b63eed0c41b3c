// One job: its progress, curves, branches and events, live until it ends.
import { ago, el, failed, get, send } from "./api.js";
import "./picture.js";

const at = id => document.getElementById(id);
const id = location.pathname.split("/")[2],
  path = `/v1/jobs/${id}`;
const Over = ["succeeded", "failed", "cancelled"];
let job;

const action = (name, word) =>
  el(
    "button",
    {
      onclick: async () => {
        try {
          await send("POST", `${path}/${name}`);
        } finally {
          await read();
        }
      },
    },
    word,
  );

function head() {
  const { percent, epoch, epochs, step, steps, samples_per_second: speed } = job.progress;
  const facts = [
    `epoch ${epoch} of ${epochs}`,
    `step ${step.toLocaleString("en")} of ${steps.toLocaleString("en")}`,
    speed ? `${Math.round(speed).toLocaleString("en")} samples/s` : null,
    job.estimated_finish_at && !Over.includes(job.state)
      ? `about ${new Date(job.estimated_finish_at).toLocaleTimeString()}`
      : null,
    `started ${ago(job.created_at)}`,
  ].filter(Boolean);
  const result = job.result;
  return [
    el(
      "div",
      { class: "row" },
      el("h1", {}, job.name, el("span", { class: "soft" }, ` on ${job.dataset}`)),
      el("span", { class: `state ${job.state}`, role: "status" }, job.state),
      el("span", { class: "grow" }),
      job.state === "running" || job.state === "queued" ? action("pause", "Pause") : null,
      job.state === "paused" ? action("resume", "Resume") : null,
      Over.includes(job.state) ? null : action("cancel", "Cancel"),
      el("a", { class: "button", href: `/workbench?job=${id}` }, "Open in the Workbench"),
      job.model
        ? el("a", { class: "button", href: `/models/${job.model.name}` }, `Model ${job.model.name}, version ${job.model.version}`)
        : null,
    ),
    Over.includes(job.state) ? null : el("progress", { max: 100, value: percent, "aria-label": `${percent} %` }),
    el("p", { class: "soft" }, facts.join(" · ")),
    result
      ? el(
          "p",
          {},
          result.test_accuracy != null ? `Test accuracy ${(100 * result.test_accuracy).toFixed(1)} %, ` : "",
          `test loss ${result.test_loss?.toPrecision(3)}`,
          result.parity
            ? `; the exported model gives the same to ${result.parity.max_relative_to_peak.toExponential(1)} of its peak.`
            : ".",
        )
      : null,
    job.error ? el("div", { class: "problem" }, job.error.message ?? job.error.code) : null,
  ].filter(Boolean);
}

const percent = share => (share == null ? "–" : `${Math.round(100 * share)} %`);
const figure = number =>
  number == null ? "–" : Math.abs(number) >= 0.01 && Math.abs(number) < 1000 ? number.toPrecision(3) : number.toExponential(1);

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
                  "p",
                  {},
                  el(
                    "span",
                    { class: `state ${verdict.severity === "alarm" ? "failed" : "running"}` },
                    `${verdict.severity === "alarm" ? "✕" : "▲"} ${verdict.code}`,
                  ),
                  " ",
                  verdict.message,
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
    document.title = `${job.progress.percent} % ${job.name} · ConcatService`;
    at("head").replaceChildren(...head());
    const [plot, svg, concats] = await Promise.all([
      send("GET", `${path}/plot.svg`).then(response => response.blob()),
      send("GET", `${path}/graph.svg`).then(response => response.text()),
      get(`${path}/concats`),
    ]);
    URL.revokeObjectURL(at("plot").src);
    at("plot").src = URL.createObjectURL(plot);
    at("picture").show(svg);
    at("branches").replaceChildren(branches(concats.concats));
  } catch (problem) {
    at("head").replaceChildren(failed(problem, read));
  }
}

function tell(event) {
  const { at: time, level, message } = JSON.parse(event.data);
  at("events").prepend(
    el("li", { class: level }, el("time", { datetime: time }, new Date(time).toLocaleTimeString()), el("span", {}, message)),
  );
}

await read();
const stream = new EventSource(`${path}/events`);
for (const type of [
  "state",
  "progress",
  "checkpoint",
  "epoch",
  "evaluation",
  "warning",
  "verdict",
  "resumed",
  "started",
  "finalizing",
  "export",
  "model",
])
  stream.addEventListener(type, tell);
stream.addEventListener("done", () => {
  stream.close();
  read();
});
const timer = setInterval(async () => {
  if (document.hidden) return;
  await read();
  if (job && Over.includes(job.state)) clearInterval(timer);
}, 2500);
