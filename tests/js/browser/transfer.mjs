// What a first visit costs on the line.

/** Bytes of everything that a page loads, heads and bodies as they were sent. */
export async function transferred(page, url) {
  const client = await page.context().newCDPSession(page);
  await client.send("Network.enable");
  let bytes = 0;
  client.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
  await page.goto(url, { waitUntil: "networkidle" });
  return bytes;
}
