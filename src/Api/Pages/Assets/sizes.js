// Sizes that may be any: for which the network holds, and how it is at one of them.
import { el, post, send } from "./api.js";

/** Symbols of the inputs, in their order. */
const symbolsOf = spec => [
  ...new Set(Object.values(spec.inputs ?? {}).flatMap(input => (input?.shape ?? []).filter(size => typeof size === "string"))),
];

/** The spec with a number in place of each symbol. */
function at(spec, sizes) {
  const inputs = Object.fromEntries(
    Object.entries(spec.inputs).map(([name, input]) => [name, { ...input, shape: input.shape.map(size => sizes[size] ?? size) }]),
  );
  const { symbols, ...rest } = spec;
  const kept = Object.entries(symbols ?? {}).filter(([name]) => !(name in sizes));
  return { ...rest, inputs, ...(kept.length ? { symbols: Object.fromEntries(kept) } : {}) };
}

export class Sizes {
  #draw;
  #spec;
  #sizes = {};
  #running;
  #names = "";
  #word = el("p", { role: "status" });
  card = el("article", { class: "card finding", hidden: true });

  /** @param {(svg?: string) => void} draw a picture at chosen sizes; none: the network as it is written. */
  constructor(draw) {
    this.#draw = draw;
  }

  show(spec, report) {
    this.#spec = spec;
    const names = symbolsOf(spec);
    this.card.hidden = names.length === 0;
    if (names.length === 0) return;
    this.card.className = `card finding ${report.verdict === "conditional" ? "condition" : ""}`;
    const conditions = report.constraints.map(each =>
      el(
        "li",
        {},
        el("b", {}, each.condition),
        ` for ${each.layer}`,
        each.counterexample == null ? "" : `; not for ${each.symbol} = ${each.counterexample}`,
      ),
    );
    // The sliders stay while the text is typed, so that they are not lost from under a hand.
    const key = names.join();
    if (key !== this.#names) {
      this.#names = key;
      this.#sizes = {};
      this.#word.textContent = "";
      this.sliders = names.map(name => this.#slider(name, report.constraints.find(each => each.symbol === name)?.counterexample));
    }
    this.card.replaceChildren(
      el("h2", {}, "Sizes that may be any: ", names.join(", ")),
      conditions.length
        ? el("ul", {}, ...conditions)
        : el("p", { class: "soft" }, "It holds for every size that the spec allows."),
      ...this.sliders,
      this.#word,
    );
  }

  #slider(name, odd) {
    const least = this.#spec.symbols?.[name]?.min ?? 1,
      most = this.#spec.symbols?.[name]?.max ?? Math.max(256, 4 * least);
    const start = odd ?? Math.min(most, Math.max(least, 64));
    const output = el("output", {}, "any");
    const range = el("input", {
      type: "range",
      min: least,
      max: most,
      step: this.#spec.symbols?.[name]?.multiple_of ?? 1,
      value: start,
      "aria-label": `Size of ${name}`,
      oninput: () => {
        output.textContent = range.value;
        this.#sizes[name] = Number(range.value);
        this.#try();
      },
    });
    const any = el(
      "button",
      {
        class: "plain",
        onclick: () => {
          delete this.#sizes[name];
          output.textContent = "any";
          this.#try();
        },
      },
      "any size",
    );
    return el("div", { class: "slider" }, el("b", {}, name), range, output, any);
  }

  async #try() {
    this.#running?.abort();
    if (Object.keys(this.#sizes).length === 0) {
      this.#word.textContent = "";
      return this.#draw();
    }
    const mine = (this.#running = new AbortController());
    const spec = at(this.#spec, this.#sizes);
    try {
      const [report, svg] = await Promise.all([
        post("/v1/architectures/validate", spec, mine.signal),
        send("POST", "/v1/architectures/graph.svg", spec, mine.signal).then(response => response.text()),
      ]);
      if (mine !== this.#running) return;
      const said = Object.entries(this.#sizes).map(([name, size]) => `${name} = ${size}`);
      const error = report.diagnostics.find(each => each.severity === "error");
      this.#word.replaceChildren(
        el("span", { class: `verdict ${report.verdict}` }, report.verdict),
        ` at ${said.join(", ")}${error ? `: ${error.message.split(". ")[0]}.` : "."}`,
      );
      this.#draw(svg);
    } catch (problem) {
      if (problem.name !== "AbortError") this.#word.textContent = problem.message;
    }
  }
}
