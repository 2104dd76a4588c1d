// Writes times once more in the reader's own zone, tells the form which that is, and counts down to the moment a door
// opens. Without JavaScript there is a list of zones to choose from, and the page looks again by itself.
"use strict";
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
const language = document.documentElement.lang;
const asNamedHere = (timeZone) => new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone;
const sameZone = (one, other) => one === other || asNamedHere(one) === other;
for (const place of document.querySelectorAll("[data-zone]")) {
  const { zone, start, end, words } = place.dataset;
  // English pages count 24 hours.
  const write = (timeZone) =>
    new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { dateStyle: "full", timeStyle: "short", timeZone })
      .formatRange(new Date(start), new Date(end));
  if (!own || [...zone.split(" "), "UTC"].some((shown) => write(own) === write(shown))) continue;
  // What the list calls it is in the reader's language. Browsers know some zones by an older name.
  const listed = [...document.querySelectorAll("#zone option")].find(({ value }) => sameZone(value, own));
  const city = listed ? listed.textContent : own.split("/").pop().replaceAll("_", " ");
  place.textContent = words.replace("{zone}", () => city).replace("{time}", () => write(own));
  place.hidden = false;
}
for (const field of document.querySelectorAll("[name=preferredTimezone]")) field.value = own ?? "";
for (const place of document.querySelectorAll("[data-left]")) {
  const { left, words } = place.dataset;
  const clock = place.nextElementSibling;
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "always", numberingSystem: "latn" });
  const now = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(0, "second");
  // As the server reckons it. The page looks again a few seconds later for one reader than for another.
  const inWords = (seconds) => {
    if (seconds === 0) return now;
    if (seconds < 7200) return relative.format(Math.max(1, Math.ceil(seconds / 60)), "minute");
    const [length, unit] = seconds < 172800 ? [3600, "hour"] : [86400, "day"];
    return relative.format(Math.floor(seconds / length), unit);
  };
  // By the time since the page came: clocks of computers go wrong.
  const tick = () => {
    const seconds = Math.max(0, Math.ceil(left - performance.now() / 1000));
    const text = words.replace("{time}", () => inWords(seconds));
    // What is read aloud changes with the minute only.
    if (place.textContent !== text) place.textContent = text;
    if (seconds === 0) clock.textContent = "";
    else if (seconds < 3600) clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  };
  tick();
  setInterval(tick, 1000);
}
