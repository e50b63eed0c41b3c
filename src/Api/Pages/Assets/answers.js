// What the trained network takes for what on the test split: confusion matrix, figures by class, the samples it is most wrong about.
import { el, get, table } from "./api.js";
import { figure } from "./chart.js";

const MostInMatrix = 20;
const percent = share => (share == null ? "–" : `${(100 * share).toFixed(1)} %`);

/** @param {string} path of the job. @param {HTMLElement} place is shown when there is something in it. */
export async function answers(path, place) {
  const { outputs } = await get(`${path}/answers`).catch(problem => {
    if (problem.status === 404) return { outputs: [] };
    throw problem;
  });
  place.replaceChildren(
    ...outputs.flatMap(output => [
      el("h2", {}, outputs.length === 1 ? "On the test split" : `On the test split: ${output.output}`),
      output.confusion_matrix && output.classes.length <= MostInMatrix ? matrix(output) : null,
      output.class_report ? report(output) : null,
      ...worst(output),
    ]),
  );
  place.hidden = outputs.length === 0;
}

function matrix({ classes, confusion_matrix: rows }) {
  const level = (count, sum) => (count === 0 ? 0 : Math.max(1, Math.ceil((8 * count) / sum)));
  const cell = (row, count, i, j) =>
    el(
      "td",
      {
        class: `h${level(count, row.reduce((a, b) => a + b))}${i === j ? " right" : ""}`,
        title: `${count.toLocaleString("en")} of ${classes[i]} were taken for ${classes[j]}`,
      },
      count === 0 ? "" : count.toLocaleString("en"),
    );
  return el(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": "Confusion matrix" },
    el(
      "table",
      { class: "confusion" },
      el("caption", {}, "Confusion matrix: a row for each true class, a column for each answer"),
      el("thead", {}, el("tr", {}, el("td"), ...classes.map(name => el("th", { scope: "col" }, name)))),
      el(
        "tbody",
        {},
        ...rows.map((row, i) => el("tr", {}, el("th", { scope: "row" }, classes[i]), ...row.map((count, j) => cell(row, count, i, j)))),
      ),
    ),
  );
}

/** The weakest classes first. */
function report({ class_report: classes }) {
  const number = name => ({ name, number: true });
  return el(
    "details",
    {},
    el("summary", {}, "Precision and recall by class"),
    el(
      "div",
      { class: "scroll" },
      table(
        ["Class", number("Samples"), number("Precision"), number("Recall"), number("F1")],
        classes
          .toSorted((a, b) => (a.f1 ?? 0) - (b.f1 ?? 0))
          .map(each => [each.class, each.support.toLocaleString("en"), percent(each.precision), percent(each.recall), percent(each.f1)]),
      ),
    ),
  );
}

function worst({ worst: wrong }) {
  if (wrong.length === 0) return [];
  return [
    el("h3", {}, "Most wrong about"),
    el(
      "div",
      { class: "mistakes" },
      ...wrong.map(each =>
        el(
          "figure",
          {},
          each.picture ? el("img", { src: each.picture, alt: `Test sample ${each.sample}`, loading: "lazy" }) : null,
          el(
            "figcaption",
            { title: `loss ${figure(each.loss)}` },
            el("strong", {}, each.class),
            ` taken for ${each.predicted}, ${percent(each.probability)} sure`,
            el("span", { class: "soft" }, ` · test sample ${each.sample}`),
          ),
        ),
      ),
    ),
  ];
}
