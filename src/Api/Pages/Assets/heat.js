// Each branch of each concat as a row over the steps, a signal as its color.
import { el } from "./api.js";
import { figure } from "./chart.js";

export const Signals = ["gradient_rms", "activation_rms", "contribution_share", "dead_channels"];
const Columns = 60;

/** @param {{ name: string, steps: number[], values: (number | null)[] }[]} series `concat/LAYER/BRANCH/SIGNAL` of one signal. */
export function heat(series) {
  const rows = series.filter(each => each.steps.length > 1);
  if (rows.length === 0) return el("p", { class: "soft" }, "No sample yet.");
  const last = Math.max(...rows.map(row => row.steps.at(-1)));
  const known = rows.flatMap(row => row.values).filter(value => value > 0);
  const [low, high] = [Math.log(Math.min(...known)), Math.log(Math.max(...known))];
  const level = value => (value == null ? -1 : value <= 0 ? 0 : Math.round(((Math.log(value) - low) / (high - low || 1)) * 8));
  return el(
    "div",
    { class: "heat" },
    ...rows.map(row => {
      const [, layer, branch] = row.name.split("/");
      const cells = Array.from({ length: Math.min(Columns, row.steps.length) }, (_, i, all) => {
        const at = Math.floor((i / Math.min(Columns, row.steps.length)) * row.steps.length);
        return el("i", { class: `h${level(row.values[at])}`, title: `step ${row.steps[at]}: ${figure(row.values[at])}` });
      });
      return el(
        "div",
        { class: "heat-row" },
        el("span", {}, `${layer} ← ${branch}`),
        el(
          "div",
          {
            class: "cells",
            role: "img",
            "aria-label": `${branch}: from ${figure(row.values[0])} to ${figure(row.values.at(-1))}`,
          },
          ...cells,
        ),
        el("span", { class: "number" }, figure(row.values.at(-1))),
      );
    }),
    el(
      "p",
      { class: "soft" },
      `The stronger the color, the more (logarithmic), over ${last.toLocaleString("en")} steps; at the right the newest value.`,
    ),
  );
}
