// Curves over the steps, to be read with the mouse or the arrow keys: SVG, so that it prints and scales.
import { el } from "./api.js";

const Height = 260,
  Left = 56,
  Right = 12,
  Top = 10,
  Bottom = 26;
const svg = (name, attributes = {}, ...children) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) if (value != null) node.setAttribute(key, value);
  node.append(...children);
  return node;
};

/** 0.0123, 4.56, 1,230: three figures. */
export const figure = value => {
  if (value == null || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(1);
  return size >= 1000 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));
};

/** An exponential mean that begins without a bias (Kingma and Ba 2015, eq. 3). */
export function smoothed(values, share) {
  let mean = 0,
    weight = 0;
  return values.map(value => {
    if (value == null) return null;
    mean = share * mean + (1 - share) * value;
    weight = share * weight + (1 - share);
    return mean / weight;
  });
}

/** Round numbers between two ends. */
function ticks(least, most, count) {
  const rough = (most - least) / count || 1,
    unit = 10 ** Math.floor(Math.log10(rough)),
    step = unit * ([1, 2, 5, 10].find(each => each * unit >= rough) ?? 10);
  const found = [];
  for (let at = Math.ceil(least / step) * step; at <= most + step / 1e6; at += step) found.push(at);
  return found;
}

class LineChart extends HTMLElement {
  #series = [];
  #log = false;
  #width = 0;

  connectedCallback() {
    this.tabIndex = 0;
    this.setAttribute("role", "img");
    this.addEventListener("pointermove", event => this.#read(event.clientX - this.getBoundingClientRect().left));
    this.addEventListener("pointerleave", () => this.#hide());
    this.addEventListener("blur", () => this.#hide());
    this.addEventListener("keydown", event => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      this.#read((this.#at ?? Left) + step * 12);
    });
    new ResizeObserver(() => {
      if (this.clientWidth !== this.#width) this.#draw();
    }).observe(this);
  }

  #at;

  /** @param {{ name: string, x: number[], y: (number | null)[], faint?: boolean }[]} series */
  show(series, { log = false } = {}) {
    this.#series = series;
    this.#log = log;
    this.#draw();
  }

  #scale() {
    const points = this.#series.flatMap(each => each.y.filter(y => y != null && (!this.#log || y > 0)));
    const steps = this.#series.flatMap(each => [each.x[0], each.x.at(-1)]).filter(Number.isFinite);
    const of = this.#log ? Math.log10 : value => value;
    let [low, high] = [Math.min(...points.map(of)), Math.max(...points.map(of))];
    if (high - low < 1e-9) [low, high] = [low - 0.5, high + 0.5];
    const [first, last] = [Math.min(...steps), Math.max(...steps, 1)];
    const width = this.#width - Left - Right,
      height = Height - Top - Bottom;
    return {
      x: step => Left + ((step - first) / (last - first || 1)) * width,
      y: value => Top + (1 - (of(value) - low) / (high - low)) * height,
      step: x => first + ((x - Left) / width) * (last - first),
      low,
      high,
      first,
      last,
    };
  }

  #draw() {
    this.#width = this.clientWidth;
    const shown = this.#series.filter(each => each.x.length);
    if (!shown.length || this.#width < Left + Right + 40) {
      this.setAttribute("aria-label", "No point yet.");
      this.replaceChildren(el("p", { class: "soft" }, "No point yet."));
      return;
    }
    const scale = this.#scale();
    const values = this.#log ? ticks(scale.low, scale.high, 4).map(power => 10 ** power) : ticks(scale.low, scale.high, 4);
    const root = svg("svg", { width: this.#width, height: Height, "aria-hidden": "true" });
    for (const value of values) {
      const y = scale.y(value);
      root.append(
        svg("line", { class: "grid", x1: Left, x2: this.#width - Right, y1: y, y2: y }),
        svg("text", { class: "tick", x: Left - 8, y: y + 4, "text-anchor": "end" }, figure(value)),
      );
    }
    for (const step of ticks(scale.first, scale.last, Math.max(2, Math.floor(this.#width / 140))).filter(Number.isInteger))
      root.append(
        svg("text", { class: "tick", x: scale.x(step), y: Height - 6, "text-anchor": "middle" }, step.toLocaleString("en")),
      );
    this.#series.forEach((each, i) => {
      let pen = "M";
      const path = each.x
        .map((step, at) => {
          const value = each.y[at];
          if (value == null || (this.#log && value <= 0)) return ((pen = "M"), "");
          const part = `${pen}${scale.x(step).toFixed(1)} ${scale.y(value).toFixed(1)}`;
          pen = "L";
          return part;
        })
        .join("");
      root.append(svg("path", { class: `line s${(each.color ?? i) % 6}${each.faint ? " faint" : ""}`, d: path }));
    });
    this.mark = svg("line", { class: "mark", y1: Top, y2: Height - Bottom, visibility: "hidden" });
    root.append(this.mark);
    this.tip = el("div", { class: "tip", hidden: true });
    const legend = el(
      "ul",
      { class: "legend" },
      ...this.#series
        .map((each, i) =>
          each.faint
            ? null
            : el(
                "li",
                {},
                svg("svg", { width: 22, height: 8 }, svg("path", { class: `line s${(each.color ?? i) % 6}`, d: "M0 4H22" })),
                each.name,
              ),
        )
        .filter(Boolean),
    );
    this.replaceChildren(root, this.tip, legend);
    this.setAttribute("aria-label", this.#summary());
  }

  /** What the curves say, in words. */
  #summary() {
    const said = this.#series
      .filter(each => !each.faint && each.y.some(y => y != null))
      .map(each => {
        const values = each.y.filter(y => y != null);
        return `${each.name}: from ${figure(values[0])} to ${figure(values.at(-1))}`;
      });
    return `Curves over the steps. ${said.join("; ")}.`;
  }

  #read(x) {
    if (!this.mark) return;
    this.#at = Math.max(Left, Math.min(this.#width - Right, x));
    const scale = this.#scale(),
      step = scale.step(this.#at);
    const rows = this.#series
      .map((each, i) => ({ each, i }))
      .filter(({ each }) => !each.faint)
      .map(({ each, i }) => {
        let best = 0;
        each.x.forEach((at, j) => {
          if (Math.abs(at - step) < Math.abs(each.x[best] - step)) best = j;
        });
        return el("div", { class: `s${(each.color ?? i) % 6}` }, el("b", {}, figure(each.y[best])), ` ${each.name}`);
      });
    this.mark.setAttribute("x1", this.#at);
    this.mark.setAttribute("x2", this.#at);
    this.mark.setAttribute("visibility", "visible");
    this.tip.hidden = false;
    this.tip.replaceChildren(el("div", { class: "soft" }, `step ${Math.round(step).toLocaleString("en")}`), ...rows);
    const left = this.#at > this.#width / 2;
    this.tip.style.left = left ? "" : `${this.#at + 12}px`;
    this.tip.style.right = left ? `${this.#width - this.#at + 12}px` : "";
  }

  #hide() {
    this.mark?.setAttribute("visibility", "hidden");
    if (this.tip) this.tip.hidden = true;
  }
}

customElements.define("line-chart", LineChart);

/** A curve as large as a word. */
export function spark(values, label) {
  const known = values.filter(value => value != null);
  if (known.length < 2) return el("span", { class: "soft" }, "–");
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const points = known.map(
    (value, i) =>
      `${((i / (known.length - 1)) * 96 + 2).toFixed(1)},${(22 - ((value - low) / (high - low || 1)) * 18).toFixed(1)}`,
  );
  return svg(
    "svg",
    {
      class: "spark",
      width: 100,
      height: 24,
      role: "img",
      "aria-label": `${label}: from ${figure(known[0])} to ${figure(known.at(-1))}`,
    },
    svg("polyline", { class: "line s0", points: points.join(" ") }),
  );
}
