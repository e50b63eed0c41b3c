// Several jobs side by side: first what differs in what they were asked, then their curves, then what came of it.
import { curl, code, el, empty, failed, flat, get, state, table, waiting } from "./api.js";
import { figure, smoothed } from "./chart.js";

const place = document.getElementById("compare");
const query = new URLSearchParams(location.search);
const ids = (query.get("ids") ?? "").split(",").filter(Boolean).slice(0, 6);
const paths = { metrics: id => `/v1/jobs/${id}/metrics?max_points=400` };
const said = value =>
  value === undefined
    ? "–"
    : typeof value === "string"
      ? value
      : JSON.stringify(typeof value === "number" ? Number(value.toPrecision(6)) : value);

function keep(name, value) {
  query.set(name, value);
  history.replaceState(null, "", `?${query.toString().replaceAll("%2C", ",")}`);
}

const head = jobs => ["", ...jobs.map(({ job }) => ({ name: el("a", { href: `/jobs/${job.id}` }, job.name) }))];

/** Whether a job has not decided on a setting yet: it waits, and the value or what it belongs to is left to the trainer. */
const isOpen = (column, name) => column[name] === "auto" || column[`${name.split(".")[0]}.type`] === "auto";

/** Rows of what is not the same everywhere. */
function differing(columns) {
  const names = [...new Set(columns.flatMap(Object.keys))];
  return names
    .filter(name => new Set(columns.filter(column => !isOpen(column, name)).map(column => said(column[name]))).size > 1)
    .map(name => [el("b", {}, name), ...columns.map(column => said(column[name]))]);
}

function asked(jobs) {
  const settings = differing(jobs.map(({ job }) => ({ "data set": job.dataset, ...flat(job.settings) })));
  const layers = differing(jobs.map(({ spec }) => byLayer(spec)));
  return el(
    "section",
    { class: "card scroll" },
    el("h2", {}, "What differs"),
    settings.length + layers.length === 0
      ? el("p", { class: "soft" }, "Nothing: the same network, data and settings.")
      : table(head(jobs), [...settings, ...layers.slice(0, 30)]),
    layers.length > 30 ? el("p", { class: "soft" }, `and ${layers.length - 30} more lines of the networks`) : null,
  );
}

/** A spec with a row for each layer's attribute, by the layers' names: what is inserted does not move the rest. */
function byLayer(spec) {
  const { layers, name, metadata, ...rest } = spec;
  const named = Object.fromEntries((layers ?? []).map(({ name: of, ...layer }) => [of, layer]));
  return flat({ ...rest, ...named });
}

function curves(jobs) {
  const names = [...new Set(jobs.flatMap(({ series }) => series.map(each => each.name)))].filter(
    name => !name.startsWith("concat/") && !name.startsWith("layer/"),
  );
  const metric = el("select", { "aria-label": "Curve" }, ...names.map(name => el("option", {}, name)));
  metric.value = names.includes(query.get("metric"))
    ? query.get("metric")
    : (names.find(name => name === "train_loss") ?? names[0]);
  const smooth = el("input", {
    type: "range",
    min: 0,
    max: 0.98,
    step: 0.02,
    value: query.get("smooth") ?? 0.6,
    "aria-label": "Smoothing",
  });
  const log = el("input", { type: "checkbox" });
  const chart = el("line-chart");
  const draw = () => {
    const share = Number(smooth.value);
    const of = jobs.map(({ job, series }, color) => {
      const found = series.find(each => each.name === metric.value);
      return { name: job.name, color, x: found?.steps ?? [], y: found?.values ?? [] };
    });
    const isRough = of.some(each => each.y.length > 40) && share > 0;
    chart.show(
      isRough
        ? [...of.map(each => ({ ...each, faint: true })), ...of.map(each => ({ ...each, y: smoothed(each.y, share) }))]
        : of,
      {
        log: log.checked,
      },
    );
  };
  metric.addEventListener("change", () => (keep("metric", metric.value), draw()));
  smooth.addEventListener("input", () => (keep("smooth", smooth.value), draw()));
  log.addEventListener("change", draw);
  queueMicrotask(draw);
  return el(
    "section",
    { class: "card" },
    el(
      "div",
      { class: "row" },
      el("h2", { class: "grow" }, "Curves"),
      metric,
      el("label", { class: "row" }, "smoothed", smooth),
      el("label", { class: "row" }, log, "logarithmic"),
    ),
    chart,
  );
}

/** The best of a row is bold: the most of what should grow, the least of the rest. */
function results(jobs) {
  const of = jobs.map(({ job }) => ({
    ...flat(job.result ?? {}),
    "samples/s": job.progress.samples_per_second,
    "seconds trained":
      job.finished_at && job.started_at ? Math.round((new Date(job.finished_at) - new Date(job.started_at)) / 1000) : undefined,
  }));
  const names = [...new Set(of.flatMap(Object.keys))].filter(name => of.some(each => typeof each[name] === "number"));
  const rows = names.map(name => {
    const values = of.map(each => each[name]);
    const numbers = values.filter(value => typeof value === "number");
    const isGood = /accuracy|score|r2|iou|dice|samples\/s/.test(name),
      isBad = /loss|error|seconds|memory|overhead|parity/.test(name);
    const best = isGood ? Math.max(...numbers) : isBad ? Math.min(...numbers) : undefined;
    return [
      name.replaceAll("_", " "),
      ...values.map(value => (typeof value !== "number" ? "–" : el(value === best ? "b" : "span", {}, figure(value)))),
    ];
  });
  return el(
    "section",
    { class: "card scroll" },
    el("h2", {}, "What came of it"),
    table(head(jobs), [["state", ...jobs.map(({ job }) => state(job.state))], ...rows]),
    el(
      "details",
      {},
      el("summary", {}, "The same as curl"),
      ...jobs.map(({ job }) => code(curl({ path: paths.metrics(job.id) }))),
    ),
  );
}

async function read() {
  if (ids.length < 2)
    return place.replaceChildren(
      el(
        "div",
        { class: "card" },
        empty("Choose at least two jobs", el("a", { class: "button main", href: "/jobs" }, "Go to the jobs")),
      ),
    );
  try {
    const jobs = await Promise.all(
      ids.map(async id => {
        const [job, spec, metrics] = await Promise.all([
          get(`/v1/jobs/${id}`),
          get(`/v1/jobs/${id}/architecture`),
          get(paths.metrics(id)),
        ]);
        return { job, spec, series: metrics.series };
      }),
    );
    // Jobs of one name are told apart by their place.
    jobs.forEach((each, i) => {
      if (jobs.some(other => other !== each && other.job.name.replace(/ #\d$/, "") === each.job.name))
        each.job.name += ` #${i + 1}`;
    });
    place.replaceChildren(asked(jobs), curves(jobs), results(jobs));
  } catch (problem) {
    place.replaceChildren(failed(problem, read));
  }
}

place.replaceChildren(waiting(6));
await read();
