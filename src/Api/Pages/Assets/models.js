// The registry: each model with the version that callers get who name none.
import { el, empty, failed, get, table, waiting, when } from "./api.js";
import { figure } from "./chart.js";

const place = document.getElementById("models");
const served = model => model.aliases.find(alias => alias.name === "production")?.version ??
  model.versions.find(each => each.state === "ready")?.version;

function row(model) {
  const version = model.versions.find(each => each.version === served(model)) ?? model.versions[0];
  const { test_accuracy: accuracy, test_loss: loss } = version.metrics;
  return [
    el("a", { href: `/models/${model.name}` }, model.name),
    served(model) ?? `none (${version.version} is quarantined)`,
    String(model.versions.length),
    el("span", {}, ...model.aliases.map(alias => el("span", { class: "chip" }, `${alias.name} → ${alias.version}`))),
    accuracy != null ? `${(100 * accuracy).toFixed(1)} %` : loss != null ? `loss ${figure(loss)}` : "–",
    version.classes ? `${version.classes.length}` : "–",
    when(version.created_at),
  ];
}

async function read() {
  try {
    const { data } = await get("/v1/models?limit=50");
    const models = await Promise.all(data.map(each => get(`/v1/models/${each.name}`)));
    place.replaceChildren(
      models.length === 0
        ? empty(
            "No models yet",
            el("p", {}, "A job that succeeds publishes one: exported to ONNX, compared with what was trained, and served."),
            el("a", { class: "button main", href: "/workbench?gallery=two-branch" }, "Train one in the Workbench"),
          )
        : table(
            [
              "Name",
              { name: "Served", number: true },
              { name: "Versions", number: true },
              "Aliases",
              { name: "Score", number: true },
              { name: "Classes", number: true },
              "Since",
            ],
            models.map(row),
          ),
    );
  } catch (problem) {
    place.replaceChildren(failed(problem, read));
  }
}

place.replaceChildren(waiting(4));
await read();
addEventListener("reachable", read);
