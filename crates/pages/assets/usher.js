// Writes times once more in the reader's own zone. Without JavaScript there is a list of zones to choose from.
"use strict";
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
const language = document.documentElement.lang;
for (const place of document.querySelectorAll("[data-zone]")) {
  const { zone, start, end, words } = place.dataset;
  // English pages count 24 hours.
  const write = (timeZone) =>
    new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { dateStyle: "full", timeStyle: "short", timeZone })
      .formatRange(new Date(start), new Date(end));
  if (!own || [zone, "UTC"].some((shown) => write(own) === write(shown))) continue;
  // What the list calls it is in the reader's language.
  const listed = document.querySelector(`#zone option[value="${CSS.escape(own)}"]`);
  const city = listed ? listed.textContent : own.split("/").pop().replaceAll("_", " ");
  place.textContent = words.replace("{zone}", () => city).replace("{time}", () => write(own));
  place.hidden = false;
}
