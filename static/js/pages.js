// Small helps of the account page; everything is there without them.
"use strict";
(() => {
  const ready = () => {
    document.querySelectorAll("[data-print]").forEach((button) => (button.hidden = false));
  };
  document.addEventListener("DOMContentLoaded", ready);
  document.addEventListener("htmx:afterSettle", ready);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });
})();
