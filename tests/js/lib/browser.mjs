// Debian's Chromium, driven without a window.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const PROGRAM = "chromium-headless-shell";

/** The browser; whoever starts it closes it. */
export async function launch() {
  return chromium.launch({ executablePath: find(PROGRAM) });
}

function find(program) {
  const found = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, program)).find(isProgram);
  if (!found) throw new Error(`\`${program}\` is missing: run \`cargo xtask setup\``);
  return found;
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
