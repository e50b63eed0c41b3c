// A job like another one, with settings changed: the form is made from the schema of the settings.
import { curlButton, dialog, el, failed, get, post } from "./api.js";

const First = ["epochs", "batch_size", "seed", "optimizer", "schedule", "export", "queue"];

/** `{ "type": "adamw", "lr": 0.1 }` is shown as JSON, plain values as they are. */
const shown = value => (value !== null && typeof value === "object" ? JSON.stringify(value) : String(value));

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * @param {object} job
 * @param {object} spec
 * @param {(job: object) => void} open what is done with the new job
 */
export async function variant(job, spec, open) {
  const schema = await get("/v1/schema?of=settings");
  const names = Object.keys(schema.properties).sort((a, b) => (First.indexOf(a) + 1 || 99) - (First.indexOf(b) + 1 || 99));
  const name = el("input", { id: "variant-name", value: `${job.name}-variant`, maxlength: 200 });
  const inputs = new Map();
  const field = key => {
    const rule = schema.properties[key];
    const value = shown(job.settings[key]);
    const input = rule.enum
      ? el("select", { id: `variant-${key}` }, ...rule.enum.map(each => el("option", { selected: each === value }, each)))
      : el("input", { id: `variant-${key}`, value, spellcheck: "false" });
    inputs.set(key, input);
    const [help] = rule.description.split("\n");
    return el("div", {}, el("label", { for: `variant-${key}` }, key), input, el("small", { class: "soft" }, help));
  };
  const settings = () =>
    Object.fromEntries([...inputs].map(([key, input]) => [key, input.tagName === "SELECT" ? input.value : read(input.value)]));
  const call = () => ({
    method: "POST",
    path: "/v1/jobs",
    body: { name: name.value, tags: job.tags, architecture: spec, dataset: job.dataset, settings: settings() },
  });
  const refused = el("div");
  const fields = names.map(field);
  dialog(
    "Train a variant",
    el("p", { class: "soft" }, `The same network on ${job.dataset}. What you change is what Compare shows first.`),
    el("label", { for: "variant-name" }, "Name"),
    name,
    ...fields.slice(0, First.length),
    el("details", {}, el("summary", {}, "All settings"), ...fields.slice(First.length)),
    refused,
    el(
      "div",
      { class: "row end" },
      el(
        "span",
        { class: "action" },
        el(
          "button",
          {
            class: "main",
            onclick: async () => {
              try {
                open(await post("/v1/jobs", call().body));
              } catch (problem) {
                refused.replaceChildren(failed(problem));
              }
            },
          },
          "Train",
        ),
        curlButton(call, "Train"),
      ),
    ),
  );
}
