// Small helps of the account page; everything is there without them.
"use strict";
(() => {
  const ready = () => {
    document.querySelectorAll("[data-print]").forEach((button) => (button.hidden = false));
    // sent open by the server, because something in it must be corrected
    document.querySelectorAll("dialog[open]:not(:modal)").forEach((dialog) => (dialog.close(), dialog.showModal()));
  };
  document.addEventListener("DOMContentLoaded", ready);
  document.addEventListener("htmx:afterSettle", ready);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });

  // a button of the header opens its form in the rail
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-unfold]");
    const fold = opener && document.getElementById(opener.dataset.unfold);
    if (!fold || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    fold.open = true;
    fold.querySelector("input:not([type=hidden]), textarea").focus();
  });

  // a link that has opened the facts below its row closes them again
  const factsOf = (link) => document.getElementById(link.getAttribute("aria-controls"));
  document.addEventListener("htmx:afterSwap", (event) => {
    const link = document.querySelector(`[data-facts][aria-controls="${event.target.id}"]`);
    if (link) link.setAttribute("aria-expanded", "true");
  });
  document.addEventListener(
    "click",
    (event) => {
      const link = event.target.closest("[data-facts][aria-expanded=true]");
      if (!link || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      link.setAttribute("aria-expanded", "false");
      factsOf(link).replaceChildren();
    },
    true,
  );
})();
