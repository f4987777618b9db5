"use strict";
(() => {
  const figures = [...document.querySelectorAll("figure.drawing")];
  const SVG = "http://www.w3.org/2000/svg";

  // Values of one figure by pointer and by arrow keys.
  class Readings {
    constructor(figure) {
      this.plot = figure.querySelector(".plot");
      this.svg = this.plot.querySelector("svg");
      this.tip = this.plot.querySelector(".reading");
      this.live = figure.querySelector(".live");
      this.tracks = JSON.parse(figure.querySelector(".tracks").textContent).filter((t) => t.spots.length);
      this.row = 0;
      this.column = -1;
      this.plot.addEventListener("keydown", (event) => this.key(event));
      this.plot.addEventListener("pointermove", (event) => this.point(event));
      this.plot.addEventListener("pointerdown", (event) => this.point(event));
      this.plot.addEventListener("pointerleave", () => { if (document.activeElement !== this.plot) this.hide(); });
      this.plot.addEventListener("blur", () => this.hide());
    }
    key(event) {
      if (!this.tracks.length || event.altKey || event.ctrlKey || event.metaKey) return;
      const inside = this.column >= 0;
      const count = () => this.tracks[this.row].spots.length;
      const move = {
        ArrowRight: () => { this.column = Math.min(this.column + 1, count() - 1); },
        ArrowLeft: () => { this.column = Math.max(this.column - 1, 0); },
        ArrowDown: () => this.change(1),
        ArrowUp: () => this.change(-1),
        Home: () => { this.column = 0; },
        End: () => { this.column = count() - 1; },
      }[event.key];
      if (event.key === "Escape" && inside) { this.hide(); event.preventDefault(); event.stopPropagation(); return; }
      if (!move) return;
      event.preventDefault();
      event.stopPropagation();
      move();
      this.show();
    }
    change(step) {
      const here = this.column >= 0 ? this.tracks[this.row].spots[this.column] : null;
      if (here) this.row = Math.min(Math.max(this.row + step, 0), this.tracks.length - 1);
      const spots = this.tracks[this.row].spots;
      this.column = here ? nearest(spots, here[0], here[1], true) : 0;
    }
    point(event) {
      const place = this.svg.createSVGPoint();
      place.x = event.clientX;
      place.y = event.clientY;
      const at = place.matrixTransform(this.svg.getScreenCTM().inverse());
      let best = 40 * 40;
      this.tracks.forEach((track, row) => track.spots.forEach((spot, column) => {
        const far = (spot[0] - at.x) ** 2 + (spot[1] - at.y) ** 2;
        if (far < best) { best = far; this.row = row; this.column = column; }
      }));
      if (best < 40 * 40) this.show(); else this.hide();
    }
    show() {
      const [x, y, text] = this.tracks[this.row].spots[this.column];
      if (!this.cursor) {
        this.cursor = document.createElementNS(SVG, "g");
        this.cursor.setAttribute("class", "cursor");
        for (const [r, colour, width] of [[5.6, "#ffffff", 3.4], [5.6, "#14171d", 1.5]]) {
          const ring = document.createElementNS(SVG, "circle");
          ring.setAttribute("r", r);
          ring.setAttribute("fill", "none");
          ring.setAttribute("stroke", colour);
          ring.setAttribute("stroke-width", width);
          this.cursor.append(ring);
        }
      }
      if (!this.cursor.parentNode) this.svg.append(this.cursor);
      this.cursor.setAttribute("transform", `translate(${x} ${y})`);
      this.live.textContent = text;
      this.tip.textContent = text;
      this.tip.hidden = false;
      this.place(x, y);
    }
    place(x, y) {
      const box = this.plot.getBoundingClientRect();
      const matrix = this.svg.getScreenCTM();
      const left = matrix.a * x + matrix.e - box.left;
      const top = matrix.d * y + matrix.f - box.top;
      if (left < 0 || left > box.width) this.plot.scrollLeft += left - box.width / 2;
      const wide = this.tip.offsetWidth;
      const high = this.tip.offsetHeight;
      const fits = left + 14 + wide <= box.width;
      const start = fits ? left + 14 : Math.max(4, left - 14 - wide);
      const above = top - high - 12;
      this.tip.style.left = `${start + this.plot.scrollLeft}px`;
      this.tip.style.top = `${above >= 0 ? above : Math.min(top + 12, box.height - high)}px`;
    }
    hide() {
      this.column = -1;
      this.row = 0;
      this.tip.hidden = true;
      this.live.textContent = "";
      this.cursor?.remove();
    }
  }

  function nearest(spots, x, y, along) {
    let best = 0;
    spots.forEach((spot, i) => {
      const far = (s) => (s[0] - x) ** 2 + (along ? 0.01 : 1) * (s[1] - y) ** 2;
      if (far(spot) < far(spots[best])) best = i;
    });
    return best;
  }

  // Files: the drawing, a picture of it, its numbers.
  function save(name, type, content) {
    const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  }

  function standalone(figure) {
    const svg = figure.querySelector(".plot svg").cloneNode(true);
    svg.querySelectorAll(".cursor").forEach((cursor) => cursor.remove());
    svg.setAttribute("xmlns", SVG);
    const text = new XMLSerializer().serializeToString(svg);
    return text.replace(/var\(--g[0-9a-f]{6},\s*(#[0-9a-f]{6})\)/g, "$1");
  }

  function picture(figure, name) {
    const box = figure.querySelector(".plot svg").viewBox.baseVal;
    const image = new Image();
    const url = URL.createObjectURL(new Blob([standalone(figure)], { type: "image/svg+xml" }));
    image.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(box.width * 4);
      canvas.height = Math.round(box.height * 4);
      const pen = canvas.getContext("2d");
      pen.fillStyle = "#ffffff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(image, 0, 0, canvas.width, canvas.height);
      URL.revokeObjectURL(url);
      canvas.toBlob((blob) => save(`${name}.png`, "image/png", blob), "image/png");
    };
    image.src = url;
  }

  function tool(figure, what, button) {
    const name = figure.dataset.name;
    if (what === "svg") save(`${name}.svg`, "image/svg+xml", standalone(figure));
    if (what === "png") picture(figure, name);
    if (what === "csv") save(`${name}.csv`, "text/csv", figure.querySelector(".data").textContent);
    if (what === "present") present(figures.indexOf(figure));
    if (what === "link") {
      location.hash = figure.id;
      copy(location.href, button);
    }
  }

  function copy(text, button) {
    const usual = button.textContent;
    const done = () => { button.textContent = button.dataset.done; setTimeout(() => { button.textContent = usual; }, 1500); };
    navigator.clipboard?.writeText(text).then(done, () => {});
  }

  // One figure full screen: the lecture.
  const stage = document.getElementById("stage");
  let shown = -1;
  let gap = null;

  function present(index) {
    if (!stage || index < 0 || index >= figures.length) return;
    putBack();
    shown = index;
    const figure = figures[index];
    const plot = figure.querySelector(".plot");
    gap = document.createElement("div");
    gap.style.height = `${plot.offsetHeight}px`;
    plot.replaceWith(gap);
    stage.querySelector(".stage-figure").append(plot);
    stage.querySelector("#stage-question").textContent = figure.dataset.question;
    stage.querySelector(".stage-takeaway").innerHTML = figure.querySelector(".takeaway").innerHTML;
    document.body.classList.add("presenting");
    if (!stage.open) stage.showModal();
    history.replaceState(null, "", `#${figure.id};present`);
  }

  function putBack() {
    if (!gap) return;
    gap.replaceWith(stage.querySelector(".plot"));
    gap = null;
  }

  function finish() {
    if (shown < 0) return;
    const figure = figures[shown];
    putBack();
    shown = -1;
    document.body.classList.remove("presenting");
    if (stage.open) stage.close();
    history.replaceState(null, "", `#${figure.id}`);
    figure.scrollIntoView({ block: "center", behavior: "instant" });
    figure.querySelector(".plot").focus({ preventScroll: true });
  }

  function takeaway() {
    const words = stage.querySelector(".stage-takeaway");
    const hidden = words.toggleAttribute("data-hidden");
    stage.querySelector("[data-stage=takeaway]").setAttribute("aria-pressed", String(hidden));
  }

  const acts = { previous: () => present(shown - 1), next: () => present(shown + 1), takeaway, close: finish };

  stage?.addEventListener("close", finish);
  stage?.addEventListener("click", (event) => acts[event.target.dataset?.stage]?.());

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || !stage) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    if (event.key === "p") {
      if (shown >= 0) return finish();
      const near = document.activeElement?.closest("figure.drawing");
      return present(near ? figures.indexOf(near) : middle());
    }
    if (shown < 0) return undefined;
    const act = { ArrowRight: acts.next, ArrowDown: acts.next, PageDown: acts.next, ArrowLeft: acts.previous, ArrowUp: acts.previous, PageUp: acts.previous, t: takeaway }[event.key];
    if (act) { event.preventDefault(); act(); }
    return undefined;
  });

  function middle() {
    const far = (figure) => {
      const box = figure.getBoundingClientRect();
      return Math.abs((box.top + box.bottom - innerHeight) / 2);
    };
    return figures.reduce((best, figure, i) => (far(figure) < far(figures[best]) ? i : best), 0);
  }

  function fromHash() {
    const [id, mode] = decodeURIComponent(location.hash.slice(1)).split(";");
    for (let at = document.getElementById(id); at; at = at.parentElement) {
      if (at.tagName === "DETAILS") at.open = true;
    }
    if (mode === "present") present(figures.findIndex((figure) => figure.id === id));
  }

  // Tables sorted by value: words after numbers, what is missing last.
  function sortable(table) {
    const body = table.tBodies[0];
    const original = [...body.rows];
    table.querySelectorAll("thead th").forEach((head, column) => {
      head.querySelector("button")?.addEventListener("click", () => {
        const next = { none: "ascending", ascending: "descending", descending: "none" }[head.getAttribute("aria-sort") ?? "none"];
        table.querySelectorAll("thead th").forEach((other) => other.removeAttribute("aria-sort"));
        const rows = [...original];
        if (next !== "none") {
          head.setAttribute("aria-sort", next);
          const sign = next === "ascending" ? 1 : -1;
          const value = (row) => row.cells[column].dataset.sort ?? row.cells[column].textContent;
          rows.sort((a, b) => compare(value(a), value(b), sign));
        }
        body.classList.toggle("sorted", next !== "none");
        body.append(...rows);
      });
    });
  }

  function compare(a, b, sign) {
    const x = Number(a);
    const y = Number(b);
    const lost = (text) => text === "";
    if (lost(a) || lost(b)) return lost(a) - lost(b);
    const words = [Number.isNaN(x), Number.isNaN(y)];
    if (words[0] !== words[1]) return words[0] - words[1];
    if (words[0]) return sign * a.localeCompare(b, undefined, { numeric: true });
    return x === y ? 0 : sign * (x < y ? -1 : 1);
  }

  figures.forEach((figure) => {
    new Readings(figure);
    figure.querySelectorAll("[data-tool]").forEach((button) => button.addEventListener("click", () => tool(figure, button.dataset.tool, button)));
  });
  document.querySelectorAll("table[data-sortable]").forEach(sortable);
  document.querySelectorAll("[data-copy]").forEach((button) => button.addEventListener("click", () => copy(button.closest(".code").querySelector("pre").textContent, button)));
  // A formula wider than the page scrolls, and so must be in reach of the keys.
  function reachable() {
    document.querySelectorAll(".formula").forEach((formula) => {
      if (formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0;
      else formula.removeAttribute("tabindex");
    });
  }
  addEventListener("resize", reachable);
  reachable();
  addEventListener("hashchange", fromHash);
  fromHash();
})();
