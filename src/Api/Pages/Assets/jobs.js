// All jobs of the team, the running ones live.
import { ago, el, failed, get } from "./api.js";

const place = document.getElementById("jobs");

const row = job => {
  const { percent, epoch, epochs, samples_per_second: speed } = job.progress;
  const isOver = ["succeeded", "failed", "cancelled"].includes(job.state);
  const score = job.result?.test_accuracy ?? job.result?.test_loss;
  return el(
    "tr",
    {},
    el("td", {}, el("a", { href: `/jobs/${job.id}` }, job.name)),
    el("td", {}, el("span", { class: `state ${job.state}` }, job.state)),
    el(
      "td",
      {},
      isOver ? "" : el("progress", { max: 100, value: percent, "aria-label": `${percent} %` }),
      isOver ? "" : ` ${percent} %`,
    ),
    el("td", { class: "number" }, `${epoch}/${epochs}`),
    el("td", {}, job.dataset),
    el("td", { class: "number" }, score == null ? "–" : score.toFixed(3)),
    el("td", { class: "number" }, speed ? `${Math.round(speed).toLocaleString("en")}/s` : "–"),
    el("td", {}, el("time", { datetime: job.created_at, title: new Date(job.created_at).toLocaleString() }, ago(job.created_at))),
  );
};

async function read() {
  try {
    const { data } = await get("/v1/jobs?limit=50");
    place.replaceChildren(
      data.length === 0
        ? el(
            "p",
            {},
            "No jobs yet. ",
            el("a", { href: "/workbench?gallery=two-branch" }, "Open two-branch in the Workbench"),
            " and press Train: it takes a minute.",
          )
        : el(
            "table",
            {},
            el(
              "thead",
              {},
              el(
                "tr",
                {},
                ...["Name", "State", "Progress", "Epoch", "Data set", "Score", "Speed", "Started"].map(name =>
                  el("th", { scope: "col", class: ["Epoch", "Score", "Speed"].includes(name) ? "number" : null }, name),
                ),
              ),
            ),
            el("tbody", {}, ...data.map(row)),
          ),
    );
  } catch (problem) {
    place.replaceChildren(failed(problem, read));
  }
}

await read();
setInterval(() => {
  if (!document.hidden) read();
}, 2000);
