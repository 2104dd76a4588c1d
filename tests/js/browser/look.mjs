// What is asked of a page as it stands on the screen. Each function runs in the page, needs nothing from outside itself,
// and gives a list of faults.

/** Runs a list of these in the page. */
export async function look(page, ...questions) {
  const answers = [];
  for (const question of questions) answers.push(...(await page.evaluate(question)));
  return answers;
}

/** WCAG 2.2, 1.4.10 and 1.4.4: nothing sticks out to the side, and no text is cut. */
export function fits() {
  const faults = [];
  const call = (element) => `<${element.tagName.toLowerCase()}> "${element.textContent.trim().slice(0, 40)}"`;
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) faults.push(`the page is ${root.scrollWidth} wide on ${root.clientWidth}`);
  for (const element of document.body.querySelectorAll("*")) {
    if (!element.checkVisibility() || element.closest("pre")) continue;
    const box = element.getBoundingClientRect();
    if (box.left < -0.5 || box.right > root.clientWidth + 0.5) faults.push(`${call(element)} sticks out`);
    // A field scrolls what is typed into it.
    const cuts = element.tagName !== "INPUT" && getComputedStyle(element).display !== "inline";
    if (cuts && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0) faults.push(`${call(element)} is cut`);
  }
  return faults;
}

/** Language, direction, title, landmarks, headings, names, labels and references. */
export function isNamed() {
  const faults = [];
  const root = document.documentElement;
  const all = (selector) => [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility());
  const call = (element) => element.outerHTML.slice(0, 80);
  if (!/^[a-z]{2,3}(-[A-Za-z0-9]+)*$/.test(root.lang)) faults.push(`lang is "${root.lang}"`);
  if (!["ltr", "rtl"].includes(root.dir)) faults.push(`dir is "${root.dir}"`);
  if (!document.title.trim()) faults.push("no title");
  if (all("main").length !== 1) faults.push(`${all("main").length} of <main>`);
  for (const child of all("body > *")) {
    if (!["HEADER", "MAIN", "FOOTER"].includes(child.tagName)) faults.push(`outside of every landmark: ${call(child)}`);
  }
  const levels = all("h1, h2, h3, h4, h5, h6").map((heading) => Number(heading.tagName[1]));
  if (levels.filter((level) => level === 1).length !== 1) faults.push(`${levels.filter((l) => l === 1).length} first headings`);
  levels.forEach((level, at) => level > (levels[at - 1] ?? 0) + 1 && faults.push(`heading ${at + 1} jumps to level ${level}`));
  for (const input of all("input, select, textarea")) {
    const label = [...input.labels].map((one) => one.textContent.trim()).join("");
    if (!label) faults.push(`no label: ${call(input)}`);
    if (!["radio", "checkbox"].includes(input.type) && !input.autocomplete) faults.push(`no autocomplete: ${call(input)}`);
  }
  for (const named of all("a[href], button, summary, legend, iframe, section, [role=alert]")) {
    const by = named.getAttribute("aria-labelledby")?.split(" ").map((id) => document.getElementById(id)?.textContent) ?? [];
    const name = by.join("") || named.getAttribute("aria-label") || named.textContent || named.title;
    if (!name.trim()) faults.push(`no name: ${call(named)}`);
  }
  for (const attribute of ["aria-labelledby", "aria-describedby", "for"]) {
    for (const element of document.querySelectorAll(`[${attribute}]`)) {
      const ids = element.getAttribute(attribute).split(" ").filter(Boolean);
      for (const id of ids) if (!document.getElementById(id)) faults.push(`${attribute} names nothing: ${call(element)}`);
      if (ids.length === 0) faults.push(`an empty ${attribute}: ${call(element)}`);
    }
  }
  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  ids.filter((id, at) => ids.indexOf(id) !== at).forEach((id) => faults.push(`two of #${id}`));
  for (const group of all("input[type=radio]")) if (!group.closest("fieldset")) faults.push(`no fieldset: ${call(group)}`);
  return faults;
}

/** WCAG 2.2, 1.4.3 and 1.4.11, AA, by the colours that are there in the end. */
export function standsOut() {
  const faults = new Set();
  const parse = (text) => {
    const [red, green, blue, alpha = 1] = text.match(/[\d.]+/g).map(Number);
    return { rgb: [red, green, blue], alpha };
  };
  const over = (top, below) => top.rgb.map((part, at) => part * top.alpha + below[at] * (1 - top.alpha));
  const canvas = () => {
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.color = "Canvas";
    const { rgb } = parse(getComputedStyle(probe).color);
    probe.remove();
    return rgb;
  };
  const bare = canvas();
  const ground = (element) => {
    if (!element) return bare;
    const own = parse(getComputedStyle(element).backgroundColor);
    return own.alpha === 1 ? own.rgb : over(own, ground(element.parentElement));
  };
  const luminance = (rgb) => {
    const [red, green, blue] = rgb.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const judge = (what, colour, below, least) => {
    const ratio = contrast(over(parse(colour), below), below);
    if (ratio < least) faults.add(`${what}: contrast ${ratio.toFixed(2)}, not ${least}`);
  };
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const element = words.currentNode.parentElement;
    if (!words.currentNode.data.trim() || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    judge(`"${words.currentNode.data.trim().slice(0, 40)}"`, style.color, ground(element), isLarge ? 3 : 4.5);
  }
  for (const field of document.querySelectorAll("input:not([type=hidden], [type=radio], [type=checkbox]), select")) {
    const style = getComputedStyle(field);
    judge(`the words in <input name=${field.name}>`, style.color, ground(field), 4.5);
    judge(`the border of <input name=${field.name}>`, style.borderTopColor, ground(field.parentElement), 3);
  }
  return [...faults];
}

/** WCAG 2.2, 2.5.8: at least 24 by 24, but for links inside a line of text. */
export function isEasyToHit() {
  const faults = [];
  for (const target of document.querySelectorAll("a[href], button, summary, select, input:not([type=hidden])")) {
    if (!target.checkVisibility()) continue;
    const isInText = getComputedStyle(target).display === "inline" && target.parentElement.textContent.trim() !== target.textContent.trim();
    const { width, height } = target.getBoundingClientRect();
    if (!isInText && (width < 24 || height < 24)) {
      faults.push(`${target.outerHTML.slice(0, 60)} is ${Math.round(width)} by ${Math.round(height)}`);
    }
  }
  return faults;
}

/** Whoever asks for calm gets it: nothing moves. */
export function isCalm() {
  const moves = ({ transitionDuration, animationDuration, scrollBehavior }) =>
    [transitionDuration, animationDuration].some((text) => text.split(",").some((one) => parseFloat(one) > 0)) || scrollBehavior === "smooth";
  const restless = [...document.querySelectorAll("*")].filter((element) => moves(getComputedStyle(element)));
  return restless.map((element) => `<${element.tagName.toLowerCase()}> moves`);
}

/** On paper: dark ink on white, and nothing to press. */
export function printsWell() {
  const faults = [];
  const dark = (colour) => colour.match(/[\d.]+/g).slice(0, 3).every((part) => Number(part) < 128);
  for (const control of document.querySelectorAll("button, .button, input, select, summary")) {
    if (control.checkVisibility()) faults.push(`${control.outerHTML.slice(0, 60)} is printed`);
  }
  for (const element of document.querySelectorAll("body, main *")) {
    if (!element.checkVisibility()) continue;
    const { color, backgroundColor } = getComputedStyle(element);
    const ground = backgroundColor.match(/[\d.]+/g).map(Number);
    const isBare = ground[3] === 0 || ground.slice(0, 3).every((part) => part === 255);
    if (!isBare || !dark(color)) faults.push(`<${element.tagName.toLowerCase()}> is ${color} on ${backgroundColor}`);
  }
  if (!document.querySelector("main h1")?.checkVisibility()) faults.push("the heading is not printed");
  return faults;
}
