// Selected rows: how many, all of a page, a range. Everything works without it, row by row.
"use strict";
(() => {
  const rows = () => [...document.querySelectorAll('.hs-portfolio [name="account"]')];
  const bar = () => document.getElementById("bulk");
  let last = null; // the row that was ticked last: a range begins there

  const show = () => {
    const every = document.querySelector("[data-every]");
    if (!every || !bar()) return;
    const all = bar().querySelector("[data-all]");
    const ticked = rows().filter((row) => row.checked).length;
    if (!ticked) all.checked = false;
    every.hidden = !rows().length;
    every.checked = ticked > 0 && ticked === rows().length;
    every.indeterminate = ticked > 0 && !every.checked;
    bar().querySelector("[data-selected]").textContent = all.checked ? "All selected" : `${ticked} selected`;
  };

  document.addEventListener("click", (event) => {
    const row = event.target.closest('.hs-portfolio [name="account"]');
    if (!row) return;
    const found = rows();
    if (event.shiftKey && found.includes(last)) {
      const ends = [found.indexOf(last), found.indexOf(row)].sort((a, b) => a - b);
      found.slice(ends[0], ends[1] + 1).forEach((each) => (each.checked = row.checked));
      show();
    }
    last = row;
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-every]")) rows().forEach((row) => (row.checked = event.target.checked));
    if (event.target.closest(".hs-accounts")) show();
  });
  document.addEventListener("reset", (event) => {
    if (event.target !== bar()) return;
    const at = rows().find((row) => row.checked);
    setTimeout(() => (show(), at?.focus()));
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    // Enter would send the form: on a row it leads to the bar, in the bar it presses its own button
    const panel = event.target.closest("#bulk .hs-panel input, #bulk .hs-panel select")?.closest(".hs-panel");
    const picks = event.target.matches('.hs-portfolio [name="account"], [data-every], [data-all]');
    if (!panel && !picks) return;
    event.preventDefault();
    if (panel) panel.querySelector("button").click();
    else bar()?.querySelector("summary").focus();
  });

  // an input that was left empty is no part of the address
  const isShort = (form) => form.matches?.("form[data-short]");
  document.addEventListener("submit", (event) => {
    if (!isShort(event.target) || window.htmx) return;
    event.target.querySelectorAll("input, select").forEach((input) => (input.disabled = !input.value));
  });
  document.addEventListener("htmx:configRequest", (event) => {
    if (!isShort(event.target)) return;
    const { parameters } = event.detail;
    Object.keys(parameters).forEach((name) => parameters[name] === "" && delete parameters[name]);
  });

  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("htmx:afterSettle", show);
  window.addEventListener("pageshow", show);
})();
