// The jump box as a combobox: the focus stays in the box, the arrows move the chosen line.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const box = document.getElementById("jump");
  const results = document.getElementById("jump-results");
  if (!box) return;

  const options = () => [...results.querySelectorAll("[role=option]")];
  const chosen = () => results.querySelector("[aria-selected=true]");
  const choose = (option) => {
    chosen()?.setAttribute("aria-selected", "false");
    if (!option) return box.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    box.setAttribute("aria-activedescendant", option.id);
    return option.scrollIntoView({ block: "nearest" });
  };
  const close = () => {
    results.replaceChildren();
    box.setAttribute("aria-expanded", "false");
    choose(null);
  };
  const shown = () => {
    box.setAttribute("aria-expanded", String(options().length > 0));
    choose(options()[0]);
  };
  const move = (step) => {
    const all = options();
    const at = all.indexOf(chosen()) + step;
    choose(all[(at + all.length) % all.length]);
  };

  results.addEventListener("htmx:afterSwap", () => (box.value.trim() && document.activeElement === box ? shown() : close()));
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.isComposing) return;
    if (step && options().length) {
      event.preventDefault();
      move(step);
    } else if (event.key === "Enter" && chosen()) {
      event.preventDefault();
      chosen().click();
    } else if (event.key === "Escape") {
      event.preventDefault();
      box.value = "";
      close();
      box.blur();
    }
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-jump]")) close();
  });
  document.addEventListener("focusin", (event) => {
    if (!event.target.closest("[data-jump]")) close();
  });
});
