// A model's card: what it is and how well it does, its versions and aliases, and a place to try it.
import { Problem, action, code, curl, el, failed, get, may, scopes, table, waiting, when } from "./api.js";
import { figure } from "./chart.js";
import { calls } from "./calls.js";
import { pad } from "./pad.js";

const place = document.getElementById("model");
const name = decodeURIComponent(location.pathname.split("/")[2]),
  path = `/v1/models/${name}`;
const held = await scopes();
let model, version;

const sizes = tensor => `[${tensor.shape.map(size => (size < 0 ? "any" : size)).join(", ")}]`;
const served = () => model.aliases.find(alias => alias.name === "production")?.version ??
  model.versions.find(each => each.state === "ready")?.version;

/** No better than guessing one of the classes. */
function poor() {
  const { test_accuracy: accuracy } = version.metrics,
    classes = version.classes?.length;
  return classes && accuracy != null && accuracy < 1.5 / classes
    ? el("p", { class: "notice" }, `▲ ${(100 * accuracy).toFixed(1)} % of ${classes} classes is hardly better than guessing.`)
    : null;
}

function head() {
  const { metrics, parity } = version;
  const part = (name, value) => (value == null ? null : el("div", {}, el("dt", {}, name), el("dd", {}, value)));
  const differs = parity.max_relative_to_peak;
  return el(
    "section",
    { class: "card head" },
    el(
      "div",
      { class: "row" },
      el("h1", {}, name),
      el("span", { class: "chip" }, `version ${version.version}`),
      version.version === served() ? el("span", { class: "state succeeded" }, "● served") : null,
      el(
        "span",
        { class: "soft" },
        "trained ",
        when(version.created_at),
        " by ",
        el("a", { href: `/jobs/${version.job_id}` }, "this job"),
      ),
    ),
    version.state === "quarantined"
      ? el(
          "div",
          { class: "problem" },
          el("p", {}, "✕ quarantined: callers get this version only if an admin serves it."),
          ...version.state_reasons.map(reason => el("p", {}, el("code", {}, reason.code), ` ${reason.message}`)),
        )
      : poor(),
    el(
      "dl",
      { class: "figures" },
      part("test accuracy", metrics.test_accuracy == null ? null : `${(100 * metrics.test_accuracy).toFixed(1)} %`),
      part("test loss", metrics.test_loss == null ? null : figure(metrics.test_loss)),
      part("ONNX differs by", differs == null ? null : `${differs.toExponential(0)} of the peak ✓`),
      part("compared on", parity.samples == null ? null : `${parity.samples} samples`),
    ),
    el(
      "div",
      { class: "row" },
      ...[
        ["onnx", "ONNX"],
        ["pytorch", "PyTorch"],
        ["bundle", "Triton repository"],
      ].map(([file, word]) =>
        el("a", { class: "button", href: `${path}/versions/${version.version}/${file}`, download: true }, `↓ ${word}`),
      ),
    ),
  );
}

function versions() {
  return el(
    "section",
    { class: "card scroll" },
    el("h2", {}, "Versions and aliases"),
    table(
      [{ name: "Version", number: true }, { name: "Score", number: true }, "Trained", "Aliases", ""],
      model.versions.map(each => [
        el(
          "a",
          { href: `?version=${each.version}`, "aria-current": each.version === version.version ? "true" : false },
          each.state === "ready" ? each.version : `${each.version} (${each.state})`,
        ),
        each.metrics.test_accuracy != null
          ? `${(100 * each.metrics.test_accuracy).toFixed(1)} %`
          : figure(each.metrics.test_loss),
        when(each.created_at),
        el(
          "span",
          {},
          ...model.aliases
            .filter(alias => alias.version === each.version)
            .map(alias => el("span", { class: "chip" }, alias.name)),
        ),
        may(held, "admin") && each.version !== served()
          ? action(
              "Serve this one",
              () => ({ method: "PUT", path: `${path}/aliases/production`, body: { version: each.version } }),
              read,
              {
                confirm: `Point 'production' of ${name} at version ${each.version}? Callers who name no version get it from now on.`,
              },
            )
          : "",
      ]),
    ),
    ...(may(held, "admin")
      ? model.aliases
          .filter(alias => alias.previous_version)
          .map(alias =>
            el(
              "p",
              { class: "row" },
              el("span", { class: "soft" }, `'${alias.name}' was at version ${alias.previous_version}, `, when(alias.moved_at)),
              action("Take it back", () => ({ method: "POST", path: `${path}/aliases/${alias.name}/back` }), read),
            ),
          )
      : []),
  );
}

// Trying it

const takesPicture = () => version.inputs.length === 1 && version.inputs[0].shape.length === 4;

async function ask(picture, answer, label) {
  answer.replaceChildren(waiting(3));
  const call = `${path}/predict?version=${version.version}`;
  try {
    const response = await fetch(call, {
      method: "POST",
      body: picture,
      headers: { "Content-Type": picture.type || "image/png" },
    });
    const body = await response.json();
    if (!response.ok) throw new Problem(response.status, body);
    const [{ label: found, probabilities }] = body.predictions;
    const best = Object.entries(probabilities)
      .sort((a, b) => b[1] - a[1])
      .slice(0, 6);
    const shown = el("img", { class: "asked", alt: "The picture", src: URL.createObjectURL(picture) });
    answer.replaceChildren(
      el(
        "div",
        { class: "row" },
        shown,
        el("p", {}, "It says ", el("b", {}, found), el("span", { class: "soft" }, `, in ${figure(body.milliseconds)} ms.`)),
      ),
      el(
        "div",
        { class: "bars" },
        ...best.flatMap(([name, share]) => [
          el("span", {}, name),
          el("meter", { max: 1, value: share, "aria-label": `${name}: ${(100 * share).toFixed(1)} %` }),
          el("span", { class: "number" }, `${(100 * share).toFixed(1)} %`),
        ]),
      ),
      code(curl({ method: "POST", path: call, file: label ?? "picture.png", type: picture.type || "image/png" })),
    );
  } catch (problem) {
    answer.replaceChildren(failed(problem));
  }
}

async function attempt() {
  const answer = el("div", { class: "stack", role: "status" });
  if (!may(held, "infer")) return el("p", { class: "soft" }, "Your key lacks the scope 'infer'.");
  if (!takesPicture()) return el("p", { class: "soft" }, "It takes no single picture; the lines below call it with tensors.");
  const file = el("input", {
    type: "file",
    accept: "image/*",
    hidden: true,
    onchange: () => ask(file.files[0], answer, file.files[0].name),
  });
  const drop = el(
    "div",
    { class: "drop" },
    el("b", {}, "Drop a picture here, or paste one"),
    el("button", { onclick: () => file.click() }, "Choose a picture…"),
    file,
  );
  addEventListener("dragover", event => event.preventDefault());
  addEventListener("drop", event => {
    event.preventDefault();
    const [picture] = event.dataTransfer.files;
    if (picture) ask(picture, answer, picture.name);
  });
  addEventListener("paste", event => {
    const picture = [...event.clipboardData.files].find(each => each.type.startsWith("image/"));
    if (picture) ask(picture, answer);
  });
  const set = await get(`/v1/jobs/${version.job_id}`)
    .then(job => get(`/v1/datasets/${job.dataset}`))
    .catch(() => null);
  const samples = set?.pictures?.length
    ? [
        el("p", { class: "soft" }, `Or one of ${set.name}:`),
        el(
          "div",
          { class: "pictures" },
          ...set.pictures.map((each, i) =>
            el(
              "button",
              {
                "aria-label": `Ask with sample ${i + 1}`,
                onclick: async () => ask(await (await fetch(each)).blob(), answer, `sample-${i}.png`),
              },
              el("img", { src: each, alt: "" }),
            ),
          ),
        ),
      ]
    : [];
  const isGray = version.inputs[0].shape.includes(1);
  return el("div", { class: "stack" }, drop, ...samples, isGray ? pad(picture => ask(picture, answer, "drawn.png")) : "", answer);
}

function facts() {
  return el(
    "section",
    { class: "card scroll" },
    el("h2", {}, "Tensors"),
    table(
      ["Side", "Name", "Type", "Shape"],
      [...version.inputs.map(each => ["in", each]), ...version.outputs.map(each => ["out", each])].map(([side, each]) => [
        side,
        el("code", {}, each.name),
        each.datatype,
        sizes(each),
      ]),
    ),
    version.classes
      ? el(
          "details",
          {},
          el("summary", {}, `The ${version.classes.length} classes`),
          el("ul", { class: "chips" }, ...version.classes.map(each => el("li", {}, each))),
        )
      : null,
    el(
      "details",
      {},
      el("summary", {}, "All figures, and what it was made of"),
      table(
        ["Figure", "Value"],
        [
          ...Object.entries(version.metrics).map(([key, value]) => [
            key.replaceAll("_", " "),
            typeof value === "number" ? figure(value) : JSON.stringify(value),
          ]),
          ...Object.entries(version.parity).map(([key, value]) => [
            `parity: ${key.replaceAll("_", " ")}`,
            typeof value === "number" ? figure(value) : JSON.stringify(value),
          ]),
          ["weights, SHA-256", el("code", { class: "secret" }, version.weights_sha256)],
          ["ONNX, SHA-256", el("code", { class: "secret" }, version.onnx_sha256)],
        ],
      ),
    ),
  );
}

const ways = () =>
  el(
    "section",
    { class: "card" },
    el("h2", {}, "Ask it from a program"),
    ...Object.entries(calls(name, version)).map(([language, text], i) =>
      el("details", { open: i === 0 }, el("summary", {}, language), code(text)),
    ),
  );

async function read() {
  try {
    model = await get(path);
    const wanted = new URLSearchParams(location.search).get("version");
    version = model.versions.find(each => each.version === (wanted ?? served())) ?? model.versions[0];
    document.title = `${name} · ConcatService`;
    place.replaceChildren(
      el(
        "div",
        { class: "stack" },
        head(),
        el(
          "div",
          { class: "split" },
          el("section", { class: "card" }, el("h2", {}, "Try it"), await attempt()),
          el("div", { class: "stack" }, versions(), facts()),
        ),
        ways(),
      ),
    );
  } catch (problem) {
    place.replaceChildren(failed(problem, read));
  }
}

place.replaceChildren(waiting(6));
await read();
