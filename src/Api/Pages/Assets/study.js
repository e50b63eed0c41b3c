// One study: each variant against the baseline as a picture, a table and sentences, and the value of every seed.
import { action, ago, curlButton, el, failed, get, may, scopes, send, short, state, table, waiting } from "./api.js";
import { figure } from "./chart.js";

const at = id => document.getElementById(id);
const id = location.pathname.split("/")[2],
  path = `/v1/studies/${id}`;
const mayWrite = may(await scopes(), "jobs:write");
const Ended = ["finished", "cancelled"];
let drawn = "";

const inPoints = study => study.measure === "test_accuracy";
const difference = (study, value) =>
  value == null ? "–" : `${value >= 0 ? "+" : "−"}${inPoints(study) ? (100 * Math.abs(value)).toFixed(1) : figure(Math.abs(value))}`;
const shown = (study, value) => (value == null ? "–" : inPoints(study) ? `${(100 * value).toFixed(1)} %` : figure(value));

function duration(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

function head(study) {
  const { jobs, ended, succeeded, percent, seconds_left: left } = study.progress;
  const isOver = Ended.includes(study.state);
  return [
    el(
      "div",
      { class: "row" },
      el("h1", {}, study.name),
      el("span", { role: "status" }, state(study.state)),
      el("span", { class: "soft" }, "on ", el("a", { href: `/data#${study.dataset}` }, study.dataset)),
    ),
    isOver ? null : el("progress", { class: "wide", max: 100, value: percent, "aria-label": `${percent} %` }),
    el(
      "p",
      { class: "soft" },
      [
        `${study.variants.length} variants × ${study.seeds} seeds`,
        `${ended} of ${jobs} jobs ended, ${succeeded} with a result`,
        !isOver && left != null ? `about ${duration(left)} left` : null,
        `started ${ago(study.created_at)}`,
      ]
        .filter(Boolean)
        .join(" · "),
    ),
    el(
      "div",
      { class: "row" },
      el("a", { class: "button", href: `/jobs?find=${encodeURIComponent(study.tag)}` }, "Its jobs"),
      curlButton(() => ({ path: `${path}/report` }), "The report"),
      mayWrite && !isOver
        ? action("Cancel", () => ({ method: "POST", path: `${path}/cancel` }), read, {
            confirm: "Cancel this study? What has ended stays, and the report is made of it.",
          })
        : null,
      mayWrite && isOver
        ? action(
            "Delete",
            () => ({ method: "DELETE", path }),
            () => location.assign("/studies"),
            { style: "danger", confirm: "Delete this study? Its jobs and their models stay." },
          )
        : null,
    ),
  ].filter(Boolean);
}

function comparisons(study, report) {
  const unit = inPoints(study) ? "points" : "loss";
  const columns = [
    "Variant",
    { name: `Difference, ${unit}`, number: true },
    { name: "95 % interval", number: true },
    { name: "p (Holm)", number: true },
    { name: "Seeds", number: true },
    "In words",
  ];
  return [
    el(
      "div",
      { class: "scroll" },
      table(
        columns,
        report.comparisons.map(each => [
          each.variant,
          difference(study, each.mean_difference),
          each.interval ? `${difference(study, each.interval[0])} to ${difference(study, each.interval[1])}` : "–",
          each.adjusted_p_value == null ? "–" : each.adjusted_p_value.toFixed(3),
          String(each.seeds),
          each.sentence,
        ]),
        `Against ${study.baseline}${report.baseline_mean == null ? "" : `, whose mean is ${shown(study, report.baseline_mean)}`}`,
      ),
    ),
    ...report.notes.map(note => el("p", { class: "soft" }, note)),
  ];
}

function values(study) {
  const seeds = [...new Set(study.variants.flatMap(variant => variant.jobs.map(job => job.seed)))].sort((a, b) => a - b);
  const cell = (variant, seed) => {
    const job = variant.jobs.find(each => each.seed === seed);
    return job ? el("a", { href: `/jobs/${job.job_id}` }, job.value == null ? job.state : shown(study, job.value)) : "–";
  };
  return table(
    [
      "Variant",
      { name: "Parameters", number: true },
      { name: "MACs", number: true },
      { name: "Mean", number: true },
      ...seeds.map(seed => ({ name: `seed ${seed}`, number: true })),
    ],
    study.variants.map(variant => [
      variant.name,
      short(variant.parameters),
      short(variant.macs),
      shown(study, variant.mean),
      ...seeds.map(seed => cell(variant, seed)),
    ]),
  );
}

const plan = study => [
  ...study.plan.notes.map(note => el("p", {}, note)),
  el(
    "p",
    { class: "soft" },
    study.plan.estimated_seconds == null ? "" : `Estimated before the start: ${duration(study.plan.estimated_seconds)}. `,
    study.plan.estimated_from,
  ),
  study.left_out.length === 0
    ? null
    : el(
        "details",
        {},
        el("summary", {}, `${study.left_out.length} variants of the default list were left out`),
        el("ul", {}, ...study.left_out.map(each => el("li", {}, el("b", {}, each.name), `: ${each.reason}`))),
      ),
];

async function read() {
  try {
    const [study, report] = await Promise.all([get(path), get(`${path}/report`)]);
    document.title = `${study.name} · ConcatService`;
    at("head").replaceChildren(...head(study));
    const now = JSON.stringify([study.progress, study.state]);
    if (now !== drawn) {
      drawn = now;
      at("plot").replaceChildren(
        el("img", {
          src: URL.createObjectURL(await (await send("GET", `${path}/plot.svg`)).blob()), // a new picture under the same address
          width: 960,
          alt: report.comparisons.map(each => each.sentence).join(" "),
        }),
      );
      at("report").replaceChildren(...comparisons(study, report));
      at("values").replaceChildren(values(study));
      at("plan").replaceChildren(...plan(study).filter(Boolean));
    }
    at("body").hidden = false;
    if (!Ended.includes(study.state)) setTimeout(read, 4000);
  } catch (problem) {
    at("head").replaceChildren(failed(problem, read));
  }
}

at("head").replaceChildren(waiting(3));
await read();
