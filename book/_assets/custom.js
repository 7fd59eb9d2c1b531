// Mends what the theme leaves unsaid to screen readers, ranks what a search finds and shows tips.
// The pages read well without it.
(() => {
  "use strict";

  const all = (selector) => document.querySelectorAll(selector);

  // The search button shows "Search Ctrl+K" but calls itself "Search": let its text be its name.
  function nameSearchButton() {
    for (const button of all(".search-button-field")) button.removeAttribute("aria-label");
  }

  // The theme's icons bear titles that read as a second name of the button they stand in.
  function silenceIcons() {
    for (const icon of all("button[aria-label] :is(i, svg)")) {
      icon.setAttribute("aria-hidden", "true");
      icon.removeAttribute("title");
      icon.querySelector("title")?.remove();
    }
  }

  // The search shows the book's pages before the reference of its Python modules.
  function rankSearch() {
    if (!window.Scorer) return;
    // Pages opened from a file cannot be fetched for a few of their words.
    if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
    Scorer.score = ([page, , , , score]) => score - (page.startsWith("book/api/") ? 100 : 0);
  }

  // Arrows that unfold a chapter's pages have no text.
  function nameUnfolders() {
    for (const summary of all(".bd-links summary")) {
      const chapter = summary.closest("li")?.querySelector("a")?.textContent.trim();
      summary.setAttribute("aria-label", `Pages under ${chapter ?? "this chapter"}`);
    }
    for (const summary of all("summary.admonition-title, .hide > summary")) {
      if (summary.textContent.trim()) summary.removeAttribute("aria-label");
      else summary.setAttribute("aria-label", "Show or hide");
    }
  }

  // The sidebar's head stands outside every landmark.
  function markSidebar() {
    for (const [selector, label] of [
      [".bd-sidebar-primary", "Book"],
      [".bd-sidebar-secondary", "On this page"],
    ]) {
      for (const bar of all(selector)) {
        if (bar.getAttribute("role")) continue;
        bar.setAttribute("role", "region");
        bar.setAttribute("aria-label", label);
      }
    }
  }

  // The bibliography's entries carry a role that is deprecated, in a list that wants list items.
  function mendBibliography() {
    for (const entry of all(".citation-list > .citation")) entry.setAttribute("role", "listitem");
  }

  // Data frames leave the corner above their index empty.
  function mendTables() {
    for (const corner of all("table.dataframe th")) {
      if (corner.textContent.trim()) continue;
      const cell = document.createElement("td");
      for (const { name, value } of corner.attributes) cell.setAttribute(name, value);
      corner.replaceWith(cell);
    }
    // What scrolls must be reachable by keyboard.
    for (const box of all(".pst-scrollable-table-container, div.cell_output .output.text_html")) {
      if (box.scrollWidth > box.clientWidth && !box.hasAttribute("tabindex")) {
        box.setAttribute("tabindex", "0");
        box.setAttribute("role", "group");
        box.setAttribute("aria-label", "Table, scrolls sideways");
      }
    }
    for (const formula of all("div.math > math")) {
      if (formula.scrollWidth > formula.clientWidth) formula.setAttribute("tabindex", "0");
    }
  }

  // A tip tells what a link leads to: an equation, an entry of the bibliography, a symbol's meaning.
  function addTips() {
    const tip = document.createElement("div");
    tip.className = "tip";
    tip.id = "tip";
    tip.setAttribute("role", "tooltip");
    let shown, title, leaving;

    const hide = () => {
      tip.remove();
      shown?.removeAttribute("aria-describedby");
      if (title) shown.title = title;
      shown = title = null;
    };
    const show = (link, content) => {
      clearTimeout(leaving);
      hide();
      tip.replaceChildren(content.cloneNode(true));
      tip.firstElementChild?.removeAttribute("id");
      document.body.append(tip);
      [shown, title] = [link, link.title];
      link.removeAttribute("title");  // or the browser would show it too
      link.setAttribute("aria-describedby", "tip");
      const at = link.getBoundingClientRect();
      const left = Math.min(at.left, document.documentElement.clientWidth - tip.offsetWidth - 8);
      const above = at.bottom + tip.offsetHeight + 8 > innerHeight;
      tip.style.left = `${Math.max(8, left) + scrollX}px`;
      tip.style.top = `${scrollY + (above ? at.top - tip.offsetHeight - 6 : at.bottom + 6)}px`;
    };
    const leave = () => { leaving = setTimeout(hide, 250); };

    for (const link of all('article a.reference[href*="#equation-"], article a[title]')) {
      if (link.classList.contains("headerlink")) continue;
      const name = link.hash.slice(1);
      let content = document.getElementById(`tip-${name}`) ?? document.getElementById(name);
      if (link.title) {
        content = document.createElement("p");
        content.textContent = link.title;
      }
      if (!content) continue;
      for (const event of ["mouseenter", "focus"]) {
        link.addEventListener(event, () => show(link, content));
      }
      link.addEventListener("mouseleave", leave);
      link.addEventListener("blur", hide);
    }
    tip.addEventListener("mouseenter", () => clearTimeout(leaving));
    tip.addEventListener("mouseleave", leave);
    addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  }

  function mend() {
    rankSearch();
    nameSearchButton();
    silenceIcons();
    nameUnfolders();
    markSidebar();
    mendBibliography();
    mendTables();
    addTips();
  }

  document.addEventListener("DOMContentLoaded", mend);
  // Icons turn from <i> into <svg> some time later, so a second look is needed.
  window.addEventListener("load", () => setTimeout(silenceIcons, 0));
})();
