// Filters the scorecard by verdict, document and section. Without it every claim is shown.
// An address may ask for a filter, scorecard.html?verdict=fails&document=lee2019, or for a claim.
(() => {
  "use strict";

  const root = document.getElementById("filter");
  const article = document.querySelector("article");
  const cards = [...document.querySelectorAll("details.claim")];
  if (!root || !cards.length) return;

  const suffix = (card, stem) =>
    [...card.classList].find((name) => name.startsWith(stem)).slice(stem.length);
  const heading = (card, level) => {
    const section = card.closest(`section:has(> ${level})`);
    return section.querySelector(level).firstChild.textContent.trim();
  };
  const badge = (card) => card.querySelector("summary > [class^='verdict-']").textContent.trim();

  // What a claim can be chosen by: the word in the address, and what stands in the list.
  const FACETS = {
    verdict: { all: "all verdicts", key: (card) => suffix(card, "claim-"), text: badge },
    document: {
      all: "all documents",
      key: (card) => suffix(card, "document-"),
      text: (card) => heading(card, "h2"),
    },
    section: {
      all: "all sections",
      key: (card) => heading(card, "h3"),
      text: (card) => heading(card, "h3"),
    },
  };

  function list(name, { all, key, text }) {
    const select = document.createElement("select");
    select.id = `filter-${name}`;
    select.setAttribute("aria-label", name);
    select.add(new Option(all, ""));
    const texts = new Map();
    for (const card of cards) {
      if (!texts.has(key(card))) texts.set(key(card), new Set());
      texts.get(key(card)).add(text(card));
    }
    for (const [value, words] of texts) select.add(new Option([...words].join(", "), value));
    select.addEventListener("change", apply);
    return select;
  }

  // On a telephone the sections begin folded.
  const sections = [...article.querySelectorAll(".of-section")];
  const narrow = matchMedia("(max-width: 576px)");

  const status = document.createElement("p");
  status.setAttribute("role", "status");
  const lists = Object.fromEntries(Object.entries(FACETS).map((facet) => [facet[0], list(...facet)]));
  root.append(...Object.values(lists), status);

  function apply() {
    const wanted = Object.entries(lists).filter(([, select]) => select.value);
    for (const card of cards) {
      card.hidden = !wanted.every(([name, select]) => FACETS[name].key(card) === select.value);
    }
    for (const section of article.querySelectorAll("section:has(details.claim)")) {
      section.hidden = !section.querySelector("details.claim:not([hidden])");
    }
    article.classList.toggle("filtered", wanted.length > 0);
    for (const section of sections) section.open = wanted.length > 0 || !narrow.matches;
    const shown = cards.filter((card) => !card.hidden).length;
    status.textContent = wanted.length ? `${shown} of ${cards.length} claims` : "";
  }

  // A link to a claim opens it, whatever is filtered.
  function open() {
    const card = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!cards.includes(card)) return;
    if (card.hidden) {
      for (const select of Object.values(lists)) select.value = "";
      apply();
    }
    card.closest(".of-section").open = card.open = true;
    card.scrollIntoView();
  }

  const asked = new URLSearchParams(location.search);
  for (const [name, select] of Object.entries(lists)) {
    select.value = asked.get(name) ?? "";
    if (select.selectedIndex < 0) select.value = "";
  }
  apply();
  open();
  window.addEventListener("hashchange", open);
})();
