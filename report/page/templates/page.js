"use strict";
// Everything here is a convenience: the page is complete without it.
// State lives in the fragment: #anchor~theme=dark~off=flask,django~a=stack~b=stack~sort=table-id.column.descending
(() => {
  const state = { anchor: "", theme: "", off: new Set(), sort: new Map() };
  const names = [...document.querySelectorAll(".legend li")].map((item) => item.dataset.name);
  const selects = [...document.querySelectorAll("select[data-choice]")];
  const pages = [...document.querySelectorAll("a[href]")]
    .map((link) => ({ link, href: link.getAttribute("href") }))
    .filter(({ href }) => /^[\w.\/-]+\.html(#|$)/.test(href));

  const read = () => {
    const [anchor, ...pairs] = location.hash.slice(1).split("~").map(decode);
    const given = Object.fromEntries(pairs.map((pair) => [pair.split("=")[0], pair.slice(pair.indexOf("=") + 1)]));
    state.anchor = anchor;
    state.theme = ["light", "dark"].includes(given.theme) ? given.theme : "";
    state.off = new Set((given.off || "").split(",").filter((name) => name && (!names.length || names.includes(name))));
    state.sort = new Map((given.sort || "").split(",").filter(Boolean).map((one) => {
      const [id, column, direction] = one.split(".");
      return [id, { column: Number(column), direction }];
    }));
    for (const select of selects)
      if ([...select.options].some((option) => option.value === given[select.dataset.choice]))
        select.value = given[select.dataset.choice];
  };

  const decode = (text) => {
    try { return decodeURIComponent(text); } catch { return ""; }
  };

  const view = () => { // what other pages of the site are shown with, too
    const parts = [];
    if (state.theme) parts.push(`theme=${state.theme}`);
    if (state.off.size) parts.push(`off=${[...state.off].map(encodeURIComponent)}`);
    return parts;
  };

  const write = () => {
    const sorted = [...state.sort].map(([id, by]) => `${id}.${by.column}.${by.direction}`);
    const parts = [encodeURIComponent(state.anchor), ...view()];
    for (const select of selects) parts.push(`${select.dataset.choice}=${encodeURIComponent(select.value)}`);
    if (sorted.length) parts.push(`sort=${sorted}`);
    const fragment = parts.join("~");
    history.replaceState(null, "", fragment ? `#${fragment}` : location.pathname + location.search);
  };

  const paint = () => {
    if (state.theme) document.documentElement.dataset.theme = state.theme;
    else delete document.documentElement.dataset.theme;
    document.querySelector(".theme select").value = state.theme;
    for (const item of document.querySelectorAll(".legend li"))
      item.firstElementChild.setAttribute("aria-pressed", String(!state.off.has(item.dataset.name)));
    for (const thing of document.querySelectorAll("[data-framework]")) {
      const off = state.off.has(thing.dataset.framework);
      if (thing.tagName === "TR") thing.hidden = off;
      else thing.classList.toggle("off", off);
    }
    for (const table of document.querySelectorAll("table.sortable")) sort(table, state.sort.get(table.id));
    const kept = view().map((part) => `~${part}`).join("");
    for (const { link, href } of pages) link.setAttribute("href", kept && !href.includes("#") ? `${href}#${kept}` : href + kept);
  };

  const key = (row, column) => {
    const cell = row.cells[column];
    if (cell.dataset.key === undefined) return cell.classList.contains("gap") ? null : cell.textContent;
    return Number(cell.dataset.key);
  };

  const sort = (table, by) => {
    const heads = [...table.tHead.rows[0].cells];
    const body = table.tBodies[0];
    const rows = table.originalRows || (table.originalRows = [...body.rows]);
    for (const head of heads) head.removeAttribute("aria-sort");
    if (!by || !heads[by.column]) { body.append(...rows); return; }
    const sign = by.direction === "descending" ? -1 : 1;
    heads[by.column].setAttribute("aria-sort", sign < 0 ? "descending" : "ascending");
    body.append(...[...rows].sort((left, right) => {
      const [a, b] = [key(left, by.column), key(right, by.column)];
      if (a === null || b === null) return (a === null) - (b === null); // gaps stay at the end
      return sign * (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
    }));
  };

  const change = (how) => { how(); write(); paint(); };

  const equip = () => {
    for (const item of document.querySelectorAll(".legend li")) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...item.childNodes);
      item.append(button);
      button.addEventListener("click", () => change(() => {
        if (!state.off.delete(item.dataset.name)) state.off.add(item.dataset.name);
      }));
    }
    const theme = document.querySelector(".theme");
    theme.hidden = false;
    theme.addEventListener("change", (event) => change(() => { state.theme = event.target.value; }));
    for (const select of selects) select.addEventListener("change", () => change(() => {}));
    for (const table of document.querySelectorAll("table.sortable"))
      [...table.tHead.rows[0].cells].forEach((head, column) => {
        const button = document.createElement("button");
        button.type = "button";
        button.append(...head.childNodes);
        head.append(button);
        button.addEventListener("click", () => change(() => {
          const now = head.getAttribute("aria-sort");
          if (now === "ascending") state.sort.delete(table.id);
          else state.sort.set(table.id, { column, direction: now ? "ascending" : "descending" });
        }));
      });
  };

  const go = () => {
    const place = state.anchor && document.getElementById(state.anchor);
    if (!place) return;
    for (let box = place.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    place.scrollIntoView();
  };

  const follow = () => {
    const theme = state.theme, off = state.off, sorted = state.sort;
    read();
    if (!location.hash.includes("~")) Object.assign(state, { theme, off, sort: sorted }); // a plain link keeps the rest
    write(); paint(); go();
  };

  const unfolded = []; // on paper everything is open, also where a browser does not open it by the style sheet
  addEventListener("beforeprint", () => {
    unfolded.push(...document.querySelectorAll("details:not([open])"));
    for (const box of unfolded) box.open = true;
  });
  addEventListener("afterprint", () => { for (const box of unfolded.splice(0)) box.open = false; });

  equip(); read(); paint(); go();
  addEventListener("hashchange", follow);
})();
