// Mends what the theme leaves unsaid to screen readers. The pages read well without it.
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

  // Arrows that unfold a chapter's pages have no text.
  function nameUnfolders() {
    for (const summary of all(".bd-links summary")) {
      const chapter = summary.closest("li")?.querySelector("a")?.textContent.trim();
      summary.setAttribute("aria-label", `Pages under ${chapter ?? "this chapter"}`);
    }
    for (const summary of all("summary.admonition-title, details.toggle-details > summary")) {
      if (!summary.textContent.trim()) summary.setAttribute("aria-label", "Show or hide");
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
  }

  function mend() {
    nameSearchButton();
    silenceIcons();
    nameUnfolders();
    markSidebar();
    mendBibliography();
    mendTables();
  }

  document.addEventListener("DOMContentLoaded", mend);
  // Icons turn from <i> into <svg> some time later, so a second look is needed.
  window.addEventListener("load", () => setTimeout(silenceIcons, 0));
})();
