// What is wrong with a job's branches: the number against its limit, and each advice as a button that starts a job with that change.
import { action, el } from "./api.js";
import { figure } from "./chart.js";
import { patched } from "./patch.js";

const Changes = {
  normalize: "normalized inputs",
  batch_norm_ends: "a batch_norm at the end of each branch",
  l2norm: "the fusion l2norm",
  norm_before_activation: "a batch_norm before activations",
  leaky_relu: "leaky_relu",
  lr_3: "a third of the learning rate",
  lr_10: "a tenth of the learning rate",
  clip: "clipped gradients",
};

/**
 * @param {object[]} concats as `GET /v1/jobs/{id}/concats` gives them.
 * @param {object} request the body that the job was started with.
 * @param {boolean} mayWrite
 * @param {(job: object) => void} open what is done with the new job.
 * @returns {HTMLElement[]} a card for each verdict.
 */
export const verdictCards = (concats, request, mayWrite, open) =>
  concats.flatMap(concat => concat.branches.flatMap(branch => branch.verdicts.map(verdict => card(verdict, request, mayWrite, open))));

function card(verdict, request, mayWrite, open) {
  const isAlarm = verdict.severity === "alarm";
  return el(
    "article",
    { class: `card finding ${isAlarm ? "error" : "warning"}` },
    el(
      "h3",
      { class: "row" },
      el("span", { class: `state ${isAlarm ? "failed" : "running"}` }, `${isAlarm ? "✕" : "▲"} ${verdict.code}`),
      el("span", { class: "soft" }, `${verdict.signal.replaceAll("_", " ")} ${figure(verdict.value)}, limit ${figure(verdict.threshold)}`),
    ),
    el("p", {}, verdict.message),
    ...(mayWrite ? verdict.advice.map(advice => offer(advice, request, open)) : []),
  );
}

function offer(advice, request, open) {
  const change = Changes[advice.id] ?? advice.id.replaceAll("_", " ");
  return el(
    "div",
    { class: "advice" },
    action(`Train with ${change}`, () => ({ method: "POST", path: "/v1/jobs", body: followUp(advice, request) }), open),
    el("small", { class: "soft" }, advice.why),
  );
}

/** The job's own request with the change and nothing else, but for the name. */
const followUp = (advice, request) => ({
  ...patched(request, advice.patch),
  name: `${request.name}, ${advice.id}`.slice(0, 200),
});
