// Variants of networks compared over several seeds: all studies of the team.
import { code, curl, curlButton, dialog, el, empty, failed, get, state, table, waiting, when } from "./api.js";

const place = document.getElementById("studies");
const Example = {
  architecture_id: "THE ID OF A KEPT SPEC",
  dataset: "two-scale",
  settings: { epochs: 2 },
  seeds: 8,
};
const call = () => ({ method: "POST", path: "/v1/studies", body: Example });
let rows = [],
  cursor = null;

function explain() {
  dialog(
    "A new study",
    el(
      "p",
      {},
      "Choose Compare fusions on the page of a job that has ended, or send a spec yourself. Without variants, the ways to fuse its concat ",
      "and each branch alone are compared. KEY holds an API key.",
    ),
    code(curl(call())),
  );
}

const row = study => [
  el("a", { href: `/studies/${study.id}` }, study.name),
  state(study.state),
  study.state === "running" || study.state === "queued"
    ? el(
        "span",
        { class: "nowrap" },
        el("progress", { max: study.jobs, value: study.ended, "aria-label": `${study.ended} of ${study.jobs} jobs of ${study.name}` }),
        ` ${study.ended}/${study.jobs}`,
      )
    : `${study.ended}/${study.jobs}`,
  study.dataset,
  `${study.variants.length} against ${study.baseline}`,
  String(study.seeds),
  when(study.created_at),
];

async function read(more = false) {
  try {
    const page = await get(`/v1/studies?limit=50${more && cursor ? `&cursor=${cursor}` : ""}`);
    rows = more ? [...rows, ...page.data] : page.data;
    cursor = page.next_cursor;
    place.replaceChildren(
      ...(rows.length === 0
        ? [
            empty(
              "No studies yet",
              el(
                "p",
                {},
                "A study trains variants of a network with the same seeds and says which of them is better, with an interval. Open a job ",
                "that has ended and choose Compare fusions.",
              ),
              el("button", { class: "main", onclick: explain }, "Show the call"),
            ),
          ]
        : [
            table(
              ["Name", "State", "Jobs", "Data set", "Variants", { name: "Seeds", number: true }, "Started"],
              rows.map(row),
            ),
            cursor ? el("button", { onclick: () => read(true) }, "Older studies") : null,
          ].filter(Boolean)),
    );
  } catch (problem) {
    place.replaceChildren(failed(problem, () => read()));
  }
}

document
  .getElementById("new")
  .replaceChildren(el("span", { class: "action" }, el("button", { onclick: explain }, "New…"), curlButton(call, "A new study")));
place.replaceChildren(waiting(4));
await read();
addEventListener("reachable", () => read());
setInterval(() => rows.some(each => each.state === "running" || each.state === "queued") && rows.length <= 50 && read(), 5000);
