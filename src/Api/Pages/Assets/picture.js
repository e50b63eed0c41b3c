// A network's picture: the service's SVG, to be zoomed, dragged and pointed at.

const Frame = `
  :host { display: block; position: relative; overflow: hidden; touch-action: none; }
  #stage { position: absolute; inset: 0; cursor: grab; }
  #stage.dragged { cursor: grabbing; }
  svg { position: absolute; transform-origin: 0 0; max-width: none; }
  g { cursor: pointer; }
  g.chosen > rect { stroke-width: 3.5; filter: drop-shadow(0 0 5px rgba(31, 111, 235, .7)); }
  :host(.stale) svg { opacity: .35; }
`;

class NetPicture extends HTMLElement {
  #stage;
  #svg;
  #sheet = new CSSStyleSheet();
  #view = { x: 0, y: 0, scale: 1 };
  #own = false;

  connectedCallback() {
    const root = this.attachShadow({ mode: "open" });
    const frame = new CSSStyleSheet();
    frame.replaceSync(Frame);
    root.adoptedStyleSheets = [this.#sheet, frame];
    this.#stage = document.createElement("div");
    this.#stage.id = "stage";
    root.append(this.#stage);
    this.tabIndex = 0;
    this.addEventListener("wheel", event => this.#wheel(event), { passive: false });
    this.addEventListener("keydown", event => this.#key(event));
    this.#stage.addEventListener("pointerdown", event => this.#drag(event));
    addEventListener("theme", () => this.#theme());
    new ResizeObserver(() => {
      if (!this.#own) this.#begin();
    }).observe(this);
  }

  /** @param {string} text An SVG document of the service. */
  show(text) {
    // The page's policy has no room for a style element; a sheet of the shadow root does the same.
    const [, before, style, after] = /^(.*?)<style>(.*?)<\/style>(.*)$/s.exec(text) ?? [, text, "", ""];
    this.#sheet.replaceSync(style);
    this.#theme();
    const svg = new DOMParser().parseFromString(before + after, "image/svg+xml").documentElement;
    svg.removeAttribute("width");
    svg.removeAttribute("height");
    const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    Object.assign(svg.style, { width: `${width}px`, height: `${height}px` });
    this.#stage.replaceChildren(svg);
    this.#svg = svg;
    this.#size = { width, height };
    this.#own ? this.#place() : this.#begin();
  }

  /** The picture asks the system whether it is dark; here it is as the reader chose. */
  #theme() {
    const theme = document.documentElement.dataset.theme;
    for (const rule of this.#sheet.cssRules) {
      if (!(rule instanceof CSSMediaRule)) continue;
      rule.media.mediaText = theme === "auto" ? "(prefers-color-scheme: dark)" : theme === "dark" ? "all" : "not all";
    }
  }

  #size = { width: 1, height: 1 };

  /** All of it. */
  fit() {
    this.#begin((this.clientHeight - 16) / this.#size.height);
  }

  /** From its top, as wide as there is room, so that it can be read. */
  #begin(most = 1) {
    if (!this.#svg) return;
    const scale = Math.min(1, most, (this.clientWidth - 16) / this.#size.width);
    this.#view = { scale, x: (this.clientWidth - this.#size.width * scale) / 2, y: 8 };
    this.#own = most < 1;
    this.#place();
  }

  /** The wheel moves; with Ctrl, as from two fingers on a pad, it zooms. */
  #wheel(event) {
    event.preventDefault();
    if (event.ctrlKey) return this.zoom(Math.exp(-event.deltaY / 200), event.offsetX, event.offsetY);
    Object.assign(this.#view, { x: this.#view.x - event.deltaX, y: this.#view.y - event.deltaY });
    this.#own = true;
    this.#place();
  }

  zoom(factor, x = this.clientWidth / 2, y = this.clientHeight / 2) {
    const view = this.#view,
      scale = Math.min(4, Math.max(0.05, view.scale * factor));
    this.#view = { scale, x: x - ((x - view.x) * scale) / view.scale, y: y - ((y - view.y) * scale) / view.scale };
    this.#own = true;
    this.#place();
  }

  /**
   * Marks the box of a layer and brings it into sight.
   * @returns whether it has one: what repeats is folded.
   */
  choose(name, { scroll = true } = {}) {
    let found = false;
    for (const box of this.#boxes()) {
      const is = box.querySelector("title").textContent === name;
      box.classList.toggle("chosen", is);
      found ||= is;
      if (!is || !scroll) continue;
      const here = box.getBoundingClientRect(),
        all = this.getBoundingClientRect();
      if (here.top < all.top || here.bottom > all.bottom || here.left < all.left || here.right > all.right) {
        this.#view.x += (all.left + all.right - here.left - here.right) / 2;
        this.#view.y += (all.top + all.bottom - here.top - here.bottom) / 2;
        this.#own = true;
        this.#place();
      }
    }
    return found;
  }

  #boxes() {
    return this.#svg ? [...this.#svg.querySelectorAll("g")].filter(box => box.querySelector(":scope > title")) : [];
  }

  #place() {
    const { x, y, scale } = this.#view;
    this.#svg.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
  }

  #key(event) {
    const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
    if (step) {
      this.#view.x += step[0];
      this.#view.y += step[1];
      this.#own = true;
      this.#place();
    } else if (event.key === "+") this.zoom(1.25);
    else if (event.key === "-") this.zoom(0.8);
    else if (event.key === "0") this.fit();
    else return;
    event.preventDefault();
  }

  #drag(event) {
    const begun = { ...this.#view },
      from = [event.clientX, event.clientY];
    let moved = false;
    const move = next => {
      const [dx, dy] = [next.clientX - from[0], next.clientY - from[1]];
      moved ||= Math.hypot(dx, dy) > 4;
      if (!moved) return;
      this.#stage.classList.add("dragged");
      Object.assign(this.#view, { x: begun.x + dx, y: begun.y + dy });
      this.#own = true;
      this.#place();
    };
    const end = () => {
      removeEventListener("pointermove", move);
      this.#stage.classList.remove("dragged");
      const name = event.target.closest?.("g")?.querySelector(":scope > title")?.textContent;
      if (!moved && name) this.dispatchEvent(new CustomEvent("pick", { detail: name }));
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end, { once: true });
  }
}

customElements.define("net-picture", NetPicture);
