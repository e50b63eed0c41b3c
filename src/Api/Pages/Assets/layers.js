// The network as a table: what each layer is, gives and costs. A row chooses its layer everywhere.
import { el, shape, short } from "./api.js";

const Columns = [
  ["Layer", row => row.name],
  ["Type", row => row.type],
  ["Gives", row => shape(row.output_shape)],
  ["Parameters", row => row.parameters],
  ["MACs", row => row.macs],
];

export class LayerTable {
  #place;
  #pick;
  #rows = [];
  #order = null;

  constructor(place, pick) {
    this.#place = place;
    this.#pick = pick;
  }

  show(report) {
    this.#rows = report.layers;
    this.#draw();
  }

  choose(name) {
    for (const row of this.#place.querySelectorAll("tbody tr")) {
      const is = row.dataset.name === name;
      row.classList.toggle("chosen", is);
      if (is) row.scrollIntoView({ block: "nearest" });
    }
  }

  #draw() {
    const rows = [...this.#rows];
    if (this.#order != null) {
      const of = Columns[this.#order][1];
      rows.sort((a, b) => (this.#order > 2 ? (of(b) ?? -1) - (of(a) ?? -1) : String(of(a)).localeCompare(String(of(b)))));
    }
    const most = Math.max(1, ...rows.map(row => row.macs ?? 0));
    this.#place.replaceChildren(
      el(
        "table",
        {},
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            ...Columns.map(([name], i) =>
              el(
                "th",
                {
                  scope: "col",
                  class: i > 2 ? "number" : null,
                  "aria-sort": i === this.#order ? (i > 2 ? "descending" : "ascending") : false,
                },
                el(
                  "button",
                  { class: "plain", onclick: () => ((this.#order = this.#order === i ? null : i), this.#draw()) },
                  name,
                ),
              ),
            ),
          ),
        ),
        el("tbody", {}, ...rows.map(row => this.#row(row, most))),
      ),
    );
  }

  #row(row, most) {
    const isInner = row.name.includes("/");
    return el(
      "tr",
      { "data-name": row.name, onclick: () => this.#pick(row.name) },
      el("td", { class: isInner ? "inner" : null }, el("button", { class: "plain" }, row.name)),
      el("td", {}, el("code", {}, row.type)),
      el("td", { class: "nowrap" }, shape(row.output_shape)),
      el("td", { class: "number" }, row.parameters ? short(row.parameters) : "–"),
      el(
        "td",
        { class: "number" },
        row.macs ? el("meter", { max: most, value: row.macs, "aria-hidden": "true" }) : null,
        row.macs ? ` ${short(row.macs)}` : row.macs === 0 ? "–" : "by size",
      ),
    );
  }
}
