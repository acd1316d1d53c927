"use strict";
// A click makes a box as wide as the picture, a search marks boxes. Without it the picture is whole, with hints.
(() => {
  const svg = document.querySelector("svg.flame");
  const tools = document.querySelector(".tools");
  const [search, all, told] = ["input", "button", "output"].map((name) => tools.querySelector(name));
  const WIDTH = svg.viewBox.baseVal.width, LETTER = 6.63, MARGIN = 3, LEAST = 3;

  const number = (element, name) => Number(element.getAttribute(name));
  const boxes = [...svg.querySelectorAll("g")].map((g) => {
    const rect = g.querySelector("rect");
    const hint = g.querySelector("title").textContent;
    const parts = hint.split(" · ");
    const change = /: (grown|shrunk) by ([\d.]+) points$/.exec(hint);
    const sign = change ? (change[1] === "grown" ? "+" : "−") + change[2] + " " : "";
    return {
      g, rect, hint, text: g.querySelector("text"), label: sign + parts[0], names: parts.slice(0, 2).join(" "),
      x: number(rect, "x"), y: number(rect, "y"), width: number(rect, "width"),
    };
  });

  const place = (box, x, width) => {
    box.rect.setAttribute("x", x);
    box.rect.setAttribute("width", width);
    const room = Math.floor((width - 2 * MARGIN) / LETTER);
    if (!box.text) {
      if (room < LEAST) return;
      box.text = document.createElementNS(svg.namespaceURI, "text");
      box.text.setAttribute("y", box.y + 12.5);
      box.g.append(box.text);
    }
    box.text.setAttribute("x", x + MARGIN);
    box.text.textContent = room < LEAST ? "" : box.label.length <= room ? box.label : box.label.slice(0, room - 1) + "…";
  };

  const zoom = (to) => {
    const end = to.x + to.width, scale = WIDTH / to.width, little = 0.01;
    for (const box of boxes) {
      const above = box.y < to.y && box.x <= to.x + little && box.x + box.width >= end - little;
      const within = box.y >= to.y && box.x >= to.x - little && box.x + box.width <= end + little;
      box.g.classList.toggle("above", above);
      box.g.toggleAttribute("hidden", !above && !within);
      if (above) place(box, 0, WIDTH);
      else if (within) place(box, (box.x - to.x) * scale, box.width * scale);
    }
    all.disabled = to === boxes[0];
  };

  const find = () => {
    const wanted = search.value.trim().toLowerCase();
    svg.classList.toggle("searched", wanted !== "");
    let share = 0, count = 0;
    const taken = []; // a hit within a hit is counted once
    for (const box of boxes) {
      const hit = wanted !== "" && box !== boxes[0] && box.names.toLowerCase().includes(wanted);
      box.g.classList.toggle("hit", hit);
      if (!hit) continue;
      count += 1;
      if (taken.some((other) => other.x <= box.x + 0.005 && other.x + other.width >= box.x + box.width - 0.005)) continue;
      taken.push(box);
      share += box.width / WIDTH;
    }
    told.textContent = wanted === "" ? "" : `${count} boxes, ${(100 * share).toFixed(1)}% of samples`;
  };

  const theme = /~theme=(light|dark)\b/.exec(location.hash);
  if (theme) document.documentElement.dataset.theme = theme[1];
  tools.hidden = false;
  all.disabled = true;
  svg.classList.add("zooms");
  for (const box of boxes) {
    box.rect.addEventListener("click", () => zoom(box));
    box.rect.addEventListener("mouseenter", () => { if (!search.value) told.textContent = box.hint; });
  }
  all.addEventListener("click", () => zoom(boxes[0]));
  search.addEventListener("input", find);
  addEventListener("keydown", (event) => { if (event.key === "Escape") zoom(boxes[0]); });
})();
