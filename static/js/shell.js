// Jump box, menus, dialogs, toasts. Everything here has a way without JavaScript.
"use strict";
(() => {
  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]");
  const menus = "details.hs-menu, details.hs-filter";

  const closeMenus = (except) => {
    document.querySelectorAll(`:is(${menus})[open]`).forEach((menu) => {
      if (menu !== except) menu.open = false;
    });
  };

  const clearJump = (box) => {
    box.value = "";
    document.getElementById("jump-results").replaceChildren();
  };

  document.addEventListener("keydown", (event) => {
    const box = document.getElementById("jump");
    const wantsJump =
      (event.key === "k" && (event.ctrlKey || event.metaKey)) ||
      (event.key === "/" && !event.ctrlKey && !event.metaKey && !isTyping(event.target));
    if (wantsJump && box && box.offsetParent) {
      event.preventDefault();
      box.focus();
      box.select();
    } else if (event.key === "Escape") {
      const open = document.querySelector(`:is(${menus})[open]`);
      closeMenus();
      if (open) open.querySelector("summary").focus();
      if (box && event.target.closest("[data-jump]")) {
        clearJump(box);
        box.blur();
      }
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && event.target.closest("[data-jump]")) {
      const links = [...document.querySelectorAll("#jump-results a")];
      const at = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      if (links.length) {
        event.preventDefault();
        (links[at] || box).focus();
      }
    }
  });

  document.addEventListener("click", (event) => {
    closeMenus(event.target.closest(menus));
    if (!event.target.closest("[data-jump]")) document.getElementById("jump-results")?.replaceChildren();
    const opener = event.target.closest("[data-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog) {
      event.preventDefault();
      dialog.showModal();
    }
    const closer = event.target.closest("[data-close]");
    if (closer) {
      event.preventDefault();
      closer.closest("dialog").close();
    }
  });

  const fade = () => {
    document.querySelectorAll("[data-toast]").forEach((toast) => {
      toast.removeAttribute("data-toast");
      setTimeout(() => toast.remove(), 5000);
    });
  };
  document.addEventListener("DOMContentLoaded", fade);
  document.addEventListener("htmx:afterSwap", fade);
})();
