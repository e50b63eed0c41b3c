// Who trains what, and why the rest waits.
import { action, ago, bytes, el, empty, failed, get, may, scopes, table, waiting, when } from "./api.js";

const lanes = document.getElementById("lanes"),
  place = document.getElementById("waiting");
const mayWrite = may(await scopes(), "jobs:write");

/** `c-normal-cpu` is the queue `normal`, by its turn. */
const queueOf = name => name.split("-")[1];

function lane(worker, job) {
  const [style, word] = !worker.alive ? ["gone", "✕ gone"] : worker.busy ? ["busy", "▶ busy"] : ["free", "● free"];
  const queues = [...new Set(worker.queues.map(queueOf))];
  return el(
    "article",
    { class: `card lane ${style}` },
    el("div", { class: "row" }, el("h2", { class: "grow" }, worker.host), el("span", { class: "state" }, word)),
    job
      ? el(
          "div",
          {},
          el(
            "p",
            {},
            "Trains ",
            el("a", { href: `/jobs/${job.id}` }, job.name),
            el("span", { class: "soft" }, ` on ${job.dataset}`),
          ),
          el("progress", {
            class: "wide",
            max: 100,
            value: job.progress.percent,
            "aria-label": `${job.progress.percent} % of ${job.name}`,
          }),
          el(
            "p",
            { class: "soft" },
            `${job.progress.percent} %, epoch ${job.progress.epoch} of ${job.progress.epochs}`,
            job.estimated_finish_at ? `, done about ${new Date(job.estimated_finish_at).toLocaleTimeString()}` : "",
          ),
        )
      : el(
          "p",
          {},
          worker.busy
            ? "Trains for another team."
            : worker.alive
              ? "Waits for a job."
              : `Not seen since ${ago(worker.last_seen_at)}.`,
        ),
    el(
      "p",
      { class: "soft" },
      [
        worker.device,
        worker.memory_bytes == null ? null : bytes(worker.memory_bytes),
        worker.bfloat16 ? "bfloat16" : null,
        worker.spare_ready ? "a trainer is warm" : null,
        `process ${worker.process_id}`,
      ]
        .filter(Boolean)
        .join(" · "),
    ),
    el(
      "p",
      { class: "soft" },
      "Queues: ",
      queues.join(", "),
      ` · started ${ago(worker.started_at)} · seen ${ago(worker.last_seen_at)}`,
    ),
  );
}

/** Why a job is not begun: nobody listens, or who listens is at something else. */
function why(job, before, workers) {
  if (job.notice) return el("span", { class: "notice" }, job.notice);
  const listening = workers.filter(
    worker => worker.alive && worker.queues.some(queue => queueOf(queue) === (job.settings.queue ?? "normal")),
  );
  const free = listening.filter(worker => !worker.busy).length;
  if (free > 0) return "A worker is free: it begins in a moment.";
  const ahead =
    before === 0
      ? "It is the next of this team."
      : before === 1
        ? "One job of this team is before it."
        : `${before} jobs of this team are before it.`;
  return `${listening.length === 1 ? "The worker is" : `All ${listening.length} workers are`} busy. ${ahead}`;
}

async function read() {
  try {
    const [workers, queued] = await Promise.all([get("/v1/workers"), get("/v1/jobs?state=queued&limit=100")]);
    const jobs = await Promise.all(
      workers.data.map(worker => (worker.current_job ? get(`/v1/jobs/${worker.current_job}`).catch(() => null) : null)),
    );
    // Those that went long ago tell nothing.
    const shown = workers.data
      .map((worker, i) => ({ worker, job: jobs[i] }))
      .filter(({ worker }) => worker.alive || Date.now() - new Date(worker.last_seen_at) < 36e5);
    lanes.replaceChildren(
      shown.length
        ? el("div", { class: "lanes" }, ...shown.map(({ worker, job }) => lane(worker, job)))
        : el(
            "div",
            { class: "card" },
            empty("No worker", el("p", {}, "Jobs wait until one is there: ", el("code", {}, "./concat up"), " starts one.")),
          ),
    );
    const Turn = ["high", "normal", "low"];
    const turn = job => Turn.indexOf(job.settings.queue ?? "normal");
    const rows = queued.data.reverse().sort((a, b) => turn(a) - turn(b));
    if (place.contains(document.activeElement)) return;
    place.replaceChildren(
      rows.length === 0
        ? el("p", { class: "soft" }, "Nothing waits.")
        : table(
            ["Job", "Queue", "Waits since", "Why", ""],
            rows.map((job, i) => [
              el("a", { href: `/jobs/${job.id}` }, job.name),
              job.settings.queue ?? "normal",
              when(job.created_at),
              why(job, i, workers.data),
              mayWrite ? action("Cancel", () => ({ method: "POST", path: `/v1/jobs/${job.id}/cancel` }), read) : "",
            ]),
          ),
    );
  } catch (problem) {
    if (problem.status || !lanes.querySelector(".lane")) lanes.replaceChildren(failed(problem, read));
  }
}

lanes.replaceChildren(waiting(4));
await read();
setInterval(() => {
  if (!document.hidden) read();
}, 2500);
