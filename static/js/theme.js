// Runs in the head, before anything is drawn: the chosen theme, or the one of the system.
"use strict";
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const chosen = () => {
    try {
      return localStorage.getItem("theme") || "system";
    } catch {
      return "system"; // storage may be forbidden
    }
  };
  const show = (choice) => {
    const theme = choice === "system" ? (dark.matches ? "dark" : "light") : choice;
    root.dataset.bsTheme = theme;
  };
  const mark = () => {
    document.querySelectorAll("[data-theme-switch]").forEach((part) => {
      part.hidden = false;
      part.querySelectorAll("[data-theme]").forEach((button) => {
        button.setAttribute("aria-pressed", String(button.dataset.theme === chosen()));
      });
    });
  };
  show(chosen());
  dark.addEventListener("change", () => show(chosen()));
  document.addEventListener("DOMContentLoaded", mark);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme]");
    if (!button) return;
    try {
      localStorage.setItem("theme", button.dataset.theme);
    } catch {
      // the choice then holds for this page only
    }
    show(button.dataset.theme);
    mark();
  });

  // paper is white; the charts follow the theme, and every page says what it is of
  window.addEventListener("beforeprint", () => {
    show("light");
    const asOf = document.querySelector(".hs-fresh, .hs-acc-asof")?.textContent.trim().replace(/\s+/g, " ");
    root.style.setProperty("--hs-print-title", JSON.stringify(document.title));
    root.style.setProperty("--hs-print-as-of", JSON.stringify(asOf || ""));
  });
  window.addEventListener("afterprint", () => show(chosen()));
})();
