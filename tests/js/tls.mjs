// TLS in front of a server on this machine, on a free port of localhost, until standard input ends.
//
//   node tls.mjs PORT
//
// Prints {"port","caFile"}.
import net from "node:net";
import tls from "node:tls";
import { makeCertificate } from "./lib/certificate.mjs";

const behind = Number(process.argv[2]);
const { key, cert, caFile, remove } = makeCertificate();
const front = tls.createServer({ key, cert }, (outside) => {
  const inside = net.connect(behind, "127.0.0.1");
  outside.pipe(inside).pipe(outside);
  for (const [one, other] of [[outside, inside], [inside, outside]]) one.on("error", () => other.destroy());
});
front.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: front.address().port, caFile })));

process.once("exit", remove);
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(0));
process.stdin.resume();
process.stdin.once("end", () => process.exit(0));
